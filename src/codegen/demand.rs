//! Compiles the functions whose code something needs: what the runtime finds by its key or puts
//! into a `FuncDef`, and whatever compiled code refers to. What was dissolved in all its callers,
//! or is never called, has no code.
//!
//! It must not know what is inlined: what compiled code still refers to decides.

use super::bodies::Bodies;
use super::graph::Graph;
use super::inline::Budget;
use super::machine_code::{self, Worker};
use crate::error::Error;
use crate::options::Progress;
use crate::parallel;
use cantilever_abi::FuncKey;
use cantilever_object::artifact::{FunctionIdentity, LateStep, TemplateItem};
use cantilever_object::compiled::{Compiled, Inlined};
use rayon::Scope;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock};

/// How the code of one function is made.
pub trait Compiler: Sync {
    /// The code of a function of the graph.
    fn compile(&self, worker: &mut Worker, function: &FunctionIdentity) -> Result<Compiled, Error>;
}

/// Compiles each function.
pub struct Fresh<'a> {
    /// The compilation.
    pub graph: &'a Graph,
    /// What may be inlined.
    pub bodies: &'a Bodies,
}

impl Compiler for Fresh<'_> {
    fn compile(&self, worker: &mut Worker, function: &FunctionIdentity) -> Result<Compiled, Error> {
        let body = self.bodies.finished(self.graph, &mut worker.builder, function)?;
        machine_code::compile(&*self.graph.isa, worker, function, body)
    }
}

/// Compiles what is needed, in parallel. The order is that of the graph's list.
pub fn compile(graph: &Graph, compiler: &dyn Compiler, progress: &dyn Progress) -> Result<Vec<Compiled>, Error> {
    progress.start(graph.functions.len());
    let demand = Demand {
        graph,
        compiler,
        progress,
        indices: graph.functions.iter().map(|function| function.key).zip(0..).collect(),
        wanted: graph.functions.iter().map(|_| AtomicBool::new(false)).collect(),
        compiled: graph.functions.iter().map(|_| OnceLock::new()).collect(),
        failure: OnceLock::new(),
        workers: Mutex::default(),
    };
    if parallel::is_little(work(graph)) {
        demand.compile_here();
    } else {
        rayon::scope(|scope| roots(graph).for_each(|key| demand.want(&Queue::Pool(scope), key)));
    }
    demand.finish()
}

/// About how much work there is: the bytes of core functions, and what canonical functions are
/// like.
fn work(graph: &Graph) -> usize {
    let bodies = graph.plan.modules.values().flat_map(|module| &module.bodies);
    bodies.map(|body| body.len()).sum::<usize>() + graph.placed.adapters().count() * Budget::ADAPTER.work()
}

