//! `Table.get` of a resource handle, owning or borrowing.

use super::fault::{Need, fault_unless};
use super::{Entry, Table};
use crate::clif::Emit;
use cantilever_abi::block::HandleEntry;
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// The representation behind a handle of the given type.
pub fn get_rep(e: &mut Emit, table: Table, index: Value, resource: u32) -> Value {
    let entry = get(e, table, index, resource);
    entry.load(e, types::I32, offset_of!(HandleEntry, rep))
}

/// The entry of a handle of the given type.
pub(super) fn get(e: &mut Emit, table: Table, index: Value, resource: u32) -> Entry {
    let entry = table.entry(e, index);
    let tag = entry.load(e, types::I32, offset_of!(HandleEntry, tag));
    let either = e.b.ins().bor_imm_u(tag, 1);
    let right = e.b.ins().icmp_imm_u(IntCC::Equal, either, i64::from(HandleEntry::tag(resource, true)));
    fault_unless(e, right, entry, resource, Need::Type);
    entry
}
