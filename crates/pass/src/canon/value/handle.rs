//! Handles: `lift_own`, `lift_borrow`, `lower_own`, `lower_borrow`. A lifted handle is its
//! representation.

use super::operand::{Operand, Target};
use crate::canon::call::crossing::Crossing;
use crate::handles::{add_borrow, add_own, lend, remove_own};
use alloc::vec::Vec;
use cantilever_abi::ResourceId;
use cranelift_codegen::ir::Value;

/// The size of a handle in memory.
const SIZE: u32 = size_of::<u32>() as u32;

pub(in crate::canon) fn lift_own(c: &mut Crossing, resource: ResourceId, source: &Operand) -> Value {
    let index = source.bits(c.e, SIZE);
    if c.from.keeps_bare(c.env, resource) {
        return index;
    }
    remove_own(c.e, c.from.table, index, resource.as_u32())
}

pub(in crate::canon) fn lift_borrow(c: &mut Crossing, resource: ResourceId, source: &Operand) -> Value {
    let index = source.bits(c.e, SIZE);
    if c.from.keeps_bare(c.env, resource) {
        return index;
    }
    let lent = lend(c.e, c.from.table, index, resource.as_u32());
    c.borrows.add_lender(c.e, c.occurrence, lent.index);
    lent.rep
}

pub(in crate::canon) fn lower_own(c: &mut Crossing, resource: ResourceId, rep: Value, target: &Target) -> Vec<Value> {
    let handle = if c.to.keeps_bare(c.env, resource) { rep } else { add_own(c.e, c.to.table, resource.as_u32(), rep) };
    target.put(c.e, handle, SIZE)
}

pub(in crate::canon) fn lower_borrow(
    c: &mut Crossing,
    resource: ResourceId,
    rep: Value,
    target: &Target,
) -> Vec<Value> {
    let handle = if c.to.implements(c.env, resource) {
        rep
    } else {
        let scope = c.borrows.incur(c.e, c.occurrence);
        let index = add_borrow(c.e, c.to.table, resource.as_u32(), rep, scope);
        c.borrows.incurred(index, resource);
        index
    };
    target.put(c.e, handle, SIZE)
}
