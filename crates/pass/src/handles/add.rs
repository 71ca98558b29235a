//! `Table.add`.

use super::grow::grow;
use super::record::record;
use super::{Entry, Table, unlent};
use crate::clif::Emit;
use cantilever_abi::block::{HandleEntry, HandleRecord, HandleTable};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// Adds an owning handle; returns its index.
pub fn add_own(e: &mut Emit, table: Table, resource: u32, rep: Value) -> Value {
    let entry = take_free(e, table);
    fill(e, entry, HandleEntry::tag(resource, false), rep);
    entry.index
}

/// Adds a borrowing handle that belongs to a scope; returns its index.
pub fn add_borrow(e: &mut Emit, table: Table, resource: u32, rep: Value, scope: Value) -> Value {
    let entry = take_free(e, table);
    fill(e, entry, HandleEntry::tag(resource, true), rep);
    entry.store(e, scope, offset_of!(HandleEntry, aux));
    entry.index
}

fn fill(e: &mut Emit, entry: Entry, tag: u32, rep: Value) {
    let word = unlent(e, tag);
    let word = e.b.ins().iconst(types::I64, word);
    entry.store(e, word, offset_of!(HandleEntry, tag));
    entry.store(e, rep, offset_of!(HandleEntry, rep));
    record(e, entry, offset_of!(HandleRecord, created));
}

/// Takes the first entry from the free list.
fn take_free(e: &mut Emit, table: Table) -> Entry {
    let index = table.load_head(e, offset_of!(HandleTable, free_head));
    let limit = table.load_head(e, offset_of!(HandleTable, limit));
    let inside = e.b.ins().icmp(IntCC::UnsignedLessThan, index, limit);
    e.unless_cold(inside, |e| grow(e, table));
    let entry = table.trusted(e, index);
    let delta = entry.load(e, types::I32, offset_of!(HandleEntry, aux));
    let after = e.b.ins().iadd_imm_u(index, 1);
    let next = e.b.ins().iadd(after, delta);
    table.set_free_head(e, next);
    entry
}
