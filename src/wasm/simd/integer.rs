//! Integer lanes: arithmetic, comparisons, shifts, and questions about all lanes.

use super::{Binary, Unary};
use crate::wasm::translator::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8X16, I16X8, I32, I32X4, I64X2};
use cranelift_codegen::ir::{InstBuilder, Type};
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    if let Some(instruction) = arithmetic(op).or_else(|| saturating(op)).or_else(|| extremes(op)) {
        t.lanes2(instruction);
    } else if let Some(instruction) = unary(op) {
        t.lanes1(instruction);
    } else if let Some((ty, condition)) = comparison(op) {
        t.compare_lanes(ty, condition);
    } else {
        return shift(t, op) || across(t, op);
    }
    true
}

fn arithmetic(op: &O<'_>) -> Option<Binary> {
    Some(match op {
        O::I8x16Add => (I8X16, |i, a, b| i.iadd(a, b)),
        O::I16x8Add => (I16X8, |i, a, b| i.iadd(a, b)),
        O::I32x4Add => (I32X4, |i, a, b| i.iadd(a, b)),
        O::I64x2Add => (I64X2, |i, a, b| i.iadd(a, b)),
        O::I8x16Sub => (I8X16, |i, a, b| i.isub(a, b)),
        O::I16x8Sub => (I16X8, |i, a, b| i.isub(a, b)),
        O::I32x4Sub => (I32X4, |i, a, b| i.isub(a, b)),
        O::I64x2Sub => (I64X2, |i, a, b| i.isub(a, b)),
        O::I16x8Mul => (I16X8, |i, a, b| i.imul(a, b)),
        O::I32x4Mul => (I32X4, |i, a, b| i.imul(a, b)),
        O::I64x2Mul => (I64X2, |i, a, b| i.imul(a, b)),
        O::I8x16AvgrU => (I8X16, |i, a, b| i.avg_round(a, b)),
        O::I16x8AvgrU => (I16X8, |i, a, b| i.avg_round(a, b)),
        O::I16x8Q15MulrSatS => (I16X8, |i, a, b| i.sqmul_round_sat(a, b)),
        _ => return None,
    })
}

fn saturating(op: &O<'_>) -> Option<Binary> {
    Some(match op {
        O::I8x16AddSatS => (I8X16, |i, a, b| i.sadd_sat(a, b)),
        O::I16x8AddSatS => (I16X8, |i, a, b| i.sadd_sat(a, b)),
        O::I8x16AddSatU => (I8X16, |i, a, b| i.uadd_sat(a, b)),
        O::I16x8AddSatU => (I16X8, |i, a, b| i.uadd_sat(a, b)),
        O::I8x16SubSatS => (I8X16, |i, a, b| i.ssub_sat(a, b)),
        O::I16x8SubSatS => (I16X8, |i, a, b| i.ssub_sat(a, b)),
        O::I8x16SubSatU => (I8X16, |i, a, b| i.usub_sat(a, b)),
        O::I16x8SubSatU => (I16X8, |i, a, b| i.usub_sat(a, b)),
        O::I8x16NarrowI16x8S => (I16X8, |i, a, b| i.snarrow(a, b)),
        O::I8x16NarrowI16x8U => (I16X8, |i, a, b| i.unarrow(a, b)),
        O::I16x8NarrowI32x4S => (I32X4, |i, a, b| i.snarrow(a, b)),
        O::I16x8NarrowI32x4U => (I32X4, |i, a, b| i.unarrow(a, b)),
        _ => return None,
    })
}

fn extremes(op: &O<'_>) -> Option<Binary> {
    Some(match op {
        O::I8x16MinS => (I8X16, |i, a, b| i.smin(a, b)),
        O::I16x8MinS => (I16X8, |i, a, b| i.smin(a, b)),
        O::I32x4MinS => (I32X4, |i, a, b| i.smin(a, b)),
        O::I8x16MinU => (I8X16, |i, a, b| i.umin(a, b)),
        O::I16x8MinU => (I16X8, |i, a, b| i.umin(a, b)),
        O::I32x4MinU => (I32X4, |i, a, b| i.umin(a, b)),
        O::I8x16MaxS => (I8X16, |i, a, b| i.smax(a, b)),
        O::I16x8MaxS => (I16X8, |i, a, b| i.smax(a, b)),
        O::I32x4MaxS => (I32X4, |i, a, b| i.smax(a, b)),
        O::I8x16MaxU => (I8X16, |i, a, b| i.umax(a, b)),
        O::I16x8MaxU => (I16X8, |i, a, b| i.umax(a, b)),
        O::I32x4MaxU => (I32X4, |i, a, b| i.umax(a, b)),
        _ => return None,
    })
}

fn unary(op: &O<'_>) -> Option<Unary> {
    Some(match op {
        O::I8x16Neg => (I8X16, |i, a| i.ineg(a)),
        O::I16x8Neg => (I16X8, |i, a| i.ineg(a)),
        O::I32x4Neg => (I32X4, |i, a| i.ineg(a)),
        O::I64x2Neg => (I64X2, |i, a| i.ineg(a)),
        O::I8x16Abs => (I8X16, |i, a| i.iabs(a)),
        O::I16x8Abs => (I16X8, |i, a| i.iabs(a)),
        O::I32x4Abs => (I32X4, |i, a| i.iabs(a)),
        O::I64x2Abs => (I64X2, |i, a| i.iabs(a)),
        O::I8x16Popcnt => (I8X16, |i, a| i.popcnt(a)),
        _ => return None,
    })
}

