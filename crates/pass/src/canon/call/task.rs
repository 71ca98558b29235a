//! Tasks: what the specification keeps for each call of a lifted function, as far as calls that
//! never block need it.
//!
//! A call runs to its end on the stack of its caller before the caller goes on. So a task is its
//! storage, for `context.get`, and for an asynchronous lift a [`Task`] in the adapter's frame, to
//! which `task.return` writes the result. An adapter saves the task state that it finds in the
//! callee's instance, and restores it afterwards. A trap leaves pointers to dead frames there; the
//! runtime clears them, and no code of the root runs again.
//!
//! There are boundaries, each of which traps: a callback that asks to wait, and backpressure or a
//! taken exclusive lock when a call begins. Another is a task that yields while its caller could go
//! on ([`Suspension`]). The result is lowered to the caller when the task has ended, not within
//! `task.return`. Meanwhile it lies in memory of the host's, with 64-bit layout and representations
//! for handles ([`Side::task_result`]). An asynchronous lower always finds its subtask returned.
//! Concurrent tasks will need stacks of their own, a record that outlives the adapter's frame, and
//! subtasks in handle tables; what they change is behind
//! [`TaskScope`](super::task_scope::TaskScope), [`AsyncCall`] and the built-ins.

use super::borrow::Borrows;
use super::side::Side;
use super::tuple::{buffer, is_from_host, tuple_layout};
use crate::canon::CanonEnv;
use crate::canon::value::operand::Operand;
use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use alloc::vec::Vec;
use cantilever_abi::block::intrinsics::HostMark;
use cantilever_abi::block::{InstanceState, Intrinsic, Task, TrapKind};
use cantilever_abi::layout::Layout;
use cantilever_abi::{Callee, CanonOptions, Encoding, Memory, Place, PointerWidth, ValType};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// `CallbackCode.WAIT`, the greatest; `EXIT` is 0 and `YIELD` is 1.
const WAIT: i64 = 2;
/// The bits of a packed callback result that are its code.
const CODE_BITS: i64 = 0xf;
/// `EventCode.NONE`.
const NONE: i64 = 0;
/// `Subtask.State.RETURNED`.
const RETURNED: i64 = 2;

/// What an asynchronous lower returns for a subtask that has returned.
pub(in crate::canon) fn returned_subtask(e: &mut Emit) -> Value {
    e.b.ins().iconst(types::I32, RETURNED)
}

/// A call of a function that is lifted with `async`.
pub(in crate::canon) struct AsyncCall {
    /// The address of its [`Task`].
    pub(in crate::canon) record: Value,
    result: Value,
    /// The mark of the stretch in which the host has the result; none if it has nothing, or is the
    /// caller.
    mark: Option<Value>,
}

impl AsyncCall {
    /// Makes the record. `result` is the type of the result, of which there is at most one.
    pub(in crate::canon) fn begin(
        e: &mut Emit,
        env: &CanonEnv,
        (result, options): (&[ValType], &CanonOptions),
        (borrows, caller): (&Borrows, Side),
    ) -> Self {
        let layout = tuple_layout(env, result, PointerWidth::W64);
        // A caller that is the host reads the result when its call has ended, with which all
        // stretches end.
        let is_kept = is_from_host(layout) || result.iter().any(|ty| env.types.contains_pointer(*ty));
        let mark = (is_kept && !caller.is_host()).then(|| {
            let mark = buffer(e, Layout { size: size_of::<HostMark>() as u32, align: align_of::<HostMark>() as u32 });
            e.call_intrinsic(Intrinsic::HostEnter, &[mark]);
            mark
        });
        let at = buffer(e, layout);
        if is_from_host(layout) {
            e.call_intrinsic(Intrinsic::HostKeep, &[]);
        }
        let record = buffer(e, Layout { size: size_of::<Task>() as u32, align: align_of::<Task>() as u32 });
        let lender = e.own_name();
        let scope = borrows.scope().unwrap_or_else(|| e.b.ins().iconst(types::I32, i64::from(Task::NO_SCOPE)));
        let signature = e.b.ins().iconst(types::I64, signature(result, options.encoding, options.memory));
        let zero = e.b.ins().iconst(types::I32, 0);
        for (value, field) in [
            (signature, offset_of!(Task, signature)),
            (at, offset_of!(Task, result)),
            (lender, offset_of!(Task, lender)),
            (scope, offset_of!(Task, scope)),
            (zero, offset_of!(Task, resolved)),
        ] {
            e.store_field(Region::Task, value, record, field);
        }
        AsyncCall { record, result: at, mark }
    }

