//! Flags: bits without a label are dropped.

use super::operand::{Operand, Target};
use crate::canon::call::crossing::Crossing;
use alloc::vec::Vec;
use cantilever_abi::layout::flags_size;
use cranelift_codegen::ir::{InstBuilder, Value};

/// `unpack_flags_from_int`.
pub(in crate::canon) fn lift_flags(c: &mut Crossing, labels: u32, source: &Operand) -> Value {
    let bits = source.bits(c.e, flags_size(labels as usize));
    match u32::MAX.checked_shl(labels) {
        Some(unused) => c.e.b.ins().band_imm_u(bits, i64::from(!unused)),
        None => bits,
    }
}

/// `pack_flags_into_int`.
pub(in crate::canon) fn lower_flags(c: &mut Crossing, labels: u32, value: Value, target: &Target) -> Vec<Value> {
    target.put(c.e, value, flags_size(labels as usize))
}
