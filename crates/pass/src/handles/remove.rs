//! `Table.remove` of a resource handle.

use super::fault::{Need, fault, fault_unless};
use super::record::record;
use super::{Entry, Table, unlent};
use crate::clif::Emit;
use cantilever_abi::block::{HandleEntry, HandleRecord, HandleTable};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// Which handles of a type a table can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// Owning ones only: the instance implements the type, and sees a borrow as its representation.
    Own,
    /// Owning and borrowing ones.
    OwnAndBorrow,
}

/// Removes an owning handle that is not lent; returns its representation.
pub fn remove_own(e: &mut Emit, table: Table, index: Value, resource: u32) -> Value {
    let entry = table.entry(e, index);
    let owned = is_unlent_with_tag(e, entry, HandleEntry::tag(resource, false));
    fault_unless(e, owned, entry, resource, Need::Owned);
    let rep = entry.load(e, types::I32, offset_of!(HandleEntry, rep));
    free(e, table, entry);
    rep
}

/// What is done with a field of a removed entry; nothing, if it is of no use.
pub type Then<'t, 'f> = Option<&'t dyn Fn(&mut Emit<'f>, Value)>;

/// Removes a handle that is not lent; goes on with `own` and the representation, or with `borrow`
/// and the scope.
pub fn remove<'f>(
    e: &mut Emit<'f>,
    table: Table,
    index: Value,
    (resource, kinds): (u32, Kinds),
    own: Then<'_, 'f>,
    borrow: Then<'_, 'f>,
) {
    let entry = table.entry(e, index);
    let owned = is_unlent_with_tag(e, entry, HandleEntry::tag(resource, false));
    if kinds == Kinds::Own {
        fault_unless(e, owned, entry, resource, Need::Unlent);
        return take(e, table, entry, offset_of!(HandleEntry, rep), own);
    }
    let (owning, other, done) = (e.b.create_block(), e.b.create_block(), e.b.create_block());
    e.b.ins().brif(owned, owning, &[], other, &[]);
    e.b.switch_to_block(other);
    let (borrowing, wrong) = (e.b.create_block(), e.cold_block());
    let borrowed = is_unlent_with_tag(e, entry, HandleEntry::tag(resource, true));
    e.b.ins().brif(borrowed, borrowing, &[], wrong, &[]);
    e.b.switch_to_block(wrong);
    fault(e, entry, resource, Need::Unlent);
    e.b.switch_to_block(owning);
    take(e, table, entry, offset_of!(HandleEntry, rep), own);
    e.jump(done, &[]);
    e.b.switch_to_block(borrowing);
    take(e, table, entry, offset_of!(HandleEntry, aux), borrow);
    e.jump(done, &[]);
    for block in [owning, other, borrowing, wrong, done] {
        e.b.seal_block(block);
    }
    e.b.switch_to_block(done);
}

/// Frees an entry and goes on with what one of its fields held. Cranelift would keep a load of
/// which nothing is made.
fn take<'f>(e: &mut Emit<'f>, table: Table, entry: Entry, field: usize, then: Then<'_, 'f>) {
    let value = then.map(|then| (then, entry.load(e, types::I32, field)));
    free(e, table, entry);
    if let Some((then, value)) = value {
        then(e, value);
    }
}

/// Has the entry this tag, and is it not lent?
fn is_unlent_with_tag(e: &mut Emit, entry: Entry, tag: u32) -> Value {
    let word = entry.word(e);
    let wanted = unlent(e, tag);
    e.b.ins().icmp_imm_s(IntCC::Equal, word, wanted)
}

/// Puts an entry at the front of the free list.
fn free(e: &mut Emit, table: Table, entry: Entry) {
    record(e, entry, offset_of!(HandleRecord, dropped));
    let head = table.load_head(e, offset_of!(HandleTable, free_head));
    let after = e.b.ins().iadd_imm_u(entry.index, 1);
    let delta = e.b.ins().isub(head, after);
    let zero = e.b.ins().iconst(types::I64, 0);
    entry.store(e, zero, offset_of!(HandleEntry, tag));
    entry.store(e, delta, offset_of!(HandleEntry, aux));
    table.set_free_head(e, entry.index);
}
