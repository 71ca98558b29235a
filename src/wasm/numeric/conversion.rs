//! Conversions between numeric types, and sign extension.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::types::{F32, F64, I8, I16, I32, I64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type};
use wasmparser::Operator as O;

pub(in crate::wasm) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    integer(t, op) || to_integer(t, op) || to_float(t, op)
}

fn integer(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I32WrapI64 => t.unary(|t, a| t.e.b.ins().ireduce(I32, a)),
        O::I64ExtendI32S => t.unary(|t, a| t.e.b.ins().sextend(I64, a)),
        O::I64ExtendI32U => t.unary(|t, a| t.e.b.ins().uextend(I64, a)),
        O::I32Extend8S | O::I64Extend8S => sign_extend(t, I8),
        O::I32Extend16S | O::I64Extend16S => sign_extend(t, I16),
        O::I64Extend32S => sign_extend(t, I32),
        O::I32ReinterpretF32 => reinterpret(t, I32),
        O::I64ReinterpretF64 => reinterpret(t, I64),
        O::F32ReinterpretI32 => reinterpret(t, F32),
        O::F64ReinterpretI64 => reinterpret(t, F64),
        _ => return false,
    }
    true
}

fn to_integer(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I32TruncF32S | O::I32TruncF64S => t.unary(|t, a| t.e.b.ins().fcvt_to_sint(I32, a)),
        O::I32TruncF32U | O::I32TruncF64U => t.unary(|t, a| t.e.b.ins().fcvt_to_uint(I32, a)),
        O::I64TruncF32S | O::I64TruncF64S => t.unary(|t, a| t.e.b.ins().fcvt_to_sint(I64, a)),
        O::I64TruncF32U | O::I64TruncF64U => t.unary(|t, a| t.e.b.ins().fcvt_to_uint(I64, a)),
        O::I32TruncSatF32S | O::I32TruncSatF64S => t.unary(|t, a| t.e.b.ins().fcvt_to_sint_sat(I32, a)),
        O::I32TruncSatF32U | O::I32TruncSatF64U => t.unary(|t, a| t.e.b.ins().fcvt_to_uint_sat(I32, a)),
        O::I64TruncSatF32S | O::I64TruncSatF64S => t.unary(|t, a| t.e.b.ins().fcvt_to_sint_sat(I64, a)),
        O::I64TruncSatF32U | O::I64TruncSatF64U => t.unary(|t, a| t.e.b.ins().fcvt_to_uint_sat(I64, a)),
        _ => return false,
    }
    true
}

fn to_float(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::F32ConvertI32S | O::F32ConvertI64S => t.unary(|t, a| t.e.b.ins().fcvt_from_sint(F32, a)),
        O::F32ConvertI32U | O::F32ConvertI64U => t.unary(|t, a| t.e.b.ins().fcvt_from_uint(F32, a)),
        O::F64ConvertI32S | O::F64ConvertI64S => t.unary(|t, a| t.e.b.ins().fcvt_from_sint(F64, a)),
        O::F64ConvertI32U | O::F64ConvertI64U => t.unary(|t, a| t.e.b.ins().fcvt_from_uint(F64, a)),
        O::F32DemoteF64 => t.unary(|t, a| t.e.b.ins().fdemote(F32, a)),
        O::F64PromoteF32 => t.unary(|t, a| t.e.b.ins().fpromote(F64, a)),
        _ => return false,
    }
    true
}

/// Extends the sign of the low bits of an operand.
fn sign_extend(t: &mut Translator<'_>, from: Type) {
    t.unary(|t, a| {
        let low = t.e.b.ins().ireduce(from, a);
        let to = t.type_of(a);
        t.e.b.ins().sextend(to, low)
    });
}

fn reinterpret(t: &mut Translator<'_>, to: Type) {
    t.unary(|t, a| t.e.b.ins().bitcast(to, MemFlagsData::new(), a));
}
