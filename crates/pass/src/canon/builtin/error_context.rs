//! `error-context.new`, `error-context.debug-message`, `error-context.drop`, and error contexts
//! that cross a boundary.
//!
//! The debug message is always discarded, as in the specification's deterministic profile: it is
//! not even lifted. So an error context is an entry of a handle table and nothing else; one that
//! the host has is nothing at all.

use crate::canon::CanonEnv;
use crate::canon::call::crossing::Crossing;
use crate::canon::call::side::Side;
use crate::canon::call::tuple::check_tuple;
use crate::canon::value::operand::{Operand, Target, widen_pointer};
use crate::clif::Emit;
use crate::clif::signature::POINTER;
use crate::handles::{add_own, get_rep, remove_own};
use alloc::vec::Vec;
use cantilever_abi::block::HandleEntry;
use cantilever_abi::{Encoding, GuestSide, ValType};
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// The size of a handle in memory.
const SIZE: u32 = size_of::<u32>() as u32;

pub(super) fn canon_error_context_new(e: &mut Emit, side: Side) {
    side.check_may_leave(e);
    let index = add(e, side);
    e.b.ins().return_(&[index]);
}

/// Stores the empty string. That its place is aligned and in bounds is checked before `realloc` is
/// called.
pub(super) fn canon_error_context_debug_message(
    e: &mut Emit,
    env: &CanonEnv,
    guest: &GuestSide,
    [index, pointer]: [Value; 2],
) {
    let side = Side::guest(env, guest);
    side.check_may_leave(e);
    get(e, side, index);
    let pointer = widen_pointer(e, pointer, side.width());
    let address = check_tuple(e, env, side, &[ValType::String], pointer);
    let align = match guest.options.encoding {
        Encoding::Utf8 => 1,
        Encoding::Utf16 | Encoding::Latin1Utf16 => 2,
    };
    let none = e.b.ins().iconst(POINTER, 0);
    let string = side.allocate(e, align, none).pointer;
    Target::Memory(side.address(address)).put_range(e, [string, none]);
    e.b.ins().return_(&[]);
}

pub(super) fn canon_error_context_drop(e: &mut Emit, side: Side, index: Value) {
    side.check_may_leave(e);
    remove_own(e, side.table, index, HandleEntry::ERROR_CONTEXT);
    e.b.ins().return_(&[]);
}

/// The lifted form has no content.
pub(in crate::canon) fn lift_error_context(c: &mut Crossing, source: &Operand) -> Value {
    let index = source.bits(c.e, SIZE);
    if !c.from.is_host() {
        get(c.e, c.from, index);
    }
    c.e.b.ins().iconst(types::I32, 0)
}

pub(in crate::canon) fn lower_error_context(c: &mut Crossing, value: Value, target: &Target) -> Vec<Value> {
    let handle = if c.to.is_host() { value } else { add(c.e, c.to) };
    target.put(c.e, handle, SIZE)
}

fn get(e: &mut Emit, side: Side, index: Value) {
    get_rep(e, side.table, index, HandleEntry::ERROR_CONTEXT);
}

fn add(e: &mut Emit, side: Side) -> Value {
    let none = e.b.ins().iconst(types::I32, 0);
    add_own(e, side.table, HandleEntry::ERROR_CONTEXT, none)
}