/// Where functions wait that are wanted.
enum Queue<'q, 's> {
    /// For any thread.
    Pool(&'q Scope<'s>),
    /// For this one.
    Here(&'q RefCell<Vec<usize>>),
}

/// The functions that the runtime finds by their keys, and those to which the instantiation refers.
fn roots(graph: &Graph) -> impl Iterator<Item = FuncKey> {
    let is_found = |key: &FuncKey| match key {
        FuncKey::Entry(_) | FuncKey::CoreEntry(_) | FuncKey::HostCall(_) | FuncKey::Dtor(_) | FuncKey::FillEntry(_) => {
            true
        }
        FuncKey::Core(..)
        | FuncKey::Init(_)
        | FuncKey::Canon(_)
        | FuncKey::Lift(_)
        | FuncKey::Part(_)
        | FuncKey::Throw
        | FuncKey::GrowHandles
        | FuncKey::FillRoom(_) => false,
    };
    let found = graph.functions.iter().map(|function| function.key).filter(is_found);
    let instantiation = &graph.placed.instantiation;
    let referred_to = instantiation.template.iter().filter_map(|item| match item {
        TemplateItem::FuncDef { func, .. } => Some(*func),
        _ => None,
    });
    let initialising = instantiation.late_steps.iter().filter_map(|step| match step {
        LateStep::Init { func, .. } => Some(*func),
        _ => None,
    });
    found.chain(referred_to).chain(initialising)
}

/// The functions without code that are spoken of: by backtraces, which name what was inlined, and
/// by messages of traps, which name canonical functions.
pub fn dissolved(functions: &[FunctionIdentity], compiled: &[Compiled]) -> Vec<FunctionIdentity> {
    let inlined = |function: &Compiled| function.inlined.iter().map(|call: &Inlined| call.function).collect::<Vec<_>>();
    let inlined: HashSet<FuncKey> = compiled.iter().flat_map(inlined).collect();
    let mut with_code = compiled.iter().map(|function| function.identity.key).peekable();
    // Both lists have the same order.
    let lacks_code = |function: &&FunctionIdentity| with_code.next_if_eq(&function.key).is_none();
    let is_named = |key: FuncKey| matches!(key, FuncKey::Canon(_)) || inlined.contains(&key);
    functions.iter().filter(lacks_code).filter(|function| is_named(function.key)).cloned().collect()
}

/// A compilation under way.
struct Demand<'a> {
    graph: &'a Graph,
    compiler: &'a dyn Compiler,
    progress: &'a dyn Progress,
    /// The index of each function in the graph's list.
    indices: HashMap<FuncKey, usize>,
    /// For each function: is it compiled already, or going to be?
    wanted: Vec<AtomicBool>,
    /// For each function: its code.
    compiled: Vec<OnceLock<Compiled>>,
    /// The first failure. Nothing begins after it.
    failure: OnceLock<Error>,
    /// Buffers that no thread is using.
    workers: Mutex<Vec<Worker>>,
}

impl Demand<'_> {
    /// Compiles what is needed on this thread.
    fn compile_here(&self) {
        let waiting = RefCell::default();
        let queue = Queue::Here(&waiting);
        roots(self.graph).for_each(|key| self.want(&queue, key));
        let next = || waiting.borrow_mut().pop();
        while let Some(index) = next() {
            self.compile(&queue, index);
        }
    }

    /// Sees to it that a function is compiled.
    fn want<'s>(&'s self, queue: &Queue<'_, 's>, key: FuncKey) {
        let index = self.indices[&key];
        if !self.wanted[index].swap(true, Relaxed) {
            match queue {
                Queue::Pool(scope) => scope.spawn(move |scope| self.compile(&Queue::Pool(scope), index)),
                Queue::Here(waiting) => waiting.borrow_mut().push(index),
            }
        }
    }

    /// Compiles a function, and has what it refers to compiled.
    fn compile<'s>(&'s self, queue: &Queue<'_, 's>, index: usize) {
        if self.failure.get().is_some() {
            return;
        }
        let mut worker = self.idle_workers().pop().unwrap_or_default();
        match self.code(&mut worker, &self.graph.functions[index]) {
            Ok(compiled) => {
                compiled.relocs.iter().for_each(|relocation| self.want(queue, relocation.target));
                let slot = self.compiled[index].set(compiled);
                assert!(slot.is_ok(), "a function is compiled once");
            }
            // Another one may have come first.
            Err(error) => drop(self.failure.set(error)),
        }
        self.idle_workers().push(worker);
    }

    fn code(&self, worker: &mut Worker, function: &FunctionIdentity) -> Result<Compiled, Error> {
        let compiled = self.compiler.compile(worker, function)?;
        self.progress.compiled(&function.name);
        Ok(compiled)
    }

    fn idle_workers(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.workers.lock().expect("nothing panics while it holds the lock")
    }

    /// What is compiled, in order.
    fn finish(self) -> Result<Vec<Compiled>, Error> {
        match self.failure.into_inner() {
            Some(error) => Err(error),
            None => Ok(self.compiled.into_iter().filter_map(OnceLock::into_inner).collect()),
        }
    }
}
