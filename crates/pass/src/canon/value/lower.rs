//! Lowering: the one dispatch on the type for `store` and `lower_flat` of the specification.

use super::operand::{Operand, Target, lifted};
use super::shape::{Shape, is_narrow};
use super::transfer::transfer;
use super::variant::{Variant, move_variant};
use super::{flags, handle, list, record, scalar};
use crate::canon::CanonEnv;
use crate::canon::builtin::error_context;
use crate::canon::call::crossing::Crossing;
use crate::canon::string;
use alloc::vec::Vec;
use cantilever_abi::ValType;
use cranelift_codegen::ir::Value;

/// Writes a lifted value; returns its core values when the target is flat.
pub(in crate::canon) fn lower(c: &mut Crossing, ty: ValType, values: &[Value], target: &Target) -> Vec<Value> {
    if !is_narrow(c.env.types, ty) {
        let source = Operand::Memory(c.from.address(values[0]));
        return transfer(c, ty, &source, target);
    }
    if let Target::Flat(_) = target
        && is_lowered_as_lifted(c.env, ty)
    {
        return values.to_vec();
    }
    match Shape::of(c.env.types, ty) {
        Shape::Scalar(scalar) => scalar::lower_scalar(c, scalar, values[0], target),
        Shape::String => string::lower_string(c, [values[0], values[1]], target),
        Shape::List(element) => list::lower_list(c, &element, [values[0], values[1]], target),
        Shape::Record(fields) => record::lower_record(c, &fields, values, target),
        Shape::LongList(..) => unreachable!("it is not narrow"),
        Shape::Variant(cases) => {
            let variant = Variant { ty, cases: &cases, case_index: values[0] };
            move_variant(c, variant, &lifted(values), target, lower_payload)
        }
        Shape::Flags(labels) => flags::lower_flags(c, labels, values[0], target),
        Shape::Own(resource) => handle::lower_own(c, resource, values[0], target),
        Shape::Borrow(resource) => handle::lower_borrow(c, resource, values[0], target),
        Shape::ErrorContext => error_context::lower_error_context(c, values[0], target),
        Shape::Unsupported => target.put(c.e, values[0], size_of::<u32>() as u32),
    }
}

fn lower_payload(c: &mut Crossing, ty: ValType, source: &Operand, target: &Target) -> Vec<Value> {
    lower(c, ty, source.values(), target)
}

/// Are the lifted and the lowered core values of a type the same? They differ in pointers and
/// handles of all kinds.
fn is_lowered_as_lifted(env: &CanonEnv, ty: ValType) -> bool {
    match Shape::of(env.types, ty) {
        Shape::Scalar(_) | Shape::Flags(_) => true,
        Shape::Record(fields) => fields.iter().all(|ty| is_lowered_as_lifted(env, *ty)),
        Shape::Variant(cases) => cases.iter().flatten().all(|ty| is_lowered_as_lifted(env, *ty)),
        _ => false,
    }
}
