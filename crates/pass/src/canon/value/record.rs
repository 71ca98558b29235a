//! Records, tuples, and fixed-length lists short enough to be written out.

use super::lift::lift;
use super::lower::lower;
use super::operand::{Operand, Target, split_lifted};
use super::transfer::transfer;
use crate::canon::call::crossing::Crossing;
use alloc::vec::Vec;
use cantilever_abi::ValType;
use cranelift_codegen::ir::Value;

pub(in crate::canon) fn lift_record(c: &mut Crossing, fields: &[ValType], source: &Operand) -> Vec<Value> {
    let sources = source.fields(c.e, c.env.types, fields);
    fields.iter().zip(&sources).flat_map(|(ty, source)| lift(c, *ty, source)).collect()
}

pub(in crate::canon) fn lower_record(
    c: &mut Crossing,
    fields: &[ValType],
    values: &[Value],
    target: &Target,
) -> Vec<Value> {
    let targets = target.fields(c.e, c.env.types, fields);
    let parts = split_lifted(c.env.types, fields, values);
    let mut flat = Vec::new();
    for ((ty, values), target) in fields.iter().zip(parts).zip(&targets) {
        flat.extend(lower(c, *ty, values, target));
    }
    flat
}

/// Lifts and lowers field by field; for records that are not kept in SSA values.
pub(in crate::canon) fn transfer_record(
    c: &mut Crossing,
    fields: &[ValType],
    source: &Operand,
    target: &Target,
) -> Vec<Value> {
    let sources = source.fields(c.e, c.env.types, fields);
    let targets = target.fields(c.e, c.env.types, fields);
    let mut flat = Vec::new();
    for ((ty, source), target) in fields.iter().zip(&sources).zip(&targets) {
        flat.extend(transfer(c, *ty, source, target));
    }
    flat
}
