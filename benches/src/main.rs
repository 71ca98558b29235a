//! Cantilever beside Wasmtime, as shipped and at its best settings, and beside bounds.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml [-- OPTIONS NAME…]
//! ```
//!
//! Runs the workloads whose names or groups contain one of the arguments (all without), prints a
//! table, and when all were run writes `benches/ratios.svg` and the tables of `BENCHMARKS.md`. What
//! follows them there is written by hand and stays.
//!
//! The harness is a small one of its own and not criterion. What is wanted is a *ratio* on a
//! machine whose speed drifts. So the contestants take turns in one process, a few milliseconds
//! each, and their medians are compared. Criterion measures one function to the end before it
//! begins with the next. It runs the same workloads by `cargo bench --manifest-path
//! benches/Cargo.toml -- NAME`, for whoever wants to follow one figure.

use anyhow::{Context, Result};
use cantilever_benches::contestant::Contestant;
use cantilever_benches::guest_files;
use cantilever_benches::measure::{self, Effort};
use cantilever_benches::report::{self, Row};
use cantilever_benches::workload::{self, Workload};
use cantilever_benches::{compilation, plot};
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};

/// Where the help sends those who want one figure.
const CRITERION: &str = "\
To follow one figure, run the same workloads under criterion:
  cargo bench --manifest-path benches/Cargo.toml -- NAME";

/// Measures Cantilever beside Wasmtime, as shipped and at its best settings, and beside bounds.
///
/// When all workloads are run, the tables of BENCHMARKS.md and the plot are written anew.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, after_help = CRITERION)]
struct Arguments {
    /// Run only the workloads whose names or groups contain one of these
    names: Vec<String>,
    /// Measure for a fifteenth of the time: enough to see what is far off
    #[arg(long)]
    quick: bool,
    /// Print only; leave BENCHMARKS.md and the plot as they are
    #[arg(long)]
    no_write: bool,
    /// Measure nothing: write the workloads' components and modules to this directory, to look at
    /// their code
    #[arg(long, value_name = "DIR")]
    guests: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Compile a file once and print what that cost; this is what a turn of `Compilation` runs
    #[command(hide = true)]
    CompileOnce {
        contestant: String,
        file: PathBuf,
        /// Where the image goes, if it is wanted
        image: Option<PathBuf>,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::CompileOnce { contestant, file, image }) = &arguments.command {
        return compilation::turn(contestant, file, image.as_deref());
    }
    let names = &arguments.names;
    let chosen = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    let workloads = workload::all().into_iter().filter(|w| chosen(&w.name) || chosen(w.group));
    if let Some(directory) = &arguments.guests {
        return write_guests(directory, workloads);
    }
    let effort = if arguments.quick { Effort::QUICK } else { Effort::THOROUGH };
    let rows = measure_all(workloads, effort)?;
    let compilations = compilation::all(chosen, effort.compilations)?;
    if !arguments.no_write && names.is_empty() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (file, plot) = (root.join("BENCHMARKS.md"), root.join("benches/ratios.svg"));
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        let tables = report::markdown(&rows) + &compilation::section(&compilations);
        std::fs::write(file, tables + report::kept(&old))?;
        std::fs::write(plot, plot::ratios(&rows))?;
    }
    Ok(())
}

/// Measures the workloads and prints the table, a line each.
fn measure_all(workloads: impl Iterator<Item = Workload>, effort: Effort) -> Result<Vec<Row>> {
    let contestants = Contestant::all()?;
    let mut rows = Vec::new();
    for workload in workloads {
        match measure::workload(&workload, &contestants, effort) {
            Ok(times) => {
                let row = Row { name: workload.name, group: workload.group, goal: workload.goal, times };
                println!("{}", report::line(&row));
                rows.push(row);
            }
            Err(error) => eprintln!("{}: {error:#}", workload.name),
        }
    }
    guest_files::remove();
    for rows in rows.chunk_by(|a, b| a.group == b.group) {
        println!("{}: geometric mean {:.2}×", rows[0].group, report::geometric_mean(rows));
    }
    Ok(rows)
}

/// Writes what the workloads run, each under its name.
fn write_guests(directory: &Path, workloads: impl Iterator<Item = Workload>) -> Result<()> {
    std::fs::create_dir_all(directory)?;
    for workload in workloads {
        let extension = if workload.guest.starts_with(b"\0asm") { "wasm" } else { "wat" };
        let name = workload.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let file = directory.join(name).with_extension(extension);
        std::fs::write(&file, &workload.guest).with_context(|| format!("{} cannot be written", file.display()))?;
        println!("{}", file.display());
    }
    Ok(())
}
