//! The command line.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::time::Duration;

pub const USAGE: &str = "\
Runs random core modules under Cantilever and under Wasmtime, and stops at the first that does not do the same.

usage: cantilever-differential [--from SEED] [--to SEED] [--seconds N] [--threads N] [--record FILE]
       cantilever-differential --module FILE [--seed SEED]

  --from SEED     the first seed (default 0)
  --to SEED       the seed after the last (default: none)
  --seconds N     stop after this time
  --threads N     run so many modules at a time (default: one for each core)
  --record FILE   write what Wasmtime did, for the test `differential` (with --to; from 0)
  --module FILE   run this module, with many options of the compiler
  --seed SEED     with the arguments of this seed
";

/// What to do.
pub enum Command {
    Search { from: u64, to: u64, time: Option<Duration>, threads: usize, record: Option<PathBuf> },
    Module { path: PathBuf, seed: u64 },
    Help,
}

pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
    let (mut from, mut to, mut seed, mut time, mut record, mut module) = (0, u64::MAX, 0, None, None, None);
    let mut threads = std::thread::available_parallelism().map_or(1, usize::from);
    while let Some(word) = words.next() {
        if word == "--help" {
            return Ok(Command::Help);
        }
        let value = words.next().with_context(|| format!("`{word}` needs a value"))?;
        let number = || value.parse::<u64>().with_context(|| format!("`{value}` is not a number"));
        match word.as_str() {
            "--from" => from = number()?,
            "--to" => to = number()?,
            "--seconds" => time = Some(Duration::from_secs(number()?)),
            "--threads" => threads = number()?.clamp(1, 1024) as usize,
            "--record" => record = Some(PathBuf::from(value)),
            "--module" => module = Some(PathBuf::from(value)),
            "--seed" => seed = number()?,
            _ => bail!("`{word}` is unknown\n\n{USAGE}"),
        }
    }
    if record.is_some() && (from != 0 || to == u64::MAX || time.is_some()) {
        bail!("`--record` needs `--to`, and neither `--from` nor `--seconds`");
    }
    Ok(match module {
        Some(path) => Command::Module { path, seed },
        None => Command::Search { from, to, time, threads, record },
    })
}