    /// Requires that the task has returned; the result, to be lifted from the side `host`.
    pub(in crate::canon) fn end(&self, e: &mut Emit, env: &CanonEnv, result: &[ValType], host: Side) -> Vec<Operand> {
        let resolved = e.load_field(types::I32, Region::Task, self.record, offset_of!(Task, resolved));
        e.trap_unless(resolved, TrapKind::TaskNotReturned);
        Operand::Memory(host.address(self.result)).fields(e, env.types, result)
    }

    /// The caller has the result: the host needs it no longer.
    pub(in crate::canon) fn release(&self, e: &mut Emit) {
        if let Some(mark) = self.mark {
            e.call_intrinsic(Intrinsic::HostLeave, &[mark]);
        }
    }
}

/// What happens when a task of an asynchronous lift cannot go on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::canon) enum Suspension {
    /// The caller is blocked until the task returns. A task that yields goes on, for there is no
    /// other; one that waits would wait forever.
    CallerWaits,
    /// The caller would go on, with a subtask that has not returned.
    CallerGoesOn,
}

/// The loop of `canon_lift` over what the function, and then its callback, return.
pub(in crate::canon) fn run_callbacks(
    e: &mut Emit,
    env: &CanonEnv,
    (callback, packed): (Callee, Value),
    suspension: Suspension,
) {
    let (next, go_on, exit) = (e.block([types::I32]), e.b.create_block(), e.b.create_block());
    e.jump(next, &[packed]);
    e.b.switch_to_block(next);
    let packed = e.b.block_params(next)[0];
    if env.supervision.interruptible {
        e.check_interruption();
    }
    let code = e.b.ins().band_imm_u(packed, CODE_BITS);
    let unsupported = e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, code, WAIT);
    e.trap_if_with(unsupported, TrapKind::UnsupportedCallbackCode, &[code]);
    match suspension {
        Suspension::CallerWaits => {
            let waits = e.b.ins().icmp_imm_u(IntCC::Equal, code, WAIT);
            e.trap_if(waits, TrapKind::CannotBlock);
        }
        Suspension::CallerGoesOn => e.trap_if(code, TrapKind::Unsupported),
    }
    e.b.ins().brif(code, go_on, &[], exit, &[]);
    e.b.seal_block(go_on);
    e.b.seal_block(exit);
    e.b.switch_to_block(go_on);
    let none = e.b.ins().iconst(types::I32, NONE);
    let signature = e.convention.core([types::I32; 3], [types::I32]);
    let results = e.call_core(callback, signature, &[none; 3]);
    e.jump(next, &results);
    e.b.seal_block(next);
    e.b.switch_to_block(exit);
}

/// The bits of a [`signature`] that say which memory is meant; zero for none.
pub(in crate::canon) const SIGNATURE_MEMORY: i64 = u32::MAX as i64;

/// What a lift and the `task.return` of its tasks must agree on: the result's type, and the options
/// of lifting it.
pub(in crate::canon) fn signature(result: &[ValType], encoding: Encoding, memory: Option<Memory>) -> i64 {
    let encoding = match encoding {
        Encoding::Utf8 => 0,
        Encoding::Utf16 => 1,
        Encoding::Latin1Utf16 => 2,
    };
    // Places are below 2^30, so this fits 32 bits.
    let memory = match memory.map(|memory| memory.place) {
        None => 0,
        Some(Place::Here(at)) => 2 * i64::from(at) + 1,
        Some(Place::Through(at)) => 2 * i64::from(at) + 2,
    };
    let ty = result.first().map_or(0, |ty| i64::from(ty.ordinal()) + 1);
    ty << 34 | encoding << 32 | memory
}

/// The address of the record of an instance's task; 0 if its lift is synchronous.
pub(in crate::canon) fn current_task(e: &mut Emit, env: &CanonEnv, instance: u32) -> Value {
    let at = env.layout.instance_state(instance) as usize + offset_of!(InstanceState, task);
    e.load_field(POINTER, Region::Task, e.vmctx, at)
}
