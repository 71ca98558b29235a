//! The engines that run a workload's guest. Each becomes a closure that does a number of
//! iterations.

mod module;
mod ours;
mod peer;

use anyhow::{Context, Result, bail};

/// Does this many iterations; returns a sum that must be the same for all contestants.
pub type Run = Box<dyn FnMut(u32) -> Result<u32>>;

/// What drives a workload.
#[derive(Clone, Copy)]
pub enum Driver {
    /// The component's own export `run: func(n: u32) -> u32` loops.
    Guest,
    /// The same of a component that imports WASI.
    Wasi,
    /// A fresh instance's `run: func(n: u32) -> string` loops.
    Fresh,
    /// The same of a core module: it exports `run: [i32] -> [i32]`.
    Module,
    /// The host calls the component's exports in a loop, by functions of Rust types.
    Typed(Call),
    /// The same with values of any type.
    Dynamic(Call),
    /// The host instantiates the component and drops the instance.
    Instantiate,
    /// The host compiles the component.
    Compile,
}

/// What the host calls in a loop. Sizes are in bytes.
#[derive(Clone, Copy)]
pub enum Call {
    /// `f: func()`
    Empty,
    /// `f: func(a: u32, b: u32) -> u32`
    Scalars,
    /// `f: func(s: string) -> u32`
    String(usize),
    /// `f: func(n: u32) -> string`, which returns a string of that size.
    ReturnString(usize),
    /// `f: func(l: list<u8>) -> u32`
    Bytes(usize),
    /// `make: func(x: u32) -> own<r>`, then `take: func(r: own<r>) -> u32`.
    Own,
    /// `get: func(r: borrow<r>) -> u32` of a resource that `make` made before.
    Borrow,
}

/// An engine with its settings.
pub enum Contestant {
    Cantilever(cantilever::runtime::Engine),
    Wasmtime(wasmtime::Engine),
}

impl Contestant {
    /// Cantilever, Wasmtime as shipped, Wasmtime at its best settings.
    pub fn all() -> Result<[Contestant; 3]> {
        Ok([
            Contestant::Cantilever(cantilever::runtime::Engine::default()),
            Contestant::Wasmtime(wasmtime::Engine::default()),
            Contestant::Wasmtime(peer::best()?),
        ])
    }

    /// Prepares a guest to be run.
    pub fn prepare(&self, guest: &[u8], driver: Driver) -> Result<Run> {
        match (self, driver) {
            (Contestant::Cantilever(engine), Driver::Module) => module::ours(engine, guest).context("cantilever"),
            (Contestant::Wasmtime(engine), Driver::Module) => module::theirs(engine, guest).context("wasmtime"),
            (Contestant::Cantilever(engine), _) => ours::prepare(engine, guest, driver).context("cantilever"),
            (Contestant::Wasmtime(engine), _) => {
                peer::prepare(engine, guest, driver).map_err(peer::foreign).context("wasmtime")
            }
        }
    }
}

/// From bytes to a native image.
pub type Compiler = Box<dyn Fn(&[u8]) -> Result<Vec<u8>>>;

/// The compiler of this name: one of [`crate::compilation::CONTESTANTS`].
pub fn compiler(name: &str) -> Result<Compiler> {
    Ok(match name {
        "Cantilever" => ours::compiler(true),
        "Cantilever without inlining" => ours::compiler(false),
        "Wasmtime as shipped" => peer::compiler(wasmtime::Engine::default()),
        "Wasmtime at its best" => peer::compiler(peer::best()?),
        _ => bail!("there is no compiler {name}"),
    })
}

/// Sums what `call` returns.
fn repeat<E>(n: u32, mut call: impl FnMut(u32) -> Result<u32, E>) -> Result<u32, E> {
    (0..n).try_fold(0u32, |sum, i| Ok(sum.wrapping_add(call(i)?)))
}

/// A string for the host to pass, which lives as long as the process.
fn text(len: usize) -> &'static str {
    "x".repeat(len).leak()
}
