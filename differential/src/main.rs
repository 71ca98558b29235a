//! Random core modules under Cantilever and under Wasmtime: do they do the same?
//!
//! What modules there are and what is looked at lies in `tests/differential`, which this shares
//! with Cantilever's own test. Here is the other engine, and the command.

mod arguments;
mod compare;
#[path = "../../tests/differential/mod.rs"]
mod differential;
mod peer;
mod record;
mod search;

use anyhow::{Context, Result, bail};
use arguments::Command;
use compare::{Difference, compare};
use differential::generate::Case;
use differential::observe::STACK;
use differential::subject;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use std::{fs, thread};

/// A module is tried with the options of this many seeds, among which every choice comes up.
const OPTIONS: u64 = 32;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    match arguments::parse(std::env::args().skip(1))? {
        Command::Help => print!("{}", arguments::USAGE),
        Command::Module { path, seed } => {
            let worker = thread::Builder::new().stack_size(STACK).spawn(move || module(&path, seed))?;
            worker.join().expect("the worker does not panic")?;
        }
        Command::Search { from, to, time, threads, record } => {
            let start = Instant::now();
            let found = search::search(&engine()?, from, to, time, threads)?;
            let (modules, cut) = (found.outcomes.len(), found.outcomes.values().filter(|o| o.is_none()).count());
            let seconds = start.elapsed().as_secs();
            println!("{modules} modules did the same ({} observations, {cut} cut short), {seconds} s", found.lines);
            if let Some(difference) = found.difference {
                let path = format!("difference-{}.wasm", difference.case.seed);
                fs::write(&path, &difference.case.wasm).with_context(|| format!("cannot write {path}"))?;
                bail!("{}", describe(&difference, &path));
            }
            if let Some(path) = record {
                fs::write(&path, record::text(&found.outcomes)).with_context(|| format!("cannot write {path:?}"))?;
            }
        }
    }
    Ok(())
}

fn engine() -> Result<wasmtime::Engine> {
    peer::engine().map_err(|e| anyhow::anyhow!("{e:?}"))
}

/// Compares the engines on one module.
fn module(path: &Path, seed: u64) -> Result<()> {
    let wasm = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let engine = engine()?;
    for options in (0..OPTIONS).map(subject::options) {
        let case =
            Case::of(seed, wasm.clone()).context("the module is not valid, or has types that are not compared")?;
        if let Err(difference) = compare(&engine, case, options) {
            bail!("{}", describe(&difference, &path.display().to_string()));
        }
    }
    println!("the same");
    Ok(())
}

fn describe(difference: &Difference, path: &str) -> String {
    let Difference { case, options, ours, theirs } = difference;
    format!(
        "seed {} differs, compiled with {options:?}\n  Cantilever: {ours}\n  Wasmtime:   {theirs}\n\n\
         The module is {path}. `wasm-tools shrink` makes it smaller, with a script as predicate that succeeds when\n  \
         cantilever-differential --seed {} --module FILE\nfails with such a message.",
        case.seed, case.seed
    )
}
