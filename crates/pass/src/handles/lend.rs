//! Lending a handle for the time of a call: `add_lender`, and its undoing when the call is over.

use super::Table;
use super::get::get;
use crate::clif::Emit;
use cantilever_abi::block::HandleEntry;
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// A handle that has been lent.
#[derive(Debug, Clone, Copy)]
pub struct Lent {
    /// Its index, for [`unlend`].
    pub index: Value,
    /// Its representation.
    pub rep: Value,
}

/// Lends a handle of the given type.
///
/// `num_lends` cannot overflow: every lend that is not undone yet occupies native stack or an
/// element of the array of borrow scopes, and both are far below 2^32.
pub fn lend(e: &mut Emit, table: Table, index: Value, resource: u32) -> Lent {
    let entry = get(e, table, index, resource);
    let lends = entry.load(e, types::I32, offset_of!(HandleEntry, lends));
    let more = e.b.ins().iadd_imm_u(lends, 1);
    entry.store(e, more, offset_of!(HandleEntry, lends));
    Lent { index: entry.index, rep: entry.load(e, types::I32, offset_of!(HandleEntry, rep)) }
}

/// Undoes one [`lend`]. Invariant: the index is one that was lent; a lent entry cannot be removed,
/// so it needs no check.
pub fn unlend(e: &mut Emit, table: Table, index: Value) {
    let entry = table.trusted(e, index);
    let lends = entry.load(e, types::I32, offset_of!(HandleEntry, lends));
    let less = e.b.ins().iadd_imm_s(lends, -1);
    entry.store(e, less, offset_of!(HandleEntry, lends));
}

/// Is there still a borrow handle of a type at an index where there was one?
pub fn holds_borrow(e: &mut Emit, table: Table, index: Value, resource: u32) -> Value {
    let entry = table.trusted(e, index);
    let tag = entry.load(e, types::I32, offset_of!(HandleEntry, tag));
    e.b.ins().icmp_imm_u(IntCC::Equal, tag, i64::from(HandleEntry::tag(resource, true)))
}
