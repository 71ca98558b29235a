//! Cantilever beside Wasmtime, as shipped and at its best settings, and beside bounds.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml [-- [--quick] [--no-write] NAME…]
//! ```
//!
//! Runs the workloads whose names or groups contain one of the arguments (all without), prints a table, and when all were
//! run writes `benches/ratios.svg` and the tables of `BENCHMARKS.md`. What follows them there is written by hand and stays.
//!
//! The harness is a small one of its own and not criterion: what is wanted is a *ratio* on a machine whose speed drifts, so
//! the contestants take turns in one process, a few milliseconds each, and their medians are compared. Criterion measures one
//! function to the end before it begins with the next.

mod bound;
mod compilation;
mod contestant;
mod measure;
mod plot;
mod report;
mod workload;

use contestant::Contestant;
use measure::Effort;
use report::Row;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, rest @ ..] = &arguments[..]
        && command == compilation::COMMAND
    {
        return compilation::turn(rest);
    }
    let mut names = Vec::new();
    let (mut effort, mut write) = (Effort::THOROUGH, true);
    for argument in arguments {
        match argument.as_str() {
            "--quick" => effort = Effort::QUICK,
            "--no-write" => write = false,
            "--bench" => {}
            name => names.push(name.to_owned()),
        }
    }
    let chosen = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    let contestants = Contestant::all()?;
    let mut rows = Vec::new();
    for workload in workload::all().into_iter().filter(|w| chosen(&w.name) || chosen(w.group)) {
        match measure::workload(&workload, &contestants, effort) {
            Ok(times) => {
                let row = Row { name: workload.name, group: workload.group, goal: workload.goal, times };
                println!("{}", report::line(&row));
                rows.push(row);
            }
            Err(error) => eprintln!("{}: {error:#}", workload.name),
        }
    }
    for rows in rows.chunk_by(|a, b| a.group == b.group) {
        println!("{}: geometric mean {:.2}×", rows[0].group, report::geometric_mean(rows));
    }
    let compilations = compilation::all(chosen, effort.compilations)?;
    if write && names.is_empty() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (file, plot) = (root.join("BENCHMARKS.md"), root.join("benches/ratios.svg"));
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        let tables = report::markdown(&rows) + &compilation::section(&compilations);
        std::fs::write(file, tables + report::kept(&old))?;
        std::fs::write(plot, plot::ratios(&rows))?;
    }
    Ok(())
}
