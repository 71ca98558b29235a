//! Tells `perf` what loaded code is. The system's profilers know functions from files of programs.
//! Code that a process loads by itself they know only from files that it writes for them.

use cantilever_object::artifact::FunctionEntry;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// For which profiler functions are named when code is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profiler {
    /// `perf`, by its map: one line for each function in `/tmp/perf-PID.map`, with its address, its
    /// length and its symbol.
    PerfMap,
}

impl Profiler {
    /// Names the functions of code that lies at an address.
    pub(crate) fn name(self, start: usize, functions: &[FunctionEntry]) -> io::Result<()> {
        match self {
            Profiler::PerfMap => append_to_map(start, functions),
        }
    }
}

/// The file in which `perf` looks for the functions of this process.
fn map_path() -> PathBuf {
    PathBuf::from(format!("/tmp/perf-{}.map", std::process::id()))
}

fn append_to_map(start: usize, functions: &[FunctionEntry]) -> io::Result<()> {
    let mut lines = String::new();
    for function in functions {
        let address = start + function.start as usize;
        writeln!(lines, "{address:x} {:x} {}", function.len, function.identity.name)
            .expect("a string takes everything");
    }
    // One write, so that what other threads load does not come between.
    OpenOptions::new().append(true).create(true).open(map_path())?.write_all(lines.as_bytes())
}
