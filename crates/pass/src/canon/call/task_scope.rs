//! What every call into an instance saves and restores: the instance's task, its storage, and the
//! exclusive lock.
//!
//! It must not know sides, options of memory, or results: [`task`](super::task) does.

use crate::canon::CanonEnv;
use crate::clif::{Emit, Region};
use alloc::vec::Vec;
use cantilever_abi::block::{CONTEXT_LENGTH, GATE, InstanceState, TrapKind};
use cantilever_abi::{FuncType, GuestSide};
use core::mem::offset_of;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// A call into an instance: what it must put back when it ends.
#[derive(Default)]
pub(in crate::canon) struct TaskScope {
    /// The task state as it was before the call: values and their block offsets.
    saved: Vec<(Value, usize)>,
    /// Block offset of the exclusive lock, if the call holds it.
    lock: Option<usize>,
}

impl TaskScope {
    /// `enter_implicit_thread` of a lifted function. The task of a synchronous lift has no record.
    ///
    /// The function starts at once or traps. A call that the host makes while it is called itself
    /// counts like any other. The specification lets instances be reentered, but a task that waits
    /// for the exclusive lock of its own caller waits for ever.
    pub(in crate::canon) fn enter(
        e: &mut Emit,
        env: &CanonEnv,
        (ty, guest): (&FuncType, &GuestSide),
        record: Option<Value>,
    ) -> Self {
        let lock = if ty.is_async { pass_gate(e, env, guest) } else { None };
        TaskScope { lock, ..Self::replace(e, env.task_state(guest.instance), record) }
    }

    /// The same for a function that is not asynchronous by type, and so takes no lock: a destructor
    /// or a `realloc`. `state` is from [`CanonEnv::task_state`].
    pub(in crate::canon) fn enter_sync(e: &mut Emit, state: Option<usize>) -> Self {
        Self::replace(e, state, None)
    }

    /// Makes the instance's task this one, with storage of its own.
    fn replace(e: &mut Emit, state: Option<usize>, record: Option<Value>) -> Self {
        let Some(state) = state else { return TaskScope::default() };
        let task = state + offset_of!(InstanceState, task);
        let storage = (0..CONTEXT_LENGTH).map(|index| state + storage_offset(index));
        let fields = core::iter::once(task).chain(storage);
        let saved: Vec<_> = fields.map(|at| (e.load_field(types::I64, Region::Task, e.vmctx, at), at)).collect();
        let zero = e.b.ins().iconst(types::I64, 0);
        for (_, at) in &saved {
            let value = record.filter(|_| *at == task).unwrap_or(zero);
            e.store_field(Region::Task, value, e.vmctx, *at);
        }
        TaskScope { saved, lock: None }
    }

    /// `exit_implicit_thread`.
    pub(in crate::canon) fn exit(self, e: &mut Emit) {
        for (value, at) in self.saved {
            e.store_field(Region::Task, value, e.vmctx, at);
        }
        if let Some(at) = self.lock {
            let free = e.b.ins().iconst(types::I16, 0);
            e.store_field(Region::Task, free, e.vmctx, at);
        }
    }
}

/// Traps if a call of an asynchronous function would have to wait. Takes the exclusive lock where
/// the function needs it; returns the lock's block offset then.
fn pass_gate(e: &mut Emit, env: &CanonEnv, guest: &GuestSide) -> Option<usize> {
    let state = env.layout.instance_state(guest.instance) as usize;
    let needs_exclusive = !guest.options.is_async || guest.options.callback.is_some();
    if needs_exclusive {
        let gate = e.load_field(types::I32, Region::Task, e.vmctx, state + GATE);
        e.trap_if(gate, TrapKind::CannotBlock);
        let lock = state + offset_of!(InstanceState, exclusive);
        let taken = e.b.ins().iconst(types::I16, 1);
        e.store_field(Region::Task, taken, e.vmctx, lock);
        return Some(lock);
    }
    if env.keeps_tasks(guest.instance) {
        let count = e.load_field(types::I16, Region::Task, e.vmctx, state + offset_of!(InstanceState, backpressure));
        e.trap_if(count, TrapKind::CannotBlock);
    }
    None
}

/// Offset in an [`InstanceState`] of a word of the storage of the instance's task.
pub(in crate::canon) fn storage_offset(index: usize) -> usize {
    offset_of!(InstanceState, context) + index * size_of::<u64>()
}
