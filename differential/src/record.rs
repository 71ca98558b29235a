//! Writes what Wasmtime did into the file that the test `differential` reads.

use crate::differential::recorded::{CUT, MODULES, modules};
use std::collections::BTreeMap;

const PER_LINE: usize = 16;

/// The content of the file.
pub fn text(outcomes: &BTreeMap<u64, Option<u32>>) -> String {
    let mut text = format!("{} {} {MODULES} {:08x}\n", version("wasm-smith"), version("wasmtime"), modules());
    let digests: Vec<String> =
        outcomes.values().map(|digest| digest.map_or(CUT.to_owned(), |digest| format!("{digest:08x}"))).collect();
    for line in digests.chunks(PER_LINE) {
        text.push_str(&line.join(" "));
        text.push('\n');
    }
    text
}

/// Name and version of a crate that this package is built with.
fn version(name: &str) -> String {
    let mut lines = include_str!("../../benches/Cargo.lock").lines();
    let found = lines.find(|line| *line == format!("name = \"{name}\"")).and_then(|_| lines.next());
    let version = found.and_then(|line| line.strip_prefix("version = ")).unwrap_or("?");
    format!("{name} {}", version.trim_matches('"'))
}
