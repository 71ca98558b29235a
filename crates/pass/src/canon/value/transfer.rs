//! Lifting and lowering in one, for values between which nothing else has to happen.
//!
//! It differs from [`lift`] followed by [`lower`] for variants, where it decides between the cases
//! once, and for values that are not kept in SSA values.

use super::lift::lift;
use super::list;
use super::lower::lower;
use super::operand::{Operand, Target, addresses};
use super::record::transfer_record;
use super::shape::{Shape, is_narrow};
use super::variant::{Variant, lift_case_index, move_variant};
use crate::canon::call::crossing::Crossing;
use alloc::vec::Vec;
use cantilever_abi::ValType;
use cranelift_codegen::ir::Value;

/// Lifts a value and lowers it.
pub(in crate::canon) fn transfer(c: &mut Crossing, ty: ValType, source: &Operand, target: &Target) -> Vec<Value> {
    match addresses(source, target) {
        Some((from, to)) if c.transfer_part(ty, from, to) => Vec::new(),
        _ => transfer_here(c, ty, source, target),
    }
}

/// The same, written out but for what it is made of.
pub(in crate::canon) fn transfer_here(c: &mut Crossing, ty: ValType, source: &Operand, target: &Target) -> Vec<Value> {
    let in_memory = addresses(source, target).is_some();
    match Shape::of(c.env.types, ty) {
        Shape::Variant(cases) => {
            let case_index = lift_case_index(c, &cases, source);
            let variant = Variant { ty, cases: &cases, case_index };
            move_variant(c, variant, source, target, transfer)
        }
        Shape::Record(fields) if !is_narrow(c.env.types, ty) || in_memory && c.parts.is_some() => {
            transfer_record(c, &fields, source, target)
        }
        Shape::LongList(element, count) => {
            list::transfer_long_list(c, element, count, source.address(), target.address());
            Vec::new()
        }
        _ => {
            let values = lift(c, ty, source);
            lower(c, ty, &values, target)
        }
    }
}
