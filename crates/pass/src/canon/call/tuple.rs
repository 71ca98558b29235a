//! Tuples in memory: parameters or results that are too many to be flat, and the buffers for those
//! of the host.

use super::side::{Side, host_allocate};
use crate::canon::CanonEnv;
use crate::canon::value::operand::{Operand, widen_pointer};
use crate::clif::Emit;
use crate::clif::signature::POINTER;
use alloc::vec::Vec;
use cantilever_abi::block::TrapKind;
use cantilever_abi::layout::Layout;
use cantilever_abi::{PointerWidth, ValType};
use cranelift_codegen::ir::{InstBuilder, StackSlotData, StackSlotKind, Value};

/// What may be taken from the stack.
const MAX_STACK_BUFFER: u32 = 1 << 14;

pub(in crate::canon) fn tuple_layout(env: &CanonEnv, tys: &[ValType], width: PointerWidth) -> Layout {
    Layout::record(tys.iter().map(|ty| env.types.layout(*ty, width)))
}

/// The values of a tuple behind a pointer that a guest gave.
pub(in crate::canon) fn load_tuple(
    e: &mut Emit,
    env: &CanonEnv,
    side: Side,
    tys: &[ValType],
    pointer: Value,
) -> Vec<Operand> {
    let pointer = widen_pointer(e, pointer, side.width());
    let address = check_tuple(e, env, side, tys, pointer);
    Operand::Memory(side.address(address)).fields(e, env.types, tys)
}

/// The checks of a pointer to a tuple; its native address.
pub(in crate::canon) fn check_tuple(
    e: &mut Emit,
    env: &CanonEnv,
    side: Side,
    tys: &[ValType],
    pointer: Value,
) -> Value {
    let layout = tuple_layout(env, tys, side.width());
    side.check_aligned(e, pointer, layout.align, TrapKind::UnalignedPointer);
    let size = e.b.ins().iconst(POINTER, i64::from(layout.size));
    side.check_range(e, pointer, size, TrapKind::PointerOutOfBounds)
}

/// Does [`buffer`] take this much from the host?
pub(in crate::canon) fn is_from_host(layout: Layout) -> bool {
    layout.size > MAX_STACK_BUFFER
}

/// Memory for a tuple of the host's: on the stack, or from the host if it is large.
pub(in crate::canon) fn buffer(e: &mut Emit, layout: Layout) -> Value {
    if is_from_host(layout) {
        let size = e.b.ins().iconst(POINTER, i64::from(layout.size));
        return host_allocate(e, layout.align, size).address;
    }
    let align = layout.align.trailing_zeros() as u8;
    let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, layout.size.max(1), align);
    let slot = e.b.create_sized_stack_slot(slot);
    e.b.ins().stack_addr(POINTER, slot, 0)
}
