//! `load_string_from_range`: the checks of a string's range, and the traps of its content.

use super::utf16_tag;
use crate::canon::call::crossing::Crossing;
use crate::canon::value::operand::Operand;
use cantilever_abi::Encoding;
use cantilever_abi::block::TrapKind;
use cantilever_abi::block::status::{ILL_FORMED, ILL_FORMED_LENGTH, INCOMPLETE, INCOMPLETE_LENGTH};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

const MAX_STRING_BYTE_LENGTH: i64 = (1 << 28) - 1;

/// Lifts a string to its native address and tagged code units.
pub(in crate::canon) fn lift_string(c: &mut Crossing, source: &Operand) -> [Value; 2] {
    let [pointer, tagged] = source.range(c.e);
    let (bytes, units, unit_size, align) = match c.from.encoding() {
        Encoding::Utf8 => (tagged, tagged, 1, 1),
        Encoding::Utf16 => (c.e.b.ins().ishl_imm_u(tagged, 1), tagged, 2, 2),
        Encoding::Latin1Utf16 => {
            let bytes = tagged_byte_length(c, tagged);
            (bytes, bytes, 1, 2)
        }
    };
    // Units are compared, since twice as many may overflow.
    let longest = MAX_STRING_BYTE_LENGTH / unit_size;
    let too_long = c.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, units, longest);
    let kind = c.from.fault(TrapKind::StringTooLong);
    c.e.trap_if_with(too_long, kind, &[bytes]);
    c.from.check_aligned(c.e, pointer, align, TrapKind::UnalignedPointer);
    let address = c.from.check_range(c.e, pointer, bytes, TrapKind::StringOutOfBounds);
    if c.env.supervision.fuel {
        c.e.burn_fuel_for(bytes, 1);
    }
    [address, tagged]
}

/// The length in bytes of a `latin1+utf16` string. The tag is the highest bit of a pointer, so this
/// cannot overflow.
fn tagged_byte_length(c: &mut Crossing, tagged: Value) -> Value {
    let tag = utf16_tag(c.from.width());
    let is_utf16 = c.e.b.ins().band_imm_s(tagged, tag);
    let units = c.e.b.ins().bxor_imm_s(tagged, tag);
    let doubled = c.e.b.ins().ishl_imm_u(units, 1);
    c.e.b.ins().select(is_utf16, doubled, tagged)
}

/// Traps unless a routine that returns a status for UTF-8 says that it is well-formed.
pub(super) fn check_utf8(c: &mut Crossing, status: Value) {
    trap_if_equal(c, status, INCOMPLETE, TrapKind::IncompleteUtf8);
    trap_if_equal(c, status, ILL_FORMED, TrapKind::InvalidUtf8);
}

/// Traps when a routine that reads UTF-8 returned one of its failures in place of a length or an
/// address.
pub(super) fn check_utf8_length(c: &mut Crossing, length: Value) {
    trap_if_length(c, length, INCOMPLETE_LENGTH, TrapKind::IncompleteUtf8);
    trap_if_length(c, length, ILL_FORMED_LENGTH, TrapKind::InvalidUtf8);
}

/// Traps when a routine that transcodes from UTF-16 returned its failure in place of a length.
pub(super) fn check_utf16_length(c: &mut Crossing, length: Value) {
    trap_if_length(c, length, ILL_FORMED_LENGTH, TrapKind::InvalidUtf16);
}

/// Traps when a routine that returns a status for UTF-16 says that it is ill-formed.
pub(super) fn check_utf16(c: &mut Crossing, status: Value) {
    debug_assert_eq!(c.e.b.func.dfg.value_type(status), types::I32);
    trap_if_equal(c, status, ILL_FORMED, TrapKind::InvalidUtf16);
}

fn trap_if_equal(c: &mut Crossing, status: Value, failure: u32, kind: TrapKind) {
    let failed = c.e.b.ins().icmp_imm_u(IntCC::Equal, status, i64::from(failure));
    trap_if(c, failed, kind);
}

fn trap_if_length(c: &mut Crossing, length: Value, failure: u64, kind: TrapKind) {
    let failed = c.e.b.ins().icmp_imm_s(IntCC::Equal, length, failure.cast_signed());
    trap_if(c, failed, kind);
}

fn trap_if(c: &mut Crossing, condition: Value, kind: TrapKind) {
    let kind = c.from.fault(kind);
    c.e.trap_if(condition, kind);
}
