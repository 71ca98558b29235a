//! Relaxed operators, each in the one of its permitted behaviours that is the same on every target.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32X4};
use cranelift_codegen::ir::{InstBuilder, Type};
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::I8x16RelaxedSwizzle => t.binary(|t, a, b| t.e.b.ins().swizzle(a, b)),
        O::I8x16RelaxedLaneselect
        | O::I16x8RelaxedLaneselect
        | O::I32x4RelaxedLaneselect
        | O::I64x2RelaxedLaneselect => t.bitselect(),
        O::F32x4RelaxedMin => t.lanes2((F32X4, |i, a, b| i.fmin(a, b))),
        O::F64x2RelaxedMin => t.lanes2((F64X2, |i, a, b| i.fmin(a, b))),
        O::F32x4RelaxedMax => t.lanes2((F32X4, |i, a, b| i.fmax(a, b))),
        O::F64x2RelaxedMax => t.lanes2((F64X2, |i, a, b| i.fmax(a, b))),
        O::I16x8RelaxedQ15mulrS => t.lanes2((I16X8, |i, a, b| i.sqmul_round_sat(a, b))),
        O::F32x4RelaxedMadd => multiply_add(t, F32X4, false),
        O::F64x2RelaxedMadd => multiply_add(t, F64X2, false),
        O::F32x4RelaxedNmadd => multiply_add(t, F32X4, true),
        O::F64x2RelaxedNmadd => multiply_add(t, F64X2, true),
        O::I16x8RelaxedDotI8x16I7x16S => t.dot(I8X16),
        O::I32x4RelaxedDotI8x16I7x16AddS => {
            let addend = t.pop();
            t.dot(I8X16);
            let a = t.pop_lanes(I16X8);
            let (low, high) = (t.e.b.ins().swiden_low(a), t.e.b.ins().swiden_high(a));
            let sums = t.e.b.ins().iadd_pairwise(low, high);
            t.push_lanes(sums);
            t.push(addend);
            t.lanes2((I32X4, |i, a, b| i.iadd(a, b)));
        }
        _ => return false,
    }
    true
}

/// `a * b + c` or `-(a * b) + c`, rounded twice: not every target can round once.
fn multiply_add(t: &mut Translator<'_>, ty: Type, negate: bool) {
    let c = t.pop_lanes(ty);
    let (a, b) = t.pop2_lanes(ty);
    let product = t.e.b.ins().fmul(a, b);
    let value = if negate { t.e.b.ins().fsub(c, product) } else { t.e.b.ins().fadd(product, c) };
    t.push_lanes(value);
}
