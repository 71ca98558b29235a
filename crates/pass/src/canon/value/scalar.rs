//! Numbers, `bool` and `char`.

use super::operand::{Operand, Target};
use crate::canon::call::crossing::Crossing;
use alloc::vec::Vec;
use cantilever_abi::block::TrapKind;
use cantilever_abi::layout::Layout;
use cantilever_abi::{PointerWidth, ValType};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// Lifts a scalar to its core value.
pub(in crate::canon) fn lift_scalar(c: &mut Crossing, ty: ValType, source: &Operand) -> Value {
    let bytes = size(ty);
    match ty {
        ValType::Bool => {
            let bits = source.bits(c.e, bytes);
            convert_int_to_bool(c, bits)
        }
        ValType::Char => {
            let bits = source.bits(c.e, bytes);
            convert_i32_to_char(c, bits)
        }
        ValType::F32 => source.float(c.e, types::F32),
        ValType::F64 => source.float(c.e, types::F64),
        ValType::S8 | ValType::S16 => source.int(c.e, bytes, true),
        _ => source.int(c.e, bytes, false),
    }
}

/// Lowers a scalar.
pub(in crate::canon) fn lower_scalar(c: &mut Crossing, ty: ValType, value: Value, target: &Target) -> Vec<Value> {
    target.put(c.e, value, size(ty))
}

fn size(scalar: ValType) -> u32 {
    Layout::of_primitive(scalar, PointerWidth::W32).size
}

fn convert_int_to_bool(c: &mut Crossing, bits: Value) -> Value {
    let set = c.e.b.ins().icmp_imm_u(IntCC::NotEqual, bits, 0);
    c.e.b.ins().uextend(types::I32, set)
}

fn convert_i32_to_char(c: &mut Crossing, bits: Value) -> Value {
    const SURROGATES: core::ops::Range<i64> = 0xD800..0xE000;
    let beyond = c.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, bits, i64::from(u32::from(char::MAX)));
    let above = c.e.b.ins().iadd_imm_s(bits, -SURROGATES.start);
    let surrogate = c.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, above, SURROGATES.end - SURROGATES.start);
    let invalid = c.e.b.ins().bor(beyond, surrogate);
    let kind = c.from.fault(TrapKind::InvalidChar);
    c.e.trap_if_with(invalid, kind, &[bits]);
    bits
}
