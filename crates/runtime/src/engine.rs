//! What all stores of an embedding share: configuration and the identities of core function types.

use super::code::Code;
use super::core_types::position;
use super::error::LinkError;
use super::idle::IdleBlocks;
use super::native_stack::StackBudget;
use super::profiler::Profiler;
use cantilever_object::artifact::{CoreFuncType, FunctionEntry};
use cantilever_object::load::LoadError;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

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

    /// The greatest number of entries that any one handle table may grow to. Without it, the capacity that the component
    /// was compiled with.
    pub fn handle_quota(mut self, entries: u32) -> Self {
        self.handle_quota = Some(entries);
        self
    }

    /// How much address space of instances that have ended is kept for later instances of the same components: a number of
    /// reservations, one for each instance and one for each of its linear memories (4 GiB, of which idle ones use no
    /// memory), or for each 4 GiB of a larger one. 256 unless it is set; with 0 everything is given
    /// back at once.
    pub fn idle_reservations(mut self, reservations: usize) -> Self {
        self.idle_reservations = reservations;
        self
    }

    /// How much native stack guests may use: the bytes below the frame that enters the first of
    /// them, rounded up by at most 128 KiB. 1 MiB unless it is set, whatever the size of the
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
    /// [`StackError::TooSmall`](super::StackError::TooSmall).
    pub fn host_stack_reserve(mut self, bytes: usize) -> Self {
        self.stack.host = bytes;
        self
    }

    /// The size in bytes of a stack, as for [`std::thread::Builder::stack_size`], on which guests
    /// have all of [`max_wasm_stack`](Self::max_wasm_stack) and host functions all of their
    /// reserve, when the first guest is entered with at most 256 KiB in use.
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
    core_types: RwLock<CoreTypes>,
    idle: IdleBlocks,
}

/// Core function types. Identities are consecutive in a recursion group; identity 0 means "no type".
#[derive(Debug, Default)]
struct CoreTypes {
    /// Recursion groups, with the identity of the first type of each.
    groups: HashMap<Vec<GroupMember>, u32>,
    /// The declared supertype of each type, 0 if it has none, by identity minus one.
    supertypes: Vec<u32>,
}

/// A type of a recursion group. It names types outside of the group by their identities and others by their
/// positions, so that groups that are equal are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct GroupMember {
    pub(super) ty: CoreFuncType,
    pub(super) is_final: bool,
    pub(super) supertype: Option<u32>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Engine {
    /// An engine with these settings. The first one installs the signal handlers that turn hardware
    /// faults of guests into traps, for SIGSEGV, SIGILL and SIGFPE. Signals that are not a guest's
    /// fault, and those that somebody sent, go to the handler that was there before. A handler that
    /// the embedder installs afterwards must treat ours so, and be installed with `SA_ONSTACK`.
    pub fn new(config: Config) -> Self {
        super::trap::install_signal_handlers();
        Engine(Arc::new(EngineState { config, core_types: RwLock::default(), idle: IdleBlocks::default() }))
    }

    /// The engine-wide identity of a core function type that is declared by itself, as most are.
    pub(crate) fn type_id(&self, ty: &CoreFuncType) -> u32 {
        self.group_id(vec![GroupMember { ty: ty.clone(), is_final: true, supertype: None }])
    }

    /// The engine-wide identity of the first type of a recursion group; the others follow.
    pub(super) fn group_id(&self, group: Vec<GroupMember>) -> u32 {
        let mut types = self.0.core_types.write().unwrap_or_else(PoisonError::into_inner);
        let CoreTypes { groups, supertypes } = &mut *types;
        let next = supertypes.len() as u32 + 1;
        let absolute = |id: u32| position(id).map_or(id, |position| next + position);
        *groups.entry(group).or_insert_with_key(|group| {
            supertypes.extend(group.iter().map(|member| member.supertype.map_or(0, absolute)));
            next
        })
    }

    /// Is a function type another, or a declared subtype of it?
    pub(crate) fn is_subtype(&self, ty: u32, supertype: u32) -> bool {
        let types = self.0.core_types.read().unwrap_or_else(PoisonError::into_inner);
        // Supertypes are declared before their subtypes, so that this comes to an end.
        let parent = |ty: &u32| types.supertypes.get((*ty as usize).checked_sub(1)?).copied();
        core::iter::successors(Some(ty), parent).any(|ty| ty == supertype)
    }

    /// The quota of a handle table with this capacity.
    pub(crate) fn handle_quota(&self, capacity: u32) -> u32 {
        self.0.config.handle_quota.unwrap_or(capacity).clamp(1, capacity.max(1))
    }

    /// How stacks are shared out.
    pub(super) fn stack_budget(&self) -> StackBudget {
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
        profiler.name(code, functions).map_err(|e| LoadError::Profiler(e.to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core_types::mark;
    use cantilever_abi::CoreTypeId;
    use cantilever_object::artifact::CoreValType;

    fn member(refers_to: Option<u32>, is_final: bool, supertype: Option<u32>) -> GroupMember {
        let reference = |id| CoreValType::TypedFuncRef { nullable: true, ty: CoreTypeId::from_u32(mark(id)) };
        let ty = CoreFuncType { params: refers_to.map(reference).into_iter().collect(), results: vec![] };
        GroupMember { ty, is_final, supertype }
    }

    #[test]
    fn equal_groups_have_equal_identities_and_no_others() {
        let engine = Engine::default();
        let pair = || vec![member(Some(1), true, None), member(Some(0), true, None)];
        let first = engine.group_id(pair());
        assert_eq!(engine.group_id(pair()), first);
        let plain = engine.group_id(vec![member(None, true, None)]);
        assert_eq!(plain, first + 2);
        assert_eq!(engine.type_id(&CoreFuncType { params: vec![], results: vec![] }), plain);
        let open = engine.group_id(vec![member(None, false, None)]);
        assert_ne!(open, plain);
        assert_ne!(engine.group_id(vec![member(None, true, Some(open))]), plain);
    }

    #[test]
    fn subtypes_are_declared_and_transitive() {
        let engine = Engine::default();
        let top = engine.group_id(vec![member(None, false, None)]);
        let middle = engine.group_id(vec![member(None, false, Some(top))]);
        let bottom = engine.group_id(vec![member(None, true, Some(middle))]);
        let other = engine.group_id(vec![member(None, true, Some(top))]);
        assert!(engine.is_subtype(bottom, top) && engine.is_subtype(bottom, bottom));
        assert!(!engine.is_subtype(top, bottom) && !engine.is_subtype(other, middle));
        assert!(!engine.is_subtype(0, top) && !engine.is_subtype(u32::MAX, top));
    }
}