fn comparison(op: &O<'_>) -> Option<(Type, IntCC)> {
    use IntCC::{Equal, NotEqual};
    use IntCC::{SignedGreaterThan, SignedGreaterThanOrEqual, SignedLessThan, SignedLessThanOrEqual};
    use IntCC::{UnsignedGreaterThan, UnsignedGreaterThanOrEqual, UnsignedLessThan, UnsignedLessThanOrEqual};
    Some(match op {
        O::I8x16Eq => (I8X16, Equal),
        O::I8x16Ne => (I8X16, NotEqual),
        O::I8x16LtS => (I8X16, SignedLessThan),
        O::I8x16LtU => (I8X16, UnsignedLessThan),
        O::I8x16GtS => (I8X16, SignedGreaterThan),
        O::I8x16GtU => (I8X16, UnsignedGreaterThan),
        O::I8x16LeS => (I8X16, SignedLessThanOrEqual),
        O::I8x16LeU => (I8X16, UnsignedLessThanOrEqual),
        O::I8x16GeS => (I8X16, SignedGreaterThanOrEqual),
        O::I8x16GeU => (I8X16, UnsignedGreaterThanOrEqual),
        O::I16x8Eq => (I16X8, Equal),
        O::I16x8Ne => (I16X8, NotEqual),
        O::I16x8LtS => (I16X8, SignedLessThan),
        O::I16x8LtU => (I16X8, UnsignedLessThan),
        O::I16x8GtS => (I16X8, SignedGreaterThan),
        O::I16x8GtU => (I16X8, UnsignedGreaterThan),
        O::I16x8LeS => (I16X8, SignedLessThanOrEqual),
        O::I16x8LeU => (I16X8, UnsignedLessThanOrEqual),
        O::I16x8GeS => (I16X8, SignedGreaterThanOrEqual),
        O::I16x8GeU => (I16X8, UnsignedGreaterThanOrEqual),
        O::I32x4Eq => (I32X4, Equal),
        O::I32x4Ne => (I32X4, NotEqual),
        O::I32x4LtS => (I32X4, SignedLessThan),
        O::I32x4LtU => (I32X4, UnsignedLessThan),
        O::I32x4GtS => (I32X4, SignedGreaterThan),
        O::I32x4GtU => (I32X4, UnsignedGreaterThan),
        O::I32x4LeS => (I32X4, SignedLessThanOrEqual),
        O::I32x4LeU => (I32X4, UnsignedLessThanOrEqual),
        O::I32x4GeS => (I32X4, SignedGreaterThanOrEqual),
        O::I32x4GeU => (I32X4, UnsignedGreaterThanOrEqual),
        O::I64x2Eq => (I64X2, Equal),
        O::I64x2Ne => (I64X2, NotEqual),
        O::I64x2LtS => (I64X2, SignedLessThan),
        O::I64x2GtS => (I64X2, SignedGreaterThan),
        O::I64x2LeS => (I64X2, SignedLessThanOrEqual),
        O::I64x2GeS => (I64X2, SignedGreaterThanOrEqual),
        _ => return None,
    })
}

fn shift(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I8x16Shl => t.shift_lanes(I8X16, |i, a, by| i.ishl(a, by)),
        O::I16x8Shl => t.shift_lanes(I16X8, |i, a, by| i.ishl(a, by)),
        O::I32x4Shl => t.shift_lanes(I32X4, |i, a, by| i.ishl(a, by)),
        O::I64x2Shl => t.shift_lanes(I64X2, |i, a, by| i.ishl(a, by)),
        O::I8x16ShrS => t.shift_lanes(I8X16, |i, a, by| i.sshr(a, by)),
        O::I16x8ShrS => t.shift_lanes(I16X8, |i, a, by| i.sshr(a, by)),
        O::I32x4ShrS => t.shift_lanes(I32X4, |i, a, by| i.sshr(a, by)),
        O::I64x2ShrS => t.shift_lanes(I64X2, |i, a, by| i.sshr(a, by)),
        O::I8x16ShrU => t.shift_lanes(I8X16, |i, a, by| i.ushr(a, by)),
        O::I16x8ShrU => t.shift_lanes(I16X8, |i, a, by| i.ushr(a, by)),
        O::I32x4ShrU => t.shift_lanes(I32X4, |i, a, by| i.ushr(a, by)),
        O::I64x2ShrU => t.shift_lanes(I64X2, |i, a, by| i.ushr(a, by)),
        _ => return false,
    }
    true
}

/// Questions about all lanes at once.
fn across(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let ty = match op {
        O::I8x16AllTrue | O::I8x16Bitmask => I8X16,
        O::I16x8AllTrue | O::I16x8Bitmask => I16X8,
        O::I32x4AllTrue | O::I32x4Bitmask => I32X4,
        O::I64x2AllTrue | O::I64x2Bitmask => I64X2,
        _ => return false,
    };
    let vector = t.pop_lanes(ty);
    if matches!(op, O::I8x16AllTrue | O::I16x8AllTrue | O::I32x4AllTrue | O::I64x2AllTrue) {
        let all = t.e.b.ins().vall_true(vector);
        t.push_bool(all);
    } else {
        let bits = t.e.b.ins().vhigh_bits(I32, vector);
        t.push(bits);
    }
    true
}
