//! `store_string_to_latin1_or_utf16`: it begins as if all were Latin-1. At the first character that
//! is not, what was written is inflated, and the rest follows as UTF-16. That also tells whether
//! the rest is well-formed; what is Latin-1 is.

use super::range::{check_utf8_length, check_utf16};
use super::utf8::shrink;
use super::{Source, doubled, utf16_tag};
use crate::canon::call::crossing::Crossing;
use crate::canon::call::side::Allocation;
use cantilever_abi::block::Intrinsic;
use cantilever_abi::block::status::ALL_LATIN1;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

pub(super) fn store_utf8_to_latin1_or_utf16(c: &mut Crossing, source: Source) -> [Value; 2] {
    let first = c.to.allocate(c.e, 2, source.units);
    let done = c.e.call_intrinsic(Intrinsic::Utf8ToLatin1, &[first.address, source.address, source.units]);
    let done = done.expect("it has a result");
    let written = c.e.b.ins().ushr_imm_u(done, i64::from(u32::BITS));
    let read = c.e.b.ins().band_imm_u(done, i64::from(u32::MAX));
    let all = c.e.b.ins().icmp(IntCC::Equal, read, source.units);
    c.choose(
        all,
        |c| [shrink(c, first.pointer, source.units, 2, written), written],
        |c| {
            let worst = doubled(c, source.units);
            let grown = inflate(c, first, source.units, written);
            let to = after_units(c, grown.address, written);
            let from = c.e.b.ins().iadd(source.address, read);
            let left = c.e.b.ins().isub(source.units, read);
            let rest = c.e.call_intrinsic(Intrinsic::Utf8ToUtf16, &[to, from, left]).expect("it has a result");
            check_utf8_length(c, rest);
            let units = c.e.b.ins().iadd(written, rest);
            let length = doubled(c, units);
            let pointer = shrink(c, grown.pointer, worst, 2, length);
            [pointer, tagged(c, units)]
        },
    )
}

pub(super) fn store_utf16_to_latin1_or_utf16(c: &mut Crossing, source: Source) -> [Value; 2] {
    let first = c.to.allocate(c.e, 2, source.units);
    let copied = c.e.call_intrinsic(Intrinsic::Utf16ToLatin1, &[first.address, source.address, source.units]);
    let copied = copied.expect("it has a result");
    let all = c.e.b.ins().icmp(IntCC::Equal, copied, source.units);
    c.choose(
        all,
        |_| [first.pointer, copied],
        |c| {
            let grown = inflate(c, first, source.units, copied);
            let to = after_units(c, grown.address, copied);
            let from = after_units(c, source.address, copied);
            let left = c.e.b.ins().isub(source.units, copied);
            let status = c.e.call_intrinsic(Intrinsic::Utf16ToUtf16, &[to, from, left]);
            check_utf16(c, status.expect("it has a result"));
            [grown.pointer, tagged(c, source.units)]
        },
    )
}

pub(super) fn store_probably_utf16_to_latin1_or_utf16(c: &mut Crossing, source: Source) -> [Value; 2] {
    let bytes = doubled(c, source.units);
    let first = c.to.allocate(c.e, 2, bytes);
    let found = c.e.call_intrinsic(Intrinsic::Utf16ToProbablyUtf16, &[first.address, source.address, source.units]);
    let found = found.expect("it has a result");
    check_utf16(c, found);
    let is_latin1 = c.e.b.ins().icmp_imm_u(IntCC::Equal, found, i64::from(ALL_LATIN1));
    c.choose(
        is_latin1,
        |c| {
            c.e.call_intrinsic(Intrinsic::DeflateUtf16, &[first.address, source.units]);
            let shrunk = c.to.reallocate(c.e, [first.pointer, bytes], 1, source.units);
            [shrunk.pointer, source.units]
        },
        |c| [first.pointer, tagged(c, source.units)],
    )
}

/// Reallocates for the worst case in UTF-16, and inflates the Latin-1 that was written.
fn inflate(c: &mut Crossing, first: Allocation, allocated: Value, written: Value) -> Allocation {
    let worst = doubled(c, allocated);
    let grown = c.to.reallocate(c.e, [first.pointer, allocated], 2, worst);
    c.e.call_intrinsic(Intrinsic::InflateLatin1, &[grown.address, written]);
    grown
}

/// The address after some code units of UTF-16.
fn after_units(c: &mut Crossing, address: Value, units: Value) -> Value {
    let bytes = doubled(c, units);
    c.e.b.ins().iadd(address, bytes)
}

/// Code units with the tag of the destination.
fn tagged(c: &mut Crossing, units: Value) -> Value {
    let tag = c.e.b.ins().iconst(types::I64, utf16_tag(c.to.width()));
    c.e.b.ins().bor(units, tag)
}
