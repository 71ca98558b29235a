//! Bulk operators on memories, tables and segments: intrinsics that answer whether everything was
//! in bounds.

use super::translator::Translator;
use cantilever_abi::block::{Intrinsic, TrapKind};
use cranelift_codegen::ir::Value;
use wasmparser::Operator as O;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::MemoryCopy { dst_mem, src_mem } => {
            let (dst, src) = (t.memory_def(*dst_mem), t.memory_def(*src_mem));
            t.bulk(Intrinsic::MemoryCopy, dst, src);
        }
        O::MemoryFill { mem } => {
            let (dst, value, len) = t.pop3();
            let (dst, len) = (t.widen(dst), t.widen(len));
            let memory = t.memory_def(*mem);
            t.checked(Intrinsic::MemoryFill, &[memory, dst, value, len]);
        }
        O::MemoryInit { data_index, mem } => {
            let (memory, segment) = (t.memory_def(*mem), t.data_slot(*data_index));
            t.bulk(Intrinsic::MemoryInit, memory, segment);
        }
        O::DataDrop { data_index } => {
            let segment = t.data_slot(*data_index);
            t.segment_drop(segment);
        }
        O::TableCopy { dst_table, src_table } => {
            let (dst, src) = (t.table_def(*dst_table), t.table_def(*src_table));
            t.bulk(Intrinsic::TableCopy, dst, src);
        }
        O::TableFill { table } => {
            let (dst, value, len) = t.pop3();
            let (dst, len) = (t.widen(dst), t.widen(len));
            let table = t.table_def(*table);
            t.checked(Intrinsic::TableFill, &[table, dst, value, len]);
        }
        O::TableInit { elem_index, table } => {
            let (table, segment) = (t.table_def(*table), t.elem_slot(*elem_index));
            t.bulk(Intrinsic::TableInit, table, segment);
        }
        O::ElemDrop { elem_index } => {
            let segment = t.elem_slot(*elem_index);
            t.segment_drop(segment);
        }
        _ => return false,
    }
    true
}

impl Translator<'_> {
    /// Moves from one thing to another, with destination, source and length from the operand stack.
    fn bulk(&mut self, intrinsic: Intrinsic, to: Value, from: Value) {
        let (dst, src, len) = self.pop3();
        let (dst, src, len) = (self.widen(dst), self.widen(src), self.widen(len));
        self.checked(intrinsic, &[to, from, dst, src, len]);
    }

    /// Calls an intrinsic that answers 0 when something was out of bounds, and traps then.
    ///
    /// Invariant: the last argument is how many bytes or elements it moves, in 64 bits.
    pub fn checked(&mut self, intrinsic: Intrinsic, args: &[Value]) {
        let (kind, size) = match intrinsic {
            Intrinsic::TableInit | Intrinsic::TableCopy | Intrinsic::TableFill => {
                (TrapKind::TableOutOfBounds, size_of::<u64>())
            }
            _ => (TrapKind::MemoryOutOfBounds, 1),
        };
        if self.env.tunables.supervision.fuel {
            let len = args[args.len() - 1];
            self.e.burn_fuel_for(len, size as u32);
        }
        let in_bounds = self.e.call_intrinsic(intrinsic, args).expect("the intrinsic has a result");
        self.e.trap_unless(in_bounds, kind);
    }

    /// Makes a segment empty.
    pub fn segment_drop(&mut self, segment: Value) {
        self.e.call_intrinsic(Intrinsic::SegmentDrop, &[segment]);
    }

    /// The address of the `SegmentSlot` of a data segment.
    pub fn data_slot(&mut self, data: u32) -> Value {
        self.e.offset(self.e.vmctx, i64::from(self.env.places.datas[data as usize]))
    }

    /// The address of the `SegmentSlot` of an element segment.
    pub fn elem_slot(&mut self, elem: u32) -> Value {
        self.e.offset(self.e.vmctx, i64::from(self.env.places.elems[elem as usize].slot))
    }
}
