//! Loads and stores of vectors and of single lanes.

use crate::wasm::address::Address;
use crate::wasm::translator::Translator;
use cranelift_codegen::ir::types::{I8X16, I16X8, I32X4, I64, I64X2};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::FuncInstBuilder;
use wasmparser::{MemArg, Operator as O};

/// A load of eight bytes that widens its lanes.
type WideningLoad = fn(FuncInstBuilder<'_, '_>, MemFlagsData, Value, i32) -> Value;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::V128Load { memarg } => t.load(memarg, I8X16),
        O::V128Store { memarg } => t.store(memarg),
        O::V128Load8Splat { memarg } => load_splat(t, memarg, I8X16),
        O::V128Load16Splat { memarg } => load_splat(t, memarg, I16X8),
        O::V128Load32Splat { memarg } => load_splat(t, memarg, I32X4),
        O::V128Load64Splat { memarg } => load_splat(t, memarg, I64X2),
        O::V128Load32Zero { memarg } => load_zero(t, memarg, I32X4),
        O::V128Load64Zero { memarg } => load_zero(t, memarg, I64X2),
        _ => return widening_load(t, op) || lane(t, op),
    }
    true
}

fn widening_load(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    let (memarg, load): (_, WideningLoad) = match op {
        O::V128Load8x8S { memarg } => (memarg, |i, f, p, o| i.sload8x8(f, p, o)),
        O::V128Load8x8U { memarg } => (memarg, |i, f, p, o| i.uload8x8(f, p, o)),
        O::V128Load16x4S { memarg } => (memarg, |i, f, p, o| i.sload16x4(f, p, o)),
        O::V128Load16x4U { memarg } => (memarg, |i, f, p, o| i.uload16x4(f, p, o)),
        O::V128Load32x2S { memarg } => (memarg, |i, f, p, o| i.sload32x2(f, p, o)),
        O::V128Load32x2U { memarg } => (memarg, |i, f, p, o| i.uload32x2(f, p, o)),
        _ => return false,
    };
    let index = t.pop();
    let Address { flags, base, offset } = t.linear_address(memarg, index, I64.bytes());
    let value = load(t.e.b.ins(), flags, base, offset);
    t.push_lanes(value);
    true
}

fn lane(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::V128Load8Lane { memarg, lane } => load_lane(t, memarg, I8X16, *lane),
        O::V128Load16Lane { memarg, lane } => load_lane(t, memarg, I16X8, *lane),
        O::V128Load32Lane { memarg, lane } => load_lane(t, memarg, I32X4, *lane),
        O::V128Load64Lane { memarg, lane } => load_lane(t, memarg, I64X2, *lane),
        O::V128Store8Lane { memarg, lane } => store_lane(t, memarg, I8X16, *lane),
        O::V128Store16Lane { memarg, lane } => store_lane(t, memarg, I16X8, *lane),
        O::V128Store32Lane { memarg, lane } => store_lane(t, memarg, I32X4, *lane),
        O::V128Store64Lane { memarg, lane } => store_lane(t, memarg, I64X2, *lane),
        _ => return false,
    }
    true
}

fn load_splat(t: &mut Translator<'_>, memarg: &MemArg, ty: Type) {
    t.load(memarg, ty.lane_type());
    let scalar = t.pop();
    let value = t.e.b.ins().splat(ty, scalar);
    t.push_lanes(value);
}

fn load_zero(t: &mut Translator<'_>, memarg: &MemArg, ty: Type) {
    t.load(memarg, ty.lane_type());
    let scalar = t.pop();
    let value = t.e.b.ins().scalar_to_vector(ty, scalar);
    t.push_lanes(value);
}

fn load_lane(t: &mut Translator<'_>, memarg: &MemArg, ty: Type, lane: u8) {
    let vector = t.pop_lanes(ty);
    t.load(memarg, ty.lane_type());
    let scalar = t.pop();
    let value = t.e.b.ins().insertlane(vector, scalar, lane);
    t.push_lanes(value);
}

fn store_lane(t: &mut Translator<'_>, memarg: &MemArg, ty: Type, lane: u8) {
    let vector = t.pop_lanes(ty);
    let scalar = t.e.b.ins().extractlane(vector, lane);
    t.push(scalar);
    t.store(memarg);
}
