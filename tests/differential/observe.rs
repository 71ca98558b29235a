//! What a module does, as lines of text that engines are compared by.

use super::generate::{Case, FUEL, fuel};
use super::random::{Digest, Random};
use super::shape::{FuncType, Item};
use super::value::{self, Type, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// The greatest size of a memory, in bytes.
pub const MEMORY_BYTES: u64 = 1 << 20;
/// The greatest number of elements of a table.
pub const TABLE_ELEMENTS: u64 = 10_000;
/// The native stack that a case needs, so that its fuel ends before it.
pub const STACK: usize = 1 << 30;
/// How often each function is called.
const ROUNDS: u64 = 3;

/// Why something did not succeed, in words that are the same for all engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Trap(&'static str),
    /// How deep calls can nest differs between engines: nothing after this can be compared.
    StackOverflow,
    Exception,
    /// A function of the host's refused.
    Host,
    /// A limit was reached while the instance was made.
    Resources,
    /// Something that no engine should say of a valid module.
    Refused(String),
}

/// An instance. Those of a lifted module have functions only.
pub trait Guest {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Vec<Value>, Fault>;

    fn memory(&mut self, name: &str) -> Vec<u8> {
        unreachable!("memory {name} of a lifted module")
    }

    fn table_len(&mut self, name: &str) -> u64 {
        unreachable!("table {name} of a lifted module")
    }

    fn global(&mut self, name: &str) -> Value {
        unreachable!("global {name} of a lifted module")
    }

    fn set_global(&mut self, name: &str, _: Value) {
        unreachable!("global {name} of a lifted module")
    }
}

/// The functions that modules import: what they return depends on what they are given, and they
/// remember it.
#[derive(Clone, Default)]
pub struct Host(Arc<Mutex<Calls>>);

#[derive(Default)]
struct Calls {
    count: u64,
    digest: Digest,
}

impl Host {
    /// Calls the function that is this import; `None` when it refuses.
    pub fn call(&self, import: usize, results: &[Type], args: &[Value]) -> Option<Vec<Value>> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.count += 1;
        calls.digest.word(import as u64);
        calls.digest.word(value::digest(args).value());
        let mut random = Random::new(calls.digest.value());
        if random.below(16) == 0 {
            return None;
        }
        results.iter().map(|ty| ty.sample(&mut random)).collect()
    }

    /// What was called since the last time.
    fn take(&self) -> Calls {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a module did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub lines: Vec<String>,
    /// The stack was exhausted: the lines end early.
    pub cut: bool,
}

impl Outcome {
    pub fn digest(&self) -> u32 {
        let mut digest = Digest::default();
        self.lines.iter().for_each(|line| digest.bytes(line.as_bytes()));
        digest.short()
    }
}

/// The value that the import of a global has.
pub fn initial(case: &Case, import: usize, ty: Type) -> Option<Value> {
    ty.sample(&mut Random::new(case.seed ^ (import as u64) << 32))
}

/// Calls everything that an instance exports, then looks at what it left behind.
pub fn observe<G: Guest>(case: &Case, host: &Host, instance: Result<G, Fault>) -> Outcome {
    let mut outcome = Outcome { lines: Vec::new(), cut: false };
    let mut guest = match instance {
        Ok(guest) => guest,
        Err(fault) => {
            outcome.cut = fault == Fault::StackOverflow;
            if !outcome.cut {
                outcome.lines.push(format!("instantiation: {fault:?}"));
            }
            return outcome;
        }
    };
    outcome.lines.push(format!("instantiated{}", host_calls(host)));
    for round in 0..ROUNDS {
        for (name, item) in &case.shape.exports {
            let Item::Func(ty) = item else { continue };
            let Some(args) = arguments(case, name, round, ty) else { continue };
            if has_fuel(case) {
                guest.set_global(FUEL, Value::I32(fuel(case.seed)));
            }
            let result = guest.call(name, &args);
            if result == Err(Fault::StackOverflow) {
                outcome.cut = true;
                return outcome;
            }
            outcome.lines.push(format!("{name:?}{args:?} = {result:?}{}", host_calls(host)));
        }
    }
    outcome.lines.extend(case.shape.exports.iter().filter_map(|(name, item)| state(&mut guest, name, item)));
    outcome
}

fn has_fuel(case: &Case) -> bool {
    case.shape.exports.iter().any(|(name, item)| name == FUEL && matches!(item, Item::Global { mutable: true, .. }))
}

fn host_calls(host: &Host) -> String {
    match host.take() {
        Calls { count: 0, .. } => String::new(),
        Calls { count, digest } => format!(" after {count} calls of the host ({:x})", digest.short()),
    }
}

/// Arguments depend on the function's name and not on its place, so that they stay the same when a
/// module is made smaller.
fn arguments(case: &Case, name: &str, round: u64, ty: &FuncType) -> Option<Vec<Value>> {
    let mut random = Random::new(Digest::of(name.as_bytes()).value() ^ case.seed << 8 ^ round);
    ty.params.iter().map(|ty| ty.sample(&mut random)).collect()
}

fn state(guest: &mut impl Guest, name: &str, item: &Item) -> Option<String> {
    Some(match item {
        Item::Memory { .. } => {
            let bytes = guest.memory(name);
            format!("memory {name:?}: {} bytes ({:x})", bytes.len(), Digest::of(&bytes).short())
        }
        Item::Table { .. } => format!("table {name:?}: {} elements", guest.table_len(name)),
        Item::Global { .. } => format!("global {name:?}: {:?}", guest.global(name)),
        Item::Func(_) | Item::Tag(_) => return None,
    })
}
