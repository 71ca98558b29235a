//! `store_string_to_utf8`: first as if all were ASCII; at the first code unit that is not, for the
//! worst case.

use super::Source;
use super::range::check_utf16_length;
use crate::canon::call::crossing::Crossing;
use cantilever_abi::block::Intrinsic;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

pub(super) fn store_utf16_to_utf8(c: &mut Crossing, source: Source) -> [Value; 2] {
    let routines = Routines {
        ascii: Intrinsic::Utf16ToUtf8Ascii,
        rest: Intrinsic::Utf16ToUtf8,
        unit_size: 2,
        worst: 3,
        check: check_utf16_length,
    };
    store_string_to_utf8(c, source, routines)
}

pub(super) fn store_latin1_to_utf8(c: &mut Crossing, source: Source) -> [Value; 2] {
    let routines = Routines {
        ascii: Intrinsic::Latin1ToUtf8Ascii,
        rest: Intrinsic::Latin1ToUtf8,
        unit_size: 1,
        worst: 2,
        check: |_, _| {},
    };
    store_string_to_utf8(c, source, routines)
}

/// How to read the source encoding.
struct Routines {
    ascii: Intrinsic,
    rest: Intrinsic,
    /// The size of a code unit of the source.
    unit_size: i64,
    /// The greatest number of bytes of UTF-8 for a code unit.
    worst: i64,
    /// Traps if the result of `rest` is a failure.
    check: fn(&mut Crossing, Value),
}

fn store_string_to_utf8(c: &mut Crossing, source: Source, with: Routines) -> [Value; 2] {
    let first = c.to.allocate(c.e, 1, source.units);
    let copied = c.e.call_intrinsic(with.ascii, &[first.address, source.address, source.units]);
    let copied = copied.expect("it has a result");
    let all = c.e.b.ins().icmp(IntCC::Equal, copied, source.units);
    c.choose(
        all,
        |_| [first.pointer, source.units],
        |c| {
            let worst = c.e.b.ins().imul_imm_u(source.units, with.worst);
            let grown = c.to.reallocate(c.e, [first.pointer, source.units], 1, worst);
            let to = c.e.b.ins().iadd(grown.address, copied);
            let read = c.e.b.ins().imul_imm_u(copied, with.unit_size);
            let from = c.e.b.ins().iadd(source.address, read);
            let left = c.e.b.ins().isub(source.units, copied);
            let written = c.e.call_intrinsic(with.rest, &[to, from, left]).expect("it has a result");
            (with.check)(c, written);
            let length = c.e.b.ins().iadd(copied, written);
            let pointer = shrink(c, grown.pointer, worst, 1, length);
            [pointer, length]
        },
    )
}

/// Reallocates to the final length, if that is less than what was allocated; the pointer.
pub(super) fn shrink(c: &mut Crossing, pointer: Value, allocated: Value, align: u32, length: Value) -> Value {
    let shorter = c.e.b.ins().icmp(IntCC::UnsignedLessThan, length, allocated);
    let [pointer] =
        c.choose(shorter, |c| [c.to.reallocate(c.e, [pointer, allocated], align, length).pointer], |_| [pointer]);
    pointer
}
