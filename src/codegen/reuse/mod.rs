//! Functions whose code is taken from an earlier compilation, since nothing that decides about it
//! has changed.
//!
//! A function is found by a key of what its code is made of (`key`). Other functions are named in
//! it by the order in which they occur, and places in the input by their distance from the function
//! they lie in. So functions that are moved, or whose indices change, are found all the same. What
//! is found is brought up to date (`record`): the object is to the byte what it would be without.
//!
//! It must not know where records are kept.

mod environment;
mod key;
mod record;
mod source;
#[cfg(test)]
mod tests;
mod text;

use super::bodies::Bodies;
use super::demand::{Compiler, Fresh};
use super::graph::Graph;
use super::machine_code::Worker;
use crate::error::Error;
use crate::plan::ModuleId;
use cantilever_abi::FuncKey;
use cantilever_object::artifact::FunctionIdentity;
use cantilever_object::compiled::Compiled;
use key::Keys;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What a function is found by.
pub type FunctionKey = [u8; blake3::OUT_LEN];

/// Where the functions of earlier compilations are kept, with the same options and by the same
/// build of the compiler.
pub trait FunctionStore: Sync {
    /// The record of a function, unchanged since it was kept.
    fn find(&self, key: &FunctionKey) -> Option<&[u8]>;

    /// Keeps the record of a function that was not found.
    fn keep(&self, key: FunctionKey, record: Vec<u8>);
}

/// Compiles functions that are in no store.
pub struct Reusing<'a> {
    fresh: Fresh<'a>,
    keys: Keys<'a>,
    store: &'a dyn FunctionStore,
    reused: AtomicUsize,
}

impl<'a> Reusing<'a> {
    /// With the functions of a store.
    pub fn new(graph: &'a Graph, bodies: &'a Bodies, store: &'a dyn FunctionStore) -> Self {
        let fresh = Fresh { graph, bodies };
        Reusing { fresh, keys: Keys::new(graph, bodies), store, reused: AtomicUsize::new(0) }
    }

    /// How many functions were not compiled.
    pub fn reused(&self) -> usize {
        self.reused.load(Relaxed)
    }
}

impl Compiler for Reusing<'_> {
    fn compile(&self, worker: &mut Worker, function: &FunctionIdentity) -> Result<Compiled, Error> {
        let (key, names) = self.keys.of(&mut worker.builder, function.key)?;
        let starts = |key| start(self.fresh.graph, key);
        let kept = self.store.find(&key).and_then(|record| record::decode(record, function, &names, starts));
        if let Some(compiled) = kept {
            self.reused.fetch_add(1, Relaxed);
            return Ok(compiled);
        }
        let compiled = self.fresh.compile(worker, function)?;
        if let Some(record) = record::encode(&compiled, &names, starts) {
            self.store.keep(key, record);
        }
        Ok(compiled)
    }
}

/// Where a function begins in the input, from which places in it are counted.
fn start(graph: &Graph, key: FuncKey) -> u32 {
    match key {
        FuncKey::Core(module, defined) => {
            graph.plan.modules[ModuleId::from_u32(module)].bodies[defined as usize].start as u32
        }
        _ => 0,
    }
}
