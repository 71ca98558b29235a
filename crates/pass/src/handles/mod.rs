//! The inline handle table: get, add, remove, lend and un-lend as a handful of instructions.
//!
//! It knows the layout of tables and entries (`block`) and the emitting kit (`clif`). It must not
//! know component types, canonical options or who the peers are: a resource type is the number in
//! its tag.
//!
//! In a block that has records of handles, each `add`, `remove` and misuse is recorded (`record`);
//! elsewhere nothing of that is emitted.
//!
//! Every check of an entry is one comparison on the hot path. When it fails, cold code (`fault`)
//! looks again, in the order of the specification, to raise the right trap.
//!
//! Invariant relied upon: entry 0 of each table is readable and its tag is 0 (`1 <= limit`). With
//! the Spectre guard, an index out of bounds is replaced by 0 without a branch, so the one
//! comparison refuses it too.

mod add;
mod fault;
mod get;
mod grow;
mod lend;
mod record;
mod remove;

pub use add::{add_borrow, add_own};
pub use get::get_rep;
pub use grow::emit_grow;
pub use lend::{Lent, holds_borrow, lend, unlend};
pub use remove::{Kinds, Then, remove, remove_own};

use record::Records;

use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use cantilever_abi::block::{BlockLayout, HandleEntry, HandleTable, InstanceState, TrapKind};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, InstBuilder, Type, Value, types};

/// The handle table of one component instance.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Block offset of the `HandleTable`.
    head: usize,
    /// Block offset of entry 0.
    entries: u64,
    /// Is the index guarded against speculation past the bound?
    guard: bool,
    /// In a block that has them: its records.
    records: Option<Records>,
}

/// An entry whose index is in bounds, or, with the guard, entry 0.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Its index.
    index: Value,
    /// The index as it was given, for messages.
    given: Value,
    base: Value,
    offset: usize,
    /// As [`Table::records`].
    records: Option<Records>,
}

impl Table {
    /// The table of a component instance, or of the host.
    pub fn of(layout: &BlockLayout, instance: u32, guard: bool) -> Self {
        let head = layout.instance_state(instance) as usize + offset_of!(InstanceState, handles);
        let records = layout.handle_records(instance).map(|at| Records { at, instance });
        Table { head, entries: layout.handle_entries(instance), guard, records }
    }

    fn load_head(self, e: &mut Emit, field: usize) -> Value {
        e.load_field(types::I32, Region::HandleTable, e.vmctx, self.head + field)
    }

    fn set_free_head(self, e: &mut Emit, index: Value) {
        e.store_field(Region::HandleTable, index, e.vmctx, self.head + offset_of!(HandleTable, free_head));
    }

    /// The entry at an index that compiled code itself stored.
    fn trusted(self, e: &mut Emit, index: Value) -> Entry {
        let wide = e.b.ins().uextend(POINTER, index);
        let scaled = e.b.ins().ishl_imm_u(wide, i64::from(HandleEntry::SIZE.trailing_zeros()));
        let base = e.b.ins().iadd(e.vmctx, scaled);
        let (base, offset) = match i32::try_from(self.entries + u64::from(HandleEntry::SIZE)) {
            Ok(_) => (base, self.entries as usize),
            Err(_) => (e.offset(base, self.entries as i64), 0),
        };
        Entry { index, given: index, base, offset, records: self.records }
    }

    /// The entry at an index that a guest gave.
    fn entry(self, e: &mut Emit, given: Value) -> Entry {
        let limit = self.load_head(e, offset_of!(HandleTable, limit));
        let index = if self.guard {
            let inside = e.b.ins().icmp(IntCC::UnsignedLessThan, given, limit);
            let zero = e.b.ins().iconst(types::I32, 0);
            e.b.ins().select_spectre_guard(inside, given, zero)
        } else {
            let outside = e.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, given, limit);
            e.fault_if(outside, |e| record::trap_with(e, self.records, TrapKind::UnknownHandle, &[given]));
            given
        };
        Entry { given, ..self.trusted(e, index) }
    }
}

impl Entry {
    fn load(self, e: &mut Emit, ty: Type, field: usize) -> Value {
        e.load_field(ty, Region::HandleEntry, self.base, self.offset + field)
    }

    fn store(self, e: &mut Emit, value: Value, field: usize) {
        e.store_field(Region::HandleEntry, value, self.base, self.offset + field);
    }

    /// `tag` and `lends` as one word.
    fn word(self, e: &mut Emit) -> Value {
        const { assert!(offset_of!(HandleEntry, lends) == offset_of!(HandleEntry, tag) + size_of::<u32>()) };
        self.load(e, types::I64, offset_of!(HandleEntry, tag))
    }
}

/// The word of an entry with this tag that is not lent, as the target reads it.
fn unlent(e: &Emit, tag: u32) -> i64 {
    match e.convention.endianness {
        Endianness::Little => i64::from(tag),
        Endianness::Big => i64::from(tag) << u32::BITS,
    }
}
