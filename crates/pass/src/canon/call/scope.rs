//! Borrow scopes: what a callee must give back before its call ends (`num_borrows`).
//!
//! Types may fix which handles a call lends to its callee. Then the adapter keeps their indices,
//! and looks at the end of the call whether borrow handles are still there. Elsewhere (in a list, a
//! case of a variant, an asynchronous task) they are counted in the array of scopes, and a borrow
//! handle names the element that counts it.
//!
//! Invariant: the scopes of one component instance are all of one kind ([`counts_borrows`]), so
//! that its `resource.drop` knows whether there is anything to count. An instance that has
//! asynchronous lifts counts: its tasks may end in any order. The calls of the others end in the
//! reverse order of their beginning. So when one ends, what is a borrow handle at one of its
//! indices is its own. A call inside it has given all of its handles back, and one around it has
//! taken none since.

use super::occurrence::{Occurrence, each_borrow};
use crate::canon::CanonEnv;
use crate::clif::signature::POINTER;
use crate::clif::{Emit, Region};
use crate::handles::{Table, holds_borrow};
use alloc::vec;
use alloc::vec::Vec;
use cantilever_abi::block::{Header, TrapKind};
use cantilever_abi::{Adapter, FuncType, LiftSide, Resource, ResourceId, ResourceImpl, Types};
use core::mem::offset_of;
use cranelift_codegen::ir::{InstBuilder, StackSlotData, StackSlotKind, Value, types};
use cranelift_entity::PrimaryMap;

/// What the callee of one call must give back.
pub(in crate::canon) enum Scope {
    /// As many handles as an element of the array of scopes says, whose index this is.
    Counted(Value),
    /// Handles at known indices.
    Listed(Listed),
}

/// Handles at known indices of the callee's table.
pub(in crate::canon) struct Listed {
    /// What the handles name as their scope. No other call that has not ended has the same.
    id: Value,
    table: Table,
    handles: Vec<(Value, ResourceId)>,
}

impl Listed {
    /// Nothing has been lent yet.
    pub(in crate::canon) fn open(e: &mut Emit, table: Table) -> Self {
        // The low half of an address on the stack, in a slot that inlining does not merge with
        // another's.
        let size = types::I32.bytes();
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, size, size.trailing_zeros() as u8);
        let slot = e.b.create_sized_stack_slot(slot);
        let address = e.b.ins().stack_addr(POINTER, slot, 0);
        let id = e.b.ins().ireduce(types::I32, address);
        Listed { id, table, handles: Vec::new() }
    }
}

impl Scope {
    /// What its handles name.
    pub(in crate::canon) fn id(&self) -> Value {
        match self {
            Scope::Counted(index) => *index,
            Scope::Listed(listed) => listed.id,
        }
    }

    /// A borrow handle was added to the callee's table. Counted ones were counted before.
    pub(in crate::canon) fn add(&mut self, index: Value, resource: ResourceId) {
        match self {
            Scope::Counted(_) => {}
            Scope::Listed(listed) => listed.handles.push((index, resource)),
        }
    }

    /// `trap_if(num_borrows > 0)`, for the callee, a component instance.
    pub(in crate::canon) fn check_returned(&self, e: &mut Emit, env: &CanonEnv, callee: u32) {
        let left = match self {
            Scope::Counted(index) => load(e, env.layout.scopes as usize, *index),
            Scope::Listed(Listed { table, handles, .. }) => {
                let kept = handles.iter().map(|(index, resource)| {
                    let kept = holds_borrow(e, *table, *index, resource.as_u32());
                    e.b.ins().uextend(types::I32, kept)
                });
                let kept: Vec<Value> = kept.collect();
                let Some(left) = kept.into_iter().reduce(|left, kept| e.b.ins().iadd(left, kept)) else { return };
                left
            }
        };
        trap_if_left(e, left, (callee, self.id()), |e| e.own_name());
    }
}

/// A function that a component instance lifts, as far as it says which borrow handles come with its
/// parameters.
#[derive(Debug, Clone, Copy)]
pub struct Lifted<'a> {
    /// The function's type.
    pub ty: &'a FuncType,
    /// The component instance.
    pub instance: u32,
    /// Is it lifted with the option `async`?
    pub is_async: bool,
}

