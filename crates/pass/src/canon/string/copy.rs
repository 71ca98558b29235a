//! `store_string_copy`: strings whose length on the other side is known before they are read.

use super::range::{check_utf8, check_utf16};
use super::{Source, doubled, short};
use crate::canon::call::crossing::Crossing;
use cantilever_abi::block::Intrinsic;
use cranelift_codegen::ir::Value;

/// UTF-8 to UTF-8.
pub(super) fn store_utf8(c: &mut Crossing, source: Source) -> [Value; 2] {
    let to = c.to.allocate(c.e, 1, source.units);
    let (copy, done) = (c.e.b.create_block(), c.e.b.create_block());
    short::store_ascii(c, source, to.address, done, copy);
    c.e.b.seal_block(copy);
    c.e.b.switch_to_block(copy);
    let status = c.e.call_intrinsic(Intrinsic::Utf8ToUtf8, &[to.address, source.address, source.units]);
    check_utf8(c, status.expect("it has a result"));
    c.e.jump(done, &[]);
    c.e.b.seal_block(done);
    c.e.b.switch_to_block(done);
    [to.pointer, source.units]
}

/// UTF-16 to UTF-16.
pub(super) fn store_utf16(c: &mut Crossing, source: Source) -> [Value; 2] {
    let bytes = doubled(c, source.units);
    let to = c.to.allocate(c.e, 2, bytes);
    let status = c.e.call_intrinsic(Intrinsic::Utf16ToUtf16, &[to.address, source.address, source.units]);
    check_utf16(c, status.expect("it has a result"));
    [to.pointer, source.units]
}

/// Latin-1 to UTF-16.
pub(super) fn store_latin1_to_utf16(c: &mut Crossing, source: Source) -> [Value; 2] {
    let bytes = doubled(c, source.units);
    let to = c.to.allocate(c.e, 2, bytes);
    c.e.call_intrinsic(Intrinsic::Latin1ToUtf16, &[to.address, source.address, source.units]);
    [to.pointer, source.units]
}

/// Latin-1 to Latin-1.
pub(super) fn store_latin1(c: &mut Crossing, source: Source) -> [Value; 2] {
    let to = c.to.allocate(c.e, 2, source.units);
    c.e.call_intrinsic(Intrinsic::Copy, &[to.address, source.address, source.units]);
    [to.pointer, source.units]
}
