//! Lists: the checks of `load_list_from_range`, and `store_list_into_range` as one copy or as a
//! loop.

use super::fill::unless_filled;
use super::operand::{Address, Operand, Target};
use super::shape::Shape;
use super::transfer::transfer;
use crate::canon::CanonEnv;
use crate::canon::call::crossing::Crossing;
use crate::canon::call::occurrence::Occurrence;
use crate::canon::call::side::Side;
use crate::clif::signature::POINTER;
use alloc::vec::Vec;
use cantilever_abi::block::{Intrinsic, TrapKind};
use cantilever_abi::layout::{Layout, field_offsets};
use cantilever_abi::{PointerWidth, ValType};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, InstBuilder, Value};

pub(in crate::canon) const MAX_LIST_BYTE_LENGTH: u32 = (1 << 28) - 1;

/// `load_list_from_range`: the native address of the elements, and how many they are.
pub(in crate::canon) fn lift_list(c: &mut Crossing, element: &[ValType], source: &Operand) -> [Value; 2] {
    let [pointer, length] = source.range(c.e);
    let layout = element_layout(c.env, element, c.from.width());
    let bytes = c.e.b.ins().imul_imm_u(length, i64::from(layout.size));
    let longest = i64::from(MAX_LIST_BYTE_LENGTH / layout.size.max(1));
    let too_long = c.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, length, longest);
    let kind = c.from.fault(TrapKind::ListTooLong);
    c.e.trap_if_with(too_long, kind, &[bytes]);
    c.from.check_aligned(c.e, pointer, layout.align, TrapKind::UnalignedPointer);
    let address = c.from.check_range(c.e, pointer, bytes, TrapKind::ListOutOfBounds);
    if c.env.supervision.fuel {
        c.e.burn_fuel_for(bytes, 1);
    }
    [address, length]
}

/// `store_list_into_range`.
pub(in crate::canon) fn lower_list(
    c: &mut Crossing,
    element: &[ValType],
    [address, length]: [Value; 2],
    target: &Target,
) -> Vec<Value> {
    if is_copied(c, element) && c.to.takes_views() {
        return target.put_range(c.e, [address, length]);
    }
    let stored = if c.fills && *element == [ValType::U8] {
        unless_filled(c, [address, length], |c| store_list(c, element, [address, length]))
    } else {
        store_list(c, element, [address, length])
    };
    target.put_range(c.e, stored)
}

/// Allocates a list and stores its elements; its pointer and length.
fn store_list(c: &mut Crossing, element: &[ValType], [address, length]: [Value; 2]) -> [Value; 2] {
    let layout = element_layout(c.env, element, c.to.width());
    let bytes = c.e.b.ins().imul_imm_u(length, i64::from(layout.size));
    let to = c.to.allocate_list(c.e, layout.align, bytes);
    if is_copied(c, element) {
        c.e.call_intrinsic(Intrinsic::Copy, &[to.address, address, bytes]);
    } else {
        let step = element_layout(c.env, element, c.from.width()).size;
        let bytes = c.e.b.ins().imul_imm_u(length, i64::from(step));
        let end = c.e.b.ins().iadd(address, bytes);
        store_list_into_valid_range(c, element, [address, end], to.address);
    }
    [to.pointer, length]
}

/// A fixed-length list, from memory to memory.
pub(in crate::canon) fn transfer_long_list(c: &mut Crossing, element: ValType, count: u32, from: Address, to: Address) {
    let size = |side: Side| i64::from(c.env.types.layout(element, side.width()).size) * i64::from(count);
    let (from_size, to_size) = (size(c.from), size(c.to));
    let (from, to) = (from.value(c.e), to.value(c.e));
    if is_copied(c, &[element]) {
        let bytes = c.e.b.ins().iconst(POINTER, to_size);
        c.e.call_intrinsic(Intrinsic::Copy, &[to, from, bytes]);
    } else {
        let end = c.e.offset(from, from_size);
        store_list_into_valid_range(c, &[element], [from, end], to);
    }
}

/// Transfers elements: those of some types by a routine for all, others one by one; truth values
/// eight by eight first.
fn store_list_into_valid_range(c: &mut Crossing, element: &[ValType], [from, end]: [Value; 2], to: Value) {
    if element == [ValType::Char] && !is_swapped(c) {
        return store_chars(c, [from, end], to);
    }
    if let Some(fields) = fields_in_bytes(c, element) {
        let size = element_layout(c.env, element, c.to.width()).size;
        let bytes = c.e.b.ins().isub(end, from);
        let size = c.e.b.ins().iconst(POINTER, i64::from(size));
        let fields = c.e.b.ins().iconst(POINTER, fields as i64);
        c.e.call_intrinsic(Intrinsic::CopyFields, &[to, from, bytes, size, fields]);
        return;
    }
    let by_words = element == [ValType::Bool] && !is_swapped(c);
    let [from, to] = if by_words { store_words_of_bools(c, [from, end], to) } else { [from, to] };
    let steps = [c.from, c.to].map(|side| element_layout(c.env, element, side.width()).size);
    let each = c.e.begin_loop(&[from, to], end);
    // Elements may all be the same long list.
    if c.env.supervision.interruptible && element.iter().any(|ty| c.env.types.contains_pointer(*ty)) {
        c.e.check_interruption();
    }
    let source = Operand::Memory(c.from.address(each.at[0]));
    let target = Target::Memory(c.to.address(each.at[1]));
    let sources = source.fields(c.e, c.env.types, element);
    let targets = target.fields(c.e, c.env.types, element);
    c.occurring(Occurrence::Repeated, |c| {
        for ((ty, source), target) in element.iter().zip(&sources).zip(&targets) {
            transfer(c, *ty, source, target);
        }
    });
    c.e.end_loop(each, &steps);
}