impl<'a> Lifted<'a> {
    /// The function that an adapter calls; `None` if the host provides it.
    pub fn of(adapter: &'a Adapter) -> Option<Self> {
        let LiftSide::Guest { side, .. } = &adapter.lift else { return None };
        Some(Lifted { ty: &adapter.ty, instance: side.instance, is_async: side.options.is_async })
    }
}

/// For each of so many component instances: are the borrow handles counted that its callers lend
/// it?
pub fn counts_borrows<'a>(
    types: &Types,
    resources: &PrimaryMap<ResourceId, Resource>,
    lifted: impl Iterator<Item = Lifted<'a>>,
    instances: usize,
) -> Vec<bool> {
    let mut counts = vec![false; instances];
    for Lifted { ty, instance, is_async } in lifted {
        let (mut listed, mut is_uncertain) = (0, false);
        for (_, param) in &ty.params {
            each_borrow(types, *param, |borrow| {
                let becomes_handle = resources[borrow.resource].implementer != ResourceImpl::Guest(instance);
                listed += usize::from(becomes_handle);
                is_uncertain |= becomes_handle && (borrow.occurrence != Occurrence::Once || borrow.is_in_variant);
            });
        }
        counts[instance as usize] |= is_async || is_uncertain || listed > MAX_LISTED;
    }
    counts
}

/// The greatest number of handles that are looked at one by one.
const MAX_LISTED: usize = 8;

/// `trap_if(num_borrows > 0)` of a counted scope of a component instance, given the block offset of
/// the array of scopes and who lent.
pub(in crate::canon) fn check_scope(
    e: &mut Emit,
    scopes: usize,
    (instance, scope): (u32, Value),
    lender: impl FnOnce(&mut Emit) -> Value,
) {
    let left = load(e, scopes, scope);
    trap_if_left(e, left, (instance, scope), lender);
}

/// Traps if any borrow handle is left.
fn trap_if_left(e: &mut Emit, left: Value, (instance, scope): (u32, Value), lender: impl FnOnce(&mut Emit) -> Value) {
    e.fault_if(left, |e| {
        let instance = e.b.ins().iconst(types::I32, i64::from(instance));
        let lender = lender(e);
        e.trap_with(TrapKind::BorrowsRemain, &[left, instance, scope, lender]);
    });
}

/// Resource drop's `num_borrows -= 1` of the scope of a borrow handle, given the block offset of
/// the array of scopes.
pub(in crate::canon) fn give_back(e: &mut Emit, scopes: usize, scope: Value) {
    adjust(e, scopes, scope, -1);
}

/// Changes the count of a scope.
pub(in crate::canon) fn adjust(e: &mut Emit, scopes: usize, scope: Value, by: i64) {
    let at = address(e, scope);
    let count = e.load_field(types::I32, Region::Scopes, at, scopes);
    let count = e.b.ins().iadd_imm_s(count, by);
    e.store_field(Region::Scopes, count, at, scopes);
}

fn load(e: &mut Emit, scopes: usize, index: Value) -> Value {
    let at = address(e, index);
    e.load_field(types::I32, Region::Scopes, at, scopes)
}

/// An element of the array of scopes, less the array's block offset.
pub(in crate::canon) fn address(e: &mut Emit, index: Value) -> Value {
    let wide = e.b.ins().uextend(POINTER, index);
    let scaled = e.b.ins().ishl_imm_u(wide, i64::from(size_of::<u32>().trailing_zeros()));
    e.b.ins().iadd(e.vmctx, scaled)
}

/// How many elements of the array of scopes are in use.
pub(in crate::canon) fn load_top(e: &mut Emit) -> Value {
    e.load_field(types::I32, Region::Scopes, e.vmctx, offset_of!(Header, scope_top))
}

/// Changes that.
pub(in crate::canon) fn store_top(e: &mut Emit, top: Value) {
    e.store_field(Region::Scopes, top, e.vmctx, offset_of!(Header, scope_top));
}
