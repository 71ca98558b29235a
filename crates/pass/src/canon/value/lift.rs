//! Lifting: the one dispatch on the type for `load` and `lift_flat` of the specification.

use super::operand::{LIFTED, Operand, Target};
use super::shape::{Shape, is_narrow};
use super::variant::{Variant, lift_case_index, move_variant};
use super::{flags, handle, list, record, scalar};
use crate::canon::builtin::error_context;
use crate::canon::call::crossing::Crossing;
use crate::canon::string;
use alloc::vec;
use alloc::vec::Vec;
use cantilever_abi::ValType;
use cantilever_abi::block::TrapKind;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// Checks a value and brings it into lifted form.
pub(in crate::canon) fn lift(c: &mut Crossing, ty: ValType, source: &Operand) -> Vec<Value> {
    if !is_narrow(c.env.types, ty) {
        return vec![source.address().value(c.e)];
    }
    match Shape::of(c.env.types, ty) {
        Shape::Scalar(scalar) => vec![scalar::lift_scalar(c, scalar, source)],
        Shape::String => string::lift_string(c, source).to_vec(),
        Shape::List(element) => list::lift_list(c, &element, source).to_vec(),
        Shape::Record(fields) => record::lift_record(c, &fields, source),
        Shape::LongList(..) => unreachable!("it is not narrow"),
        Shape::Variant(cases) => {
            let case_index = lift_case_index(c, &cases, source);
            let variant = Variant { ty, cases: &cases, case_index };
            move_variant(c, variant, source, &LIFTED, lift_payload)
        }
        Shape::Flags(labels) => vec![flags::lift_flags(c, labels, source)],
        Shape::Own(resource) => vec![handle::lift_own(c, resource, source)],
        Shape::Borrow(resource) => vec![handle::lift_borrow(c, resource, source)],
        Shape::ErrorContext => vec![error_context::lift_error_context(c, source)],
        Shape::Unsupported => {
            let always = c.e.b.ins().iconst(types::I32, 1);
            c.e.trap_if(always, TrapKind::Unsupported);
            vec![c.e.b.ins().iconst(types::I32, 0)]
        }
    }
}

fn lift_payload(c: &mut Crossing, ty: ValType, source: &Operand, _: &Target) -> Vec<Value> {
    lift(c, ty, source)
}
