//! Strings. The table of source and destination encodings is [`store`]; each file writes one
//! destination, with the allocations of the specification in its order.
//!
//! A lifted string is a checked range: native address and *tagged* code units, as its side counts
//! them. Its bytes are validated while they are copied.

use alloc::vec::Vec;
mod copy;
mod host;
mod latin1;
mod range;
mod short;
mod utf16;
mod utf8;

pub(super) use range::lift_string;

use crate::canon::call::crossing::Crossing;
use crate::canon::value::fill::unless_filled;
use crate::canon::value::operand::Target;
use cantilever_abi::{Encoding, PointerWidth};
use cranelift_codegen::ir::{InstBuilder, Value};

/// The encoding of a string once a tag has been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Simple {
    Utf8,
    Utf16,
    /// Latin-1, from a side whose encoding is `latin1+utf16`.
    Latin1,
    /// UTF-16, from a side whose encoding is `latin1+utf16`.
    TaggedUtf16,
}

/// A string to be stored: native address and code units, untagged.
#[derive(Debug, Clone, Copy)]
struct Source {
    address: Value,
    units: Value,
}

/// `store_string_into_range`.
pub(super) fn lower_string(c: &mut Crossing, [address, tagged]: [Value; 2], target: &Target) -> Vec<Value> {
    let stored = match c.from.encoding() {
        Encoding::Utf8 if c.fills && c.to.encoding() == Encoding::Utf8 => {
            unless_filled(c, [address, tagged], |c| store(c, Simple::Utf8, Source { address, units: tagged }))
        }
        Encoding::Utf8 => store(c, Simple::Utf8, Source { address, units: tagged }),
        Encoding::Utf16 => store(c, Simple::Utf16, Source { address, units: tagged }),
        Encoding::Latin1Utf16 => {
            let tag = utf16_tag(c.from.width());
            let is_utf16 = c.e.b.ins().band_imm_s(tagged, tag);
            c.choose(
                is_utf16,
                |c| {
                    let units = c.e.b.ins().bxor_imm_s(tagged, tag);
                    store(c, Simple::TaggedUtf16, Source { address, units })
                },
                |c| store(c, Simple::Latin1, Source { address, units: tagged }),
            )
        }
    };
    target.put_range(c.e, stored)
}

/// Stores a string; its pointer and tagged code units on the other side.
fn store(c: &mut Crossing, from: Simple, source: Source) -> [Value; 2] {
    if c.to.is_host() {
        return host::store_to_host(c, from, source);
    }
    match (c.to.encoding(), from) {
        (Encoding::Utf8, Simple::Utf8) => copy::store_utf8(c, source),
        (Encoding::Utf8, Simple::Utf16 | Simple::TaggedUtf16) => utf8::store_utf16_to_utf8(c, source),
        (Encoding::Utf8, Simple::Latin1) => utf8::store_latin1_to_utf8(c, source),
        (Encoding::Utf16, Simple::Utf8) => utf16::store_utf8_to_utf16(c, source),
        (Encoding::Utf16, Simple::Utf16 | Simple::TaggedUtf16) => copy::store_utf16(c, source),
        (Encoding::Utf16, Simple::Latin1) => copy::store_latin1_to_utf16(c, source),
        (Encoding::Latin1Utf16, Simple::Utf8) => latin1::store_utf8_to_latin1_or_utf16(c, source),
        (Encoding::Latin1Utf16, Simple::Utf16) => latin1::store_utf16_to_latin1_or_utf16(c, source),
        (Encoding::Latin1Utf16, Simple::Latin1) => copy::store_latin1(c, source),
        (Encoding::Latin1Utf16, Simple::TaggedUtf16) => latin1::store_probably_utf16_to_latin1_or_utf16(c, source),
    }
}

/// `utf16_tag`, as the bits of an `i64`.
const fn utf16_tag(width: PointerWidth) -> i64 {
    match width {
        PointerWidth::W32 => 1 << 31,
        PointerWidth::W64 => 1 << 63,
    }
}

/// Twice a number of code units: bytes of UTF-16.
fn doubled(c: &mut Crossing, units: Value) -> Value {
    c.e.b.ins().ishl_imm_u(units, 1)
}
