//! What compilation costs: time, peak memory and native code.
//!
//! Each turn is a process of its own, which compiles one file once and says what it cost, for the
//! peak of memory is a process's. The contestants take turns. All use as many threads as there are
//! cores.

mod cost;
mod table;
mod turn;

pub use cost::Cost;
pub use table::section;
pub use turn::turn;

use anyhow::{Context, Result};
use std::path::Path;

/// The section's heading.
const GROUP: &str = "Compilation";

/// A component, and what each contestant pays for it.
pub struct Compilation {
    pub name: &'static str,
    /// Its length in bytes.
    pub size: u64,
    /// In the order of [`turn::CONTESTANTS`]: medians.
    pub costs: Vec<Cost>,
}

/// Components to compile, below the directory that the tests read too.
const COMPONENTS: [&str; 3] = ["kv-c-js.wasm", "kv-c-c.wasm", "kv-provider.wasm"];

/// Compiles the components whose names `chosen` admits, as far as they are there. Each contestant
/// has this many turns.
pub fn all(chosen: impl Fn(&str) -> bool, turns: usize) -> Result<Vec<Compilation>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/components");
    let files = COMPONENTS.into_iter().map(|name| (name, directory.join(name)));
    files
        .filter(|(name, file)| chosen(&format!("{GROUP}: {name}")) && file.exists())
        .map(|(name, file)| compilation(name, &file, turns))
        .collect()
}

fn compilation(name: &'static str, file: &Path, turns: usize) -> Result<Compilation> {
    let mut costs = vec![Vec::with_capacity(turns); turn::CONTESTANTS.len()];
    for _ in 0..turns {
        for (contestant, costs) in turn::CONTESTANTS.into_iter().zip(&mut costs) {
            costs.push(turn::in_child(contestant, file).with_context(|| format!("{contestant}: {name}"))?);
        }
    }
    let compilation = Compilation {
        name,
        size: file.metadata()?.len(),
        costs: costs.iter().map(|costs| Cost::median(costs)).collect(),
    };
    print!("{}", table::lines(&compilation));
    Ok(compilation)
}
