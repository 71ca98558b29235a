//! Strings to the host, which takes UTF-8: a view where it may have one, else one allocation for
//! the worst case.

use super::Simple;
use super::Source;
use super::range::{check_utf8, check_utf8_length, check_utf16_length};
use crate::canon::call::crossing::Crossing;
use crate::canon::call::side::Allocation;
use cantilever_abi::block::Intrinsic;
use cranelift_codegen::ir::{InstBuilder, Value};

pub(super) fn store_to_host(c: &mut Crossing, from: Simple, source: Source) -> [Value; 2] {
    match from {
        Simple::Utf8 if c.to.takes_views() => {
            let receiver = c.to.receiver(c.e);
            let at = c.e.call_intrinsic(Intrinsic::Utf8ToHost, &[source.address, source.units, receiver]);
            let at = at.expect("it has a result");
            check_utf8_length(c, at);
            [at, source.units]
        }
        Simple::Utf8 => {
            let (to, status) = transcode(c, source, 1, Intrinsic::Utf8ToUtf8);
            check_utf8(c, status);
            [to.pointer, source.units]
        }
        Simple::Utf16 | Simple::TaggedUtf16 => {
            let (to, length) = transcode(c, source, 3, Intrinsic::Utf16ToUtf8);
            check_utf16_length(c, length);
            [to.pointer, length]
        }
        Simple::Latin1 => {
            let (to, length) = transcode(c, source, 2, Intrinsic::Latin1ToUtf8);
            [to.pointer, length]
        }
    }
}

/// Allocates so many bytes for each code unit, and runs a routine.
fn transcode(c: &mut Crossing, source: Source, worst: i64, routine: Intrinsic) -> (Allocation, Value) {
    let bytes = c.e.b.ins().imul_imm_u(source.units, worst);
    let to = c.to.allocate(c.e, 1, bytes);
    let result = c.e.call_intrinsic(routine, &[to.address, source.address, source.units]);
    (to, result.expect("it has a result"))
}