/// Transfers characters.
fn store_chars(c: &mut Crossing, [from, end]: [Value; 2], to: Value) {
    const SIZE: u32 = size_of::<char>() as u32;
    let bytes = c.e.b.ins().isub(end, from);
    let count = c.e.b.ins().ushr_imm_u(bytes, i64::from(SIZE.trailing_zeros()));
    let copied = c.e.call_intrinsic(Intrinsic::CopyChars, &[to, from, count]).expect("it has a result");
    let all = c.e.b.ins().icmp(IntCC::Equal, copied, count);
    let (invalid, go_on) = (c.e.cold_block(), c.e.b.create_block());
    c.e.b.ins().brif(all, go_on, &[], invalid, &[]);
    c.e.b.seal_block(invalid);
    c.e.b.seal_block(go_on);
    c.e.b.switch_to_block(invalid);
    let offset = c.e.b.ins().ishl_imm_u(copied, i64::from(SIZE.trailing_zeros()));
    let at = c.e.b.ins().iadd(from, offset);
    let bits = Operand::Memory(c.from.address(at)).bits(c.e, SIZE);
    let kind = c.from.fault(TrapKind::InvalidChar);
    c.e.trap_with(kind, &[bits]);
    c.e.b.switch_to_block(go_on);
}

/// Transfers as many truth values as fill words: every byte that is not 0 becomes 1. Where source
/// and target go on.
fn store_words_of_bools(c: &mut Crossing, [from, end]: [Value; 2], to: Value) -> [Value; 2] {
    const WORD: u32 = size_of::<u64>() as u32;
    const TOP_BITS: u64 = 0x8080_8080_8080_8080;
    let bytes = c.e.b.ins().isub(end, from);
    let bytes = c.e.b.ins().band_imm_s(bytes, -i64::from(WORD));
    let rest = [from, to].map(|start| c.e.b.ins().iadd(start, bytes));
    let each = c.e.begin_loop(&[from, to], rest[0]);
    let word = Operand::Memory(c.from.address(each.at[0])).int(c.e, WORD, false);
    // A byte's top bit is set when a carry out of its other bits, or the bit itself, says that it
    // is not 0.
    let low = c.e.b.ins().band_imm_s(word, !TOP_BITS as i64);
    let carried = c.e.b.ins().iadd_imm_s(low, !TOP_BITS as i64);
    let set = c.e.b.ins().bor(carried, word);
    let set = c.e.b.ins().band_imm_s(set, TOP_BITS as i64);
    let ones = c.e.b.ins().ushr_imm_u(set, i64::from(u8::BITS - 1));
    Target::Memory(c.to.address(each.at[1])).put(c.e, ones, WORD);
    c.e.end_loop(each, &[WORD, WORD]);
    rest
}

fn element_layout(env: &CanonEnv, element: &[ValType], width: PointerWidth) -> Layout {
    Layout::record(element.iter().map(|ty| env.types.layout(*ty, width)))
}

/// Can elements be copied as bytes? Then the two sides agree on their layout and byte order, and
/// every bit pattern is a value. There is no padding, whose bytes would leak from one side to the
/// other.
fn is_copied(c: &Crossing, element: &[ValType]) -> bool {
    let largest = if is_swapped(c) { 1 } else { u32::MAX };
    c.env.types.plain(element).is_some_and(|scalar| scalar <= largest)
}

/// Have the two sides different byte orders?
fn is_swapped(c: &Crossing) -> bool {
    c.from.is_host() != c.to.is_host() && c.e.convention.endianness == Endianness::Big
}

/// The bytes of an element that hold its fields, the first byte's bit lowest, if these can be
/// copied as bytes but there is padding between them. Only for small elements.
fn fields_in_bytes(c: &Crossing, element: &[ValType]) -> Option<u64> {
    let size = element_layout(c.env, element, PointerWidth::W32).size;
    let limit = if is_swapped(c) { 1 } else { u32::MAX };
    if size > u64::BITS { None } else { field_bytes(c.env, element, limit) }
}

fn field_bytes(env: &CanonEnv, fields: &[ValType], limit: u32) -> Option<u64> {
    let mut bytes = 0;
    for (ty, offset) in field_offsets(env.types, fields, PointerWidth::W32) {
        let own = match Shape::of(env.types, ty) {
            Shape::Record(fields) => field_bytes(env, &fields, limit)?,
            _ if env.types.plain(&[ty]).is_some_and(|scalar| scalar <= limit) => {
                let size = env.types.layout(ty, PointerWidth::W32).size;
                u64::MAX.checked_shr(u64::BITS - size).unwrap_or(0)
            }
            _ => return None,
        };
        bytes |= own << offset;
    }
    Some(bytes)
}
