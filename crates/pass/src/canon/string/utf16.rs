//! `store_utf8_to_utf16`.

use super::range::check_utf8_length;
use super::utf8::shrink;
use super::{Source, doubled};
use crate::canon::call::crossing::Crossing;
use cantilever_abi::block::Intrinsic;
use cranelift_codegen::ir::Value;

pub(super) fn store_utf8_to_utf16(c: &mut Crossing, source: Source) -> [Value; 2] {
    let worst = doubled(c, source.units);
    let to = c.to.allocate(c.e, 2, worst);
    let units = c.e.call_intrinsic(Intrinsic::Utf8ToUtf16, &[to.address, source.address, source.units]);
    let units = units.expect("it has a result");
    check_utf8_length(c, units);
    let length = doubled(c, units);
    let pointer = shrink(c, to.pointer, worst, 2, length);
    [pointer, units]
}
