//! What all stores of an embedding share: configuration and the identities of core function types.

use super::code::Code;
use super::idle::IdleBlocks;
use super::type_identities::TypeIdentities;
use crate::error::LinkError;
use crate::sys::native_stack::StackBudget;
use crate::sys::profiler::Profiler;
use cantilever_abi::block::Intrinsics;
use cantilever_object::artifact::FunctionEntry;
use cantilever_object::load::LoadError;
use std::sync::Arc;

/// Settings of an [`Engine`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    handle_quota: Option<u32>,
    idle_reservations: usize,
    profiler: Option<Profiler>,
    stack: StackBudget,
}

impl Default for Config {
    fn default() -> Self {
        Config { handle_quota: None, idle_reservations: 256, profiler: None, stack: StackBudget::default() }
    }
}

impl Config {
    /// Settings that suit most embeddings.
    pub fn new() -> Self {
        Self::default()
    }

    /// The greatest number of entries that any one handle table may grow to. Without it, the
    /// capacity that the component was compiled with.
    pub fn handle_quota(mut self, entries: u32) -> Self {
        self.handle_quota = Some(entries);
        self
    }

    /// How much address space of ended instances is kept for later instances of the same
    /// components, as a number of reservations. An instance counts as one, and so does each of its
    /// linear memories: 4 GiB, of which idle ones use no memory. A larger memory counts once for
    /// each 4 GiB. 256 unless it is set. With 0 everything is given back at once.
    pub fn idle_reservations(mut self, reservations: usize) -> Self {
        self.idle_reservations = reservations;
        self
    }

    /// How much native stack guests may use, in bytes below the frame that enters the first of
    /// them. It is rounded up by at most 128 KiB. 1 MiB unless it is set, whatever the size of the
    /// thread's stack. Guests that need more trap, with
    /// [`TrapKind::StackOverflow`](cantilever_abi::block::TrapKind::StackOverflow).
    ///
    /// Guests that host functions enter, of whatever store, share it with those that wait for them;
    /// what host functions between them use counts as well. On a thread whose stack is too small,
    /// guests have what [`host_stack_reserve`](Self::host_stack_reserve) leaves;
    /// [`thread_stack_size`](Self::thread_stack_size) is enough. No more than 1 GiB of a stack is
    /// used.
    pub fn max_wasm_stack(mut self, bytes: usize) -> Self {
        self.stack.guests = bytes;
        self
    }

    /// How much native stack host functions have at least, in bytes, however deep the guests are
    /// that call them. 256 KiB unless it is set. A host function that needs more overflows the
    /// stack, which ends the process.
    ///
    /// It counts from the lowest address of the thread's stack, above which the runtime keeps
    /// another 128 KiB. So on larger stacks host functions have what
    /// [`max_wasm_stack`](Self::max_wasm_stack) leaves: on a thread with 2 MiB more than 700 KiB.
    /// On a stack that has no room for guests beside this, they are not entered: the error is
    /// [`StackError::TooSmall`](crate::StackError::TooSmall).
    pub fn host_stack_reserve(mut self, bytes: usize) -> Self {
        self.stack.host = bytes;
        self
    }

    /// The size in bytes of a stack, as for [`std::thread::Builder::stack_size`], that has room for
    /// everything. On it guests have all of [`max_wasm_stack`](Self::max_wasm_stack), and host
    /// functions all of their reserve. At most 256 KiB of it may be in use when the first guest is
    /// entered.
    pub fn thread_stack_size(&self) -> usize {
        self.stack.whole(256 << 10)
    }

    /// Names the functions of all code that is loaded for a profiler.
    pub fn profiler(mut self, profiler: Profiler) -> Self {
        self.profiler = Some(profiler);
        self
    }
}

/// Shared by components and stores; cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<EngineState>);

#[derive(Debug)]
struct EngineState {
    config: Config,
    intrinsics: &'static Intrinsics,
    types: TypeIdentities,
    idle: IdleBlocks,
}

impl Engine {
    /// An engine with these settings, for code that calls these routines.
    pub(crate) fn with_intrinsics(config: Config, intrinsics: &'static Intrinsics) -> Self {
        let (types, idle) = (TypeIdentities::default(), IdleBlocks::default());
        Engine(Arc::new(EngineState { config, intrinsics, types, idle }))
    }

    /// The routines that code calls.
    pub(crate) fn intrinsics(&self) -> &'static Intrinsics {
        self.0.intrinsics
    }

    /// The identities of core function types.
    pub(crate) fn types(&self) -> &TypeIdentities {
        &self.0.types
    }

    /// The quota of a handle table with this capacity.
    pub(crate) fn handle_quota(&self, capacity: u32) -> u32 {
        self.0.config.handle_quota.unwrap_or(capacity).clamp(1, capacity.max(1))
    }

    /// How stacks are shared out.
    pub(crate) fn stack_budget(&self) -> StackBudget {
        self.0.config.stack
    }

    /// Blocks of instances that have ended.
    pub(crate) fn idle(&self) -> &IdleBlocks {
        &self.0.idle
    }

    /// How many reservations idle blocks may have.
    pub(crate) fn idle_limit(&self) -> usize {
        self.0.config.idle_reservations
    }

    /// Names the functions of some code for the profiler, if there is one.
    pub(crate) fn profile(&self, code: &Code, functions: &[FunctionEntry]) -> Result<(), LoadError> {
        let Some(profiler) = self.0.config.profiler else { return Ok(()) };
        profiler.name(code.addresses().start, functions).map_err(|e| LoadError::Profiler(e.to_string()))
    }

    /// Are these the same engine?
    pub(crate) fn same(&self, other: &Engine) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// `what` is of `other` engine; may it meet what is of this one?
    pub(crate) fn admit(&self, other: &Engine, what: &'static str, to: &'static str) -> Result<(), LinkError> {
        if self.same(other) { Ok(()) } else { Err(LinkError::WrongEngine { what, to }) }
    }
}
