//! A synchronous component keeps the code it has. `tests/clif-hashes.txt` has a hash of the
//! optimised CLIF of every synchronous filetest and example, and of the key-value compositions.
//!
//! A change that is not meant to change code leaves the file as it is. One that is meant to says
//! which lines it changed: `CANTILEVER_BLESS=1` writes the file anew.

use crate::files;
use cantilever::{CompileOptions, EmitText, emit_text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The compositions of `../shared/components`.
const COMPOSITIONS: [&str; 3] = ["kv-app.wasm", "kv-provider.wasm", "kv-c-c.wasm"];

/// A text with one of these words is of the asynchronous half.
const ASYNCHRONOUS: [&str; 4] = ["async", "waitable", "backpressure", "subtask"];

#[test]
fn synchronous_components_have_the_code_that_they_had() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recorded = root.join("tests/clif-hashes.txt");
    let found = hashes(root);
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        let lines: String = found.iter().map(|(name, hash)| format!("{hash:016x} {name}\n")).collect();
        std::fs::write(recorded, lines).unwrap();
        return;
    }
    let text = std::fs::read_to_string(recorded).unwrap();
    let expected: BTreeMap<&str, u64> = text.lines().map(|line| split(line).expect("`HASH NAME`")).collect();
    let mut wrong: Vec<String> = Vec::new();
    for (name, hash) in &found {
        match expected.get(name.as_str()) {
            Some(expected) if expected == hash => {}
            Some(_) => wrong.push(format!("{name}: other code")),
            None => wrong.push(format!("{name}: not recorded")),
        }
    }
    let is_shared = |name: &&str| COMPOSITIONS.contains(name);
    wrong.extend(
        expected.keys().filter(|name| !found.contains_key(**name) && !is_shared(name)).map(|n| format!("{n}: gone")),
    );
    assert!(wrong.is_empty(), "CANTILEVER_BLESS=1 records anew what is meant:\n{}", wrong.join("\n"));
}

fn split(line: &str) -> Option<(&str, u64)> {
    let (hash, name) = line.split_once(' ')?;
    Some((name, u64::from_str_radix(hash, 16).ok()?))
}

/// Of each component its hash, by its name.
fn hashes(root: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for path in texts(root) {
        let text = std::fs::read_to_string(&path).unwrap();
        if ASYNCHRONOUS.iter().any(|word| text.contains(word)) {
            continue;
        }
        let wasm = wat::parse_str(&text).unwrap();
        if let Some(hash) = hash(&wasm) {
            found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), hash);
        }
    }
    for name in COMPOSITIONS {
        if let Some(hash) = files::read(name).and_then(|wasm| hash(&wasm)) {
            found.insert(name.to_owned(), hash);
        }
    }
    found
}

/// The filetests and the examples.
fn texts(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![root.join("tests/filetests"), root.join("examples")];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wat") {
                found.push(path);
            }
        }
    }
    found
}

/// The hash of the code of a component, or `None` if it is refused. The code is that for a target
/// of a fixed name, so it does not depend on the machine. Comments are left out: they have the
/// messages of traps.
fn hash(wasm: &[u8]) -> Option<u64> {
    let options = CompileOptions { target: Some("x86_64-unknown-linux-gnu".to_owned()), ..Default::default() };
    let listing = emit_text(wasm, &options, EmitText::OptimizedClif, None).ok()?;
    let code: String = listing.lines().flat_map(|line| [line.split("  ; ").next().unwrap_or_default(), "\n"]).collect();
    Some(fnv1a(code.as_bytes()))
}

/// The hash function FNV-1a, of 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
