//! Float lanes: arithmetic, comparisons, rounding, conversions from and to integer lanes.

use super::{Binary, Unary};
use crate::wasm::translator::Translator;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F32X4, F64X2, I32X4, I64X2};
use cranelift_codegen::ir::{InstBuilder, Type, Value};
use cranelift_frontend::FuncInstBuilder;
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    if let Some(instruction) = arithmetic(op) {
        t.lanes2(instruction);
    } else if let Some(instruction) = unary(op).or_else(|| conversion(op)) {
        t.lanes1(instruction);
    } else if let Some((ty, condition)) = comparison(op) {
        t.compare_float_lanes(ty, condition);
    } else {
        return pseudo_extremes(t, op) || truncate_doubles(t, op);
    }
    true
}

fn arithmetic(op: &O<'_>) -> Option<Binary> {
    Some(match op {
        O::F32x4Add => (F32X4, |i, a, b| i.fadd(a, b)),
        O::F64x2Add => (F64X2, |i, a, b| i.fadd(a, b)),
        O::F32x4Sub => (F32X4, |i, a, b| i.fsub(a, b)),
        O::F64x2Sub => (F64X2, |i, a, b| i.fsub(a, b)),
        O::F32x4Mul => (F32X4, |i, a, b| i.fmul(a, b)),
        O::F64x2Mul => (F64X2, |i, a, b| i.fmul(a, b)),
        O::F32x4Div => (F32X4, |i, a, b| i.fdiv(a, b)),
        O::F64x2Div => (F64X2, |i, a, b| i.fdiv(a, b)),
        O::F32x4Min => (F32X4, |i, a, b| i.fmin(a, b)),
        O::F64x2Min => (F64X2, |i, a, b| i.fmin(a, b)),
        O::F32x4Max => (F32X4, |i, a, b| i.fmax(a, b)),
        O::F64x2Max => (F64X2, |i, a, b| i.fmax(a, b)),
        _ => return None,
    })
}

fn unary(op: &O<'_>) -> Option<Unary> {
    Some(match op {
        O::F32x4Abs => (F32X4, |i, a| i.fabs(a)),
        O::F64x2Abs => (F64X2, |i, a| i.fabs(a)),
        O::F32x4Neg => (F32X4, |i, a| i.fneg(a)),
        O::F64x2Neg => (F64X2, |i, a| i.fneg(a)),
        O::F32x4Sqrt => (F32X4, |i, a| i.sqrt(a)),
        O::F64x2Sqrt => (F64X2, |i, a| i.sqrt(a)),
        O::F32x4Ceil => (F32X4, |i, a| i.ceil(a)),
        O::F64x2Ceil => (F64X2, |i, a| i.ceil(a)),
        O::F32x4Floor => (F32X4, |i, a| i.floor(a)),
        O::F64x2Floor => (F64X2, |i, a| i.floor(a)),
        O::F32x4Trunc => (F32X4, |i, a| i.trunc(a)),
        O::F64x2Trunc => (F64X2, |i, a| i.trunc(a)),
        O::F32x4Nearest => (F32X4, |i, a| i.nearest(a)),
        O::F64x2Nearest => (F64X2, |i, a| i.nearest(a)),
        _ => return None,
    })
}

fn conversion(op: &O<'_>) -> Option<Unary> {
    Some(match op {
        O::F32x4ConvertI32x4S => (I32X4, |i, a| i.fcvt_from_sint(F32X4, a)),
        O::F32x4ConvertI32x4U => (I32X4, |i, a| i.fcvt_from_uint(F32X4, a)),
        O::I32x4TruncSatF32x4S | O::I32x4RelaxedTruncF32x4S => (F32X4, |i, a| i.fcvt_to_sint_sat(I32X4, a)),
        O::I32x4TruncSatF32x4U | O::I32x4RelaxedTruncF32x4U => (F32X4, |i, a| i.fcvt_to_uint_sat(I32X4, a)),
        O::F32x4DemoteF64x2Zero => (F64X2, |i, a| i.fvdemote(a)),
        O::F64x2PromoteLowF32x4 => (F32X4, |i, a| i.fvpromote_low(a)),
        _ => return None,
    })
}

fn comparison(op: &O<'_>) -> Option<(Type, FloatCC)> {
    Some(match op {
        O::F32x4Eq => (F32X4, FloatCC::Equal),
        O::F32x4Ne => (F32X4, FloatCC::NotEqual),
        O::F32x4Lt => (F32X4, FloatCC::LessThan),
        O::F32x4Gt => (F32X4, FloatCC::GreaterThan),
        O::F32x4Le => (F32X4, FloatCC::LessThanOrEqual),
        O::F32x4Ge => (F32X4, FloatCC::GreaterThanOrEqual),
        O::F64x2Eq => (F64X2, FloatCC::Equal),
        O::F64x2Ne => (F64X2, FloatCC::NotEqual),
        O::F64x2Lt => (F64X2, FloatCC::LessThan),
        O::F64x2Gt => (F64X2, FloatCC::GreaterThan),
        O::F64x2Le => (F64X2, FloatCC::LessThanOrEqual),
        O::F64x2Ge => (F64X2, FloatCC::GreaterThanOrEqual),
        _ => return None,
    })
}

/// `pmin` and `pmax`: a comparison of the operands chooses; not symmetric for NaN and zeros.
fn pseudo_extremes(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let ty = match op {
        O::F32x4PMin | O::F32x4PMax => F32X4,
        O::F64x2PMin | O::F64x2PMax => F64X2,
        _ => return false,
    };
    let (a, b) = t.pop2_lanes(ty);
    let (less, greater) = if matches!(op, O::F32x4PMin | O::F64x2PMin) { (b, a) } else { (a, b) };
    let second = t.e.b.ins().fcmp(FloatCC::LessThan, less, greater);
    let second = t.cast(ty, second);
    let value = t.e.b.ins().bitselect(second, b, a);
    t.push_lanes(value);
    true
}

/// Conversions between doubles and the lower two of four integers.
fn truncate_doubles(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::F64x2ConvertLowI32x4S => {
            t.lanes1((I32X4, |i, a| i.swiden_low(a)));
            t.lanes1((I64X2, |i, a| i.fcvt_from_sint(F64X2, a)));
        }
        O::F64x2ConvertLowI32x4U => {
            t.lanes1((I32X4, |i, a| i.uwiden_low(a)));
            t.lanes1((I64X2, |i, a| i.fcvt_from_uint(F64X2, a)));
        }
        O::I32x4TruncSatF64x2SZero | O::I32x4RelaxedTruncF64x2SZero => {
            let (wide, zero) = truncate(t, |i, a| i.fcvt_to_sint_sat(I64X2, a));
            let value = t.e.b.ins().snarrow(wide, zero);
            t.push_lanes(value);
        }
        O::I32x4TruncSatF64x2UZero | O::I32x4RelaxedTruncF64x2UZero => {
            let (wide, zero) = truncate(t, |i, a| i.fcvt_to_uint_sat(I64X2, a));
            let value = t.e.b.ins().uunarrow(wide, zero);
            t.push_lanes(value);
        }
        _ => return false,
    }
    true
}

/// Truncates two doubles to integers, to be narrowed with zeros. No cast stands between these
/// instructions, for targets implement them only together.
fn truncate(t: &mut Translator<'_>, f: fn(FuncInstBuilder<'_, '_>, Value) -> Value) -> (Value, Value) {
    let a = t.pop_lanes(F64X2);
    let wide = f(t.e.b.ins(), a);
    (wide, t.vector_constant(I64X2, [0; 16]))
}
