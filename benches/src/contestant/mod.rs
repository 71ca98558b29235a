//! The engines that run a workload's component. Each becomes a closure that does a number of iterations.

mod ours;
mod peer;

use anyhow::{Context, Result};

/// Does this many iterations; returns a sum that must be the same for all contestants.
pub type Run = Box<dyn FnMut(u32) -> Result<u32>>;

/// What drives a workload.
#[derive(Clone, Copy)]
pub enum Driver {
    /// The component's own export `run: func(n: u32) -> u32` loops.
    Guest,
    /// The host calls `f: func(a: u32, b: u32) -> u32` in a loop.
    CallScalars,
    /// The host calls `f: func(s: string) -> u32` with a string of this many bytes.
    CallString(usize),
    /// The host calls `f: func(n: u32) -> string`, which returns a string of this many bytes.
    ReturnString(usize),
    /// The host calls `f: func(l: list<u8>) -> u32` with a list of this many bytes.
    CallBytes(usize),
    /// The host instantiates the component and drops the instance.
    Instantiate,
    /// The host compiles the component.
    Compile,
}

/// An engine with its settings.
pub enum Contestant {
    Cantilever(cantilever::runtime::Engine),
    Wasmtime(wasmtime::Engine),
}

impl Contestant {
    /// Cantilever, Wasmtime as shipped, Wasmtime at its best settings.
    pub fn all() -> Result<[Contestant; 3]> {
        let mut best = wasmtime::Config::new();
        best.compiler_inlining(wasmtime::Inlining::Yes).concurrency_support(false);
        Ok([
            Contestant::Cantilever(cantilever::runtime::Engine::default()),
            Contestant::Wasmtime(wasmtime::Engine::default()),
            Contestant::Wasmtime(wasmtime::Engine::new(&best).map_err(peer::foreign)?),
        ])
    }

    /// Prepares a component to be run.
    pub fn prepare(&self, component: &[u8], driver: Driver) -> Result<Run> {
        match self {
            Contestant::Cantilever(engine) => ours::prepare(engine, component, driver).context("cantilever"),
            Contestant::Wasmtime(engine) => {
                peer::prepare(engine, component, driver).map_err(peer::foreign).context("wasmtime")
            }
        }
    }
}

/// Sums what `call` returns.
fn repeat<E>(n: u32, mut call: impl FnMut(u32) -> Result<u32, E>) -> Result<u32, E> {
    (0..n).try_fold(0u32, |sum, i| Ok(sum.wrapping_add(call(i)?)))
}

/// A string for the host to pass, which lives as long as the process.
fn text(len: usize) -> &'static str {
    "x".repeat(len).leak()
}
