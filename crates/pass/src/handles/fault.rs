//! What is wrong with a handle: cold code that looks again, in the order of the specification.

use super::Entry;
use super::record::trap_with;
use crate::clif::Emit;
use cantilever_abi::block::{HandleEntry, TrapKind};
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

/// What was needed of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// That it exists and has the type.
    Type,
    /// That it also is not lent.
    Unlent,
    /// That it also is an owning handle.
    Owned,
}

/// Goes on when `right`; else traps with the first need that the entry does not meet.
pub(super) fn fault_unless(e: &mut Emit, right: Value, entry: Entry, resource: u32, need: Need) {
    e.fault_unless(right, |e| fault(e, entry, resource, need));
}

/// Traps; ends a cold block. Invariant: the entry does not meet the need.
pub(super) fn fault(e: &mut Emit, entry: Entry, resource: u32, need: Need) {
    let tag = entry.load(e, types::I32, offset_of!(HandleEntry, tag));
    let free = e.b.ins().icmp_imm_u(IntCC::Equal, tag, 0);
    trap_if_cold(e, entry, free, TrapKind::UnknownHandle, &[entry.given]);
    let expected = e.b.ins().iconst(types::I32, i64::from(HandleEntry::tag(resource, false)));
    let mistyped = [entry.given, expected, tag];
    if need == Need::Type {
        return trap_with(e, entry.records, TrapKind::WrongHandleType, &mistyped);
    }
    let either = e.b.ins().bor_imm_u(tag, 1);
    let other = e.b.ins().icmp_imm_u(IntCC::NotEqual, either, i64::from(HandleEntry::tag(resource, true)));
    trap_if_cold(e, entry, other, TrapKind::WrongHandleType, &mistyped);
    if need == Need::Unlent {
        return trap_with(e, entry.records, TrapKind::HandleLent, &[entry.given, tag]);
    }
    let lends = entry.load(e, types::I32, offset_of!(HandleEntry, lends));
    trap_if_cold(e, entry, lends, TrapKind::HandleLent, &[entry.given, tag]);
    trap_with(e, entry.records, TrapKind::NotOwned, &[entry.given, tag]);
}

/// As [`Emit::trap_if_with`], about the handle at an entry, and what follows is cold too.
fn trap_if_cold(e: &mut Emit, entry: Entry, condition: Value, kind: TrapKind, values: &[Value]) {
    e.fault_if(condition, |e| trap_with(e, entry.records, kind, values));
    let rest = e.b.current_block().expect("a trap that is not taken goes on");
    e.b.set_cold_block(rest);
}
