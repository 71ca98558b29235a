//! Records of who added, removed and misused handles, in a block that has them. Elsewhere nothing
//! is emitted.

use super::Entry;
use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use cantilever_abi::block::{HandleEntry, HandleEvent, HandleRecord, Intrinsic, TrapKind};
use core::mem::offset_of;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// The records of one handle table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Records {
    /// Block offset of record 0.
    pub(super) at: u64,
    /// The component instance, or the host, whose table it is.
    pub(super) instance: u32,
}

/// Records that the function under construction adds or removes the handle that is at an entry.
/// `event` is an offset in a [`HandleRecord`].
pub(super) fn record(e: &mut Emit, entry: Entry, event: usize) {
    let Some(records) = entry.records else { return };
    let wide = e.b.ins().uextend(POINTER, entry.index);
    let scaled = e.b.ins().ishl_imm_u(wide, i64::from(HandleRecord::SIZE.trailing_zeros()));
    let base = e.b.ins().iadd(e.vmctx, scaled);
    let tag = entry.load(e, types::I32, offset_of!(HandleEntry, tag));
    records.write(e, base, event, tag);
}

/// As [`Emit::trap_with`], for a trap about one handle. With records it is recorded who used the
/// handle, and the last value says whose table it is in.
pub(super) fn trap_with(e: &mut Emit, records: Option<Records>, kind: TrapKind, values: &[Value]) {
    let Some(records) = records else { return e.trap_with(kind, values) };
    let [none, some, instance] = [0, 1, records.instance].map(|number| e.b.ins().iconst(types::I32, i64::from(number)));
    records.write(e, e.vmctx, HandleRecord::FAULT, some);
    let mut explained = [none, none, none, instance];
    explained[..values.len()].copy_from_slice(values);
    e.trap_with(kind, &explained);
}

impl Records {
    /// Writes an event that is at `event` in the record at `base`, less the offset of the records.
    fn write(self, e: &mut Emit, base: Value, event: usize, tag: Value) {
        let event = e.offset(base, self.at as i64 + event as i64);
        let by = e.own_name();
        e.store_field(Region::HandleRecord, by, event, offset_of!(HandleEvent, by));
        e.store_field(Region::HandleRecord, tag, event, offset_of!(HandleEvent, tag));
        let frame = e.b.ins().get_frame_pointer(POINTER);
        let calls = e.offset(event, offset_of!(HandleEvent, calls) as i64);
        e.call_intrinsic(Intrinsic::CoreCalls, &[frame, calls]);
    }
}
