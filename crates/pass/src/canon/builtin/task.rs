//! `task.return`, `context.get`, `context.set`, `backpressure.inc`, `backpressure.dec`.

use crate::canon::CanonEnv;
use crate::canon::call::borrow::Borrows;
use crate::canon::call::crossing::Crossing;
use crate::canon::call::occurrence::Occurrence;
use crate::canon::call::scope::check_scope;
use crate::canon::call::side::Side;
use crate::canon::call::task::{SIGNATURE_MEMORY, current_task, signature};
use crate::canon::call::task_scope::storage_offset;
use crate::canon::call::tuple::load_tuple;
use crate::canon::value::operand::{Operand, Target};
use crate::canon::value::transfer::transfer;
use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use alloc::vec::Vec;
use cantilever_abi::block::{InstanceState, Intrinsic, Task, TrapKind};
use cantilever_abi::flatten::flatten_many;
use cantilever_abi::{GuestSide, StorageSlot, ValType};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// Puts the result where the adapter that waits for the task expects it. Whether the task may
/// return is checked before the result is lifted, so of two faults the other one may be reported.
pub(super) fn canon_task_return(
    e: &mut Emit,
    env: &CanonEnv,
    guest: &GuestSide,
    result: Option<ValType>,
    params: &[Value],
) {
    let side = Side::guest(env, guest);
    side.check_may_leave(e);
    let task = current_task(e, env, guest.instance);
    e.trap_unless(task, TrapKind::TaskReturnInvalid);
    let result: Vec<ValType> = result.into_iter().collect();
    check_signature(e, task, signature(&result, guest.options.encoding, guest.options.memory));
    let resolved = e.load_field(types::I32, Region::Task, task, offset_of!(Task, resolved));
    e.trap_if(resolved, TrapKind::TaskReturnedTwice);
    check_borrows(e, env, guest.instance, task);

    let sources = if flatten_many(env.types, result.iter().copied(), side.width()).is_none() {
        load_tuple(e, env, side, &result, params[0])
    } else {
        Operand::Flat(params.to_vec(), side.width()).fields(e, env.types, &result)
    };
    let to = Side::task_result(env);
    let buffer = e.load_field(POINTER, Region::Task, task, offset_of!(Task, result));
    let targets = Target::Memory(to.address(buffer)).fields(e, env.types, &result);
    let mut borrows = Borrows::none(env, guest.instance);
    let occurrence = Occurrence::Once;
    let mut c = Crossing { env, e, from: side, to, borrows: &mut borrows, occurrence, fills: false, parts: None };
    for ((ty, source), target) in result.iter().zip(&sources).zip(&targets) {
        transfer(&mut c, *ty, source, target);
    }
    if result.iter().any(|ty| env.types.contains_pointer(*ty)) {
        e.call_intrinsic(Intrinsic::HostKeep, &[]);
    }
    let yes = e.b.ins().iconst(types::I32, 1);
    e.store_field(Region::Task, yes, task, offset_of!(Task, resolved));
    e.b.ins().return_(&[]);
}

/// `trap_if(result_type != task.ft.result)`, `trap_if(not LiftOptions.equal(opts, task.opts))`. A
/// `task.return` that names no memory, because its type needs none, goes with every lift, as the
/// official scripts have it.
fn check_signature(e: &mut Emit, task: Value, own: i64) {
    let mut lifted = e.load_field(types::I64, Region::Task, task, offset_of!(Task, signature));
    if own & SIGNATURE_MEMORY == 0 {
        lifted = e.b.ins().band_imm_s(lifted, !SIGNATURE_MEMORY);
    }
    let own = e.b.ins().iconst(types::I64, own);
    let other = e.b.ins().icmp(IntCC::NotEqual, lifted, own);
    e.trap_if(other, TrapKind::TaskReturnInvalid);
}

/// `trap_if(self.num_borrows > 0)`.
fn check_borrows(e: &mut Emit, env: &CanonEnv, instance: u32, task: Value) {
    let scope = e.load_field(types::I32, Region::Task, task, offset_of!(Task, scope));
    let none = e.b.ins().icmp_imm_u(IntCC::Equal, scope, i64::from(Task::NO_SCOPE));
    e.unless(none, |e| {
        let lender = |e: &mut Emit| e.load_field(types::I64, Region::Task, task, offset_of!(Task, lender));
        check_scope(e, env.layout.scopes as usize, (instance, scope), lender);
    });
}

pub(super) fn canon_context_get(e: &mut Emit, env: &CanonEnv, instance: u32, slot: StorageSlot) {
    let at = env.layout.instance_state(instance) as usize + storage_offset(slot.index as usize);
    let word = e.load_field(types::I64, Region::Task, e.vmctx, at);
    let value = match crate::clif::signature::flat_type(slot.ty) {
        types::I64 => word,
        narrow => e.b.ins().ireduce(narrow, word),
    };
    e.b.ins().return_(&[value]);
}

pub(super) fn canon_context_set(e: &mut Emit, env: &CanonEnv, instance: u32, slot: StorageSlot, value: Value) {
    let at = env.layout.instance_state(instance) as usize + storage_offset(slot.index as usize);
    let word = match e.b.func.dfg.value_type(value) {
        types::I64 => value,
        _ => e.b.ins().uextend(types::I64, value),
    };
    e.store_field(Region::Task, word, e.vmctx, at);
    e.b.ins().return_(&[]);
}

pub(super) fn canon_backpressure_inc(e: &mut Emit, env: &CanonEnv, instance: u32) {
    let at = backpressure_offset(env, instance);
    let count = e.load_field(types::I16, Region::Task, e.vmctx, at);
    let count = e.b.ins().iadd_imm_u(count, 1);
    // The count that the specification traps on, 2^16, wraps to 0.
    e.trap_unless(count, TrapKind::BackpressureOutOfRange);
    e.store_field(Region::Task, count, e.vmctx, at);
    e.b.ins().return_(&[]);
}

pub(super) fn canon_backpressure_dec(e: &mut Emit, env: &CanonEnv, instance: u32) {
    let at = backpressure_offset(env, instance);
    let count = e.load_field(types::I16, Region::Task, e.vmctx, at);
    e.trap_unless(count, TrapKind::BackpressureOutOfRange);
    let count = e.b.ins().iadd_imm_s(count, -1);
    e.store_field(Region::Task, count, e.vmctx, at);
    e.b.ins().return_(&[]);
}

fn backpressure_offset(env: &CanonEnv, instance: u32) -> usize {
    env.layout.instance_state(instance) as usize + offset_of!(InstanceState, backpressure)
}
