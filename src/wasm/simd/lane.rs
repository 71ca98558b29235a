//! Constants, single lanes, permutations, and bitwise operators, for which lanes do not matter.

use crate::wasm::translator::Translator;
use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32, I32X4, I64X2};
use cranelift_codegen::ir::{ConstantData, InstBuilder, Type, Value};
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::V128Const { value } => {
            let value = t.vector_constant(I8X16, *value.bytes());
            t.push(value);
        }
        O::I8x16Shuffle { lanes } => {
            let mask = t.e.b.func.dfg.immediates.push(ConstantData::from(lanes.as_slice()));
            t.binary(|t, a, b| t.e.b.ins().shuffle(a, b, mask));
        }
        O::I8x16Swizzle => t.binary(|t, a, b| t.e.b.ins().swizzle(a, b)),
        O::V128Not => t.unary(|t, a| t.e.b.ins().bnot(a)),
        O::V128And => t.binary(|t, a, b| t.e.b.ins().band(a, b)),
        O::V128AndNot => t.binary(|t, a, b| t.e.b.ins().band_not(a, b)),
        O::V128Or => t.binary(|t, a, b| t.e.b.ins().bor(a, b)),
        O::V128Xor => t.binary(|t, a, b| t.e.b.ins().bxor(a, b)),
        O::V128Bitselect => t.bitselect(),
        O::V128AnyTrue => {
            let vector = t.pop();
            let any = t.e.b.ins().vany_true(vector);
            t.push_bool(any);
        }
        _ => return splat(t, op) || extract(t, op) || replace(t, op),
    }
    true
}

fn splat(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let ty = match op {
        O::I8x16Splat => I8X16,
        O::I16x8Splat => I16X8,
        O::I32x4Splat => I32X4,
        O::I64x2Splat => I64X2,
        O::F32x4Splat => F32X4,
        O::F64x2Splat => F64X2,
        _ => return false,
    };
    let scalar = pop_scalar(t, ty);
    let value = t.e.b.ins().splat(ty, scalar);
    t.push_lanes(value);
    true
}

fn extract(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let (ty, lane) = match op {
        O::I8x16ExtractLaneS { lane } | O::I8x16ExtractLaneU { lane } => (I8X16, *lane),
        O::I16x8ExtractLaneS { lane } | O::I16x8ExtractLaneU { lane } => (I16X8, *lane),
        O::I32x4ExtractLane { lane } => (I32X4, *lane),
        O::I64x2ExtractLane { lane } => (I64X2, *lane),
        O::F32x4ExtractLane { lane } => (F32X4, *lane),
        O::F64x2ExtractLane { lane } => (F64X2, *lane),
        _ => return false,
    };
    let vector = t.pop_lanes(ty);
    let scalar = t.e.b.ins().extractlane(vector, lane);
    let value = match op {
        O::I8x16ExtractLaneS { .. } | O::I16x8ExtractLaneS { .. } => t.e.b.ins().sextend(I32, scalar),
        O::I8x16ExtractLaneU { .. } | O::I16x8ExtractLaneU { .. } => t.e.b.ins().uextend(I32, scalar),
        _ => scalar,
    };
    t.push(value);
    true
}

fn replace(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let (ty, lane) = match op {
        O::I8x16ReplaceLane { lane } => (I8X16, *lane),
        O::I16x8ReplaceLane { lane } => (I16X8, *lane),
        O::I32x4ReplaceLane { lane } => (I32X4, *lane),
        O::I64x2ReplaceLane { lane } => (I64X2, *lane),
        O::F32x4ReplaceLane { lane } => (F32X4, *lane),
        O::F64x2ReplaceLane { lane } => (F64X2, *lane),
        _ => return false,
    };
    let scalar = pop_scalar(t, ty);
    let vector = t.pop_lanes(ty);
    let value = t.e.b.ins().insertlane(vector, scalar, lane);
    t.push_lanes(value);
    true
}

/// Pops a scalar that is to be a lane: narrow lanes are the low bits of an `i32`.
fn pop_scalar(t: &mut Translator<'_>, ty: Type) -> Value {
    let scalar = t.pop();
    match ty {
        I8X16 | I16X8 => t.e.b.ins().ireduce(ty.lane_type(), scalar),
        _ => scalar,
    }
}

impl Translator<'_> {
    /// A constant vector.
    pub fn vector_constant(&mut self, ty: Type, bytes: [u8; 16]) -> Value {
        let constant = self.e.b.func.dfg.constants.insert(ConstantData::from(bytes.as_slice()));
        self.e.b.ins().vconst(ty, constant)
    }
}
