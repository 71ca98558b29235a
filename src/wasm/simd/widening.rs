//! Integer operators whose result has lanes twice as wide: extensions, products, pairwise sums.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::types::{I8X16, I16X8, I32X4};
use cranelift_codegen::ir::{InstBuilder, Type, Value};
use wasmparser::Operator as O;

/// Widens the lower or upper half of the lanes.
#[derive(Clone, Copy)]
enum Half {
    LowSigned,
    HighSigned,
    LowUnsigned,
    HighUnsigned,
}

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    if let Some((ty, half)) = extension(op) {
        let a = t.pop_lanes(ty);
        let value = widen(t, half, a);
        t.push_lanes(value);
    } else if let Some((ty, half)) = product(op) {
        let (a, b) = t.pop2_lanes(ty);
        let value = product_of(t, half, a, b);
        t.push_lanes(value);
    } else if let Some((ty, [low, high])) = pairwise(op) {
        let a = t.pop_lanes(ty);
        let (low, high) = (widen(t, low, a), widen(t, high, a));
        let value = t.e.b.ins().iadd_pairwise(low, high);
        t.push_lanes(value);
    } else if let O::I32x4DotI16x8S = op {
        t.dot(I16X8);
    } else {
        return false;
    }
    true
}

fn extension(op: &O<'_>) -> Option<(Type, Half)> {
    Some(match op {
        O::I16x8ExtendLowI8x16S => (I8X16, Half::LowSigned),
        O::I16x8ExtendHighI8x16S => (I8X16, Half::HighSigned),
        O::I16x8ExtendLowI8x16U => (I8X16, Half::LowUnsigned),
        O::I16x8ExtendHighI8x16U => (I8X16, Half::HighUnsigned),
        O::I32x4ExtendLowI16x8S => (I16X8, Half::LowSigned),
        O::I32x4ExtendHighI16x8S => (I16X8, Half::HighSigned),
        O::I32x4ExtendLowI16x8U => (I16X8, Half::LowUnsigned),
        O::I32x4ExtendHighI16x8U => (I16X8, Half::HighUnsigned),
        O::I64x2ExtendLowI32x4S => (I32X4, Half::LowSigned),
        O::I64x2ExtendHighI32x4S => (I32X4, Half::HighSigned),
        O::I64x2ExtendLowI32x4U => (I32X4, Half::LowUnsigned),
        O::I64x2ExtendHighI32x4U => (I32X4, Half::HighUnsigned),
        _ => return None,
    })
}

fn product(op: &O<'_>) -> Option<(Type, Half)> {
    Some(match op {
        O::I16x8ExtMulLowI8x16S => (I8X16, Half::LowSigned),
        O::I16x8ExtMulHighI8x16S => (I8X16, Half::HighSigned),
        O::I16x8ExtMulLowI8x16U => (I8X16, Half::LowUnsigned),
        O::I16x8ExtMulHighI8x16U => (I8X16, Half::HighUnsigned),
        O::I32x4ExtMulLowI16x8S => (I16X8, Half::LowSigned),
        O::I32x4ExtMulHighI16x8S => (I16X8, Half::HighSigned),
        O::I32x4ExtMulLowI16x8U => (I16X8, Half::LowUnsigned),
        O::I32x4ExtMulHighI16x8U => (I16X8, Half::HighUnsigned),
        O::I64x2ExtMulLowI32x4S => (I32X4, Half::LowSigned),
        O::I64x2ExtMulHighI32x4S => (I32X4, Half::HighSigned),
        O::I64x2ExtMulLowI32x4U => (I32X4, Half::LowUnsigned),
        O::I64x2ExtMulHighI32x4U => (I32X4, Half::HighUnsigned),
        _ => return None,
    })
}

fn pairwise(op: &O<'_>) -> Option<(Type, [Half; 2])> {
    Some(match op {
        O::I16x8ExtAddPairwiseI8x16S => (I8X16, [Half::LowSigned, Half::HighSigned]),
        O::I16x8ExtAddPairwiseI8x16U => (I8X16, [Half::LowUnsigned, Half::HighUnsigned]),
        O::I32x4ExtAddPairwiseI16x8S => (I16X8, [Half::LowSigned, Half::HighSigned]),
        O::I32x4ExtAddPairwiseI16x8U => (I16X8, [Half::LowUnsigned, Half::HighUnsigned]),
        _ => return None,
    })
}

fn widen(t: &mut Translator<'_>, half: Half, a: Value) -> Value {
    match half {
        Half::LowSigned => t.e.b.ins().swiden_low(a),
        Half::HighSigned => t.e.b.ins().swiden_high(a),
        Half::LowUnsigned => t.e.b.ins().uwiden_low(a),
        Half::HighUnsigned => t.e.b.ins().uwiden_high(a),
    }
}

fn product_of(t: &mut Translator<'_>, half: Half, a: Value, b: Value) -> Value {
    let (a, b) = (widen(t, half, a), widen(t, half, b));
    t.e.b.ins().imul(a, b)
}

impl Translator<'_> {
    /// Multiplies signed lanes and adds neighbouring products.
    pub(super) fn dot(&mut self, ty: Type) {
        let (a, b) = self.pop2_lanes(ty);
        let (low, high) = (product_of(self, Half::LowSigned, a, b), product_of(self, Half::HighSigned, a, b));
        let value = self.e.b.ins().iadd_pairwise(low, high);
        self.push_lanes(value);
    }
}
