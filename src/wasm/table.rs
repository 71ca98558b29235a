//! Tables: access to elements, size and growth.

use super::translator::Translator;
use cantilever_abi::block::{Intrinsic, TableDef, TrapKind};
use cantilever_pass::clif::Region;
use cantilever_pass::clif::signature::POINTER;
use core::mem::offset_of;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wasmparser::Operator as O;

/// The logarithm of an element's size.
const ELEMENT_LOG2: i64 = size_of::<u64>().trailing_zeros() as i64;

pub(super) fn translate(t: &mut Translator<'_>, op: &O<'_>) -> bool {
    match op {
        O::TableGet { table } => {
            t.unary(|t, index| t.table_get(*table, index, TrapKind::TableOutOfBounds));
        }
        O::TableSet { table } => {
            let (index, value) = t.pop2();
            let address = t.element_address(*table, index, TrapKind::TableOutOfBounds);
            t.e.store_field(Region::TableElement, value, address, 0);
        }
        O::TableSize { table } => {
            let len = t.table_len(*table);
            let size = t.table_index(*table, len);
            t.push(size);
        }
        O::TableGrow { table } => t.binary(|t, init, delta| {
            let (def, delta) = (t.table_def(*table), t.widen(delta));
            let old = t.e.call_intrinsic(Intrinsic::TableGrow, &[def, delta, init]);
            t.table_index(*table, old.expect("the intrinsic has a result"))
        }),
        _ => return false,
    }
    true
}

impl Translator<'_> {
    /// The address of the `TableDef`.
    pub fn table_def(&mut self, table: u32) -> Value {
        self.address(self.env.places.tables[table as usize])
    }

    /// An element; traps when the index is out of bounds.
    pub fn table_get(&mut self, table: u32, index: Value, out_of_bounds: TrapKind) -> Value {
        let address = self.element_address(table, index, out_of_bounds);
        self.e.load_field(types::I64, Region::TableElement, address, 0)
    }

    fn element_address(&mut self, table: u32, index: Value, out_of_bounds: TrapKind) -> Value {
        let index = self.widen(index);
        let len = self.table_len(table);
        let outside = self.e.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.e.trap_if(outside, out_of_bounds);
        let base = self.table_base(table);
        let offset = self.e.b.ins().ishl_imm_u(index, ELEMENT_LOG2);
        let address = self.e.b.ins().iadd(base, offset);
        if self.env.tunables.spectre_guards {
            self.e.b.ins().select_spectre_guard(outside, base, address)
        } else {
            address
        }
    }

    /// The number of elements, if it cannot change.
    fn constant_len(&self, table: u32) -> Option<u64> {
        if let Some(Some(elements)) = self.env.places.known_tables.get(table as usize) {
            return Some(elements.len() as u64);
        }
        let ty = self.env.module.tables[table as usize].ty;
        (ty.maximum == Some(ty.initial)).then_some(ty.initial)
    }

    fn table_len(&mut self, table: u32) -> Value {
        if let Some(len) = self.constant_len(table) {
            return self.const64(len);
        }
        let (base, offset) = self.base(self.env.places.tables[table as usize]);
        self.e.load_field(types::I64, Region::TableDef, base, offset as usize + offset_of!(TableDef, len))
    }

    /// The address of element 0, which only moves when the table grows.
    fn table_base(&mut self, table: u32) -> Value {
        let place = self.env.places.tables[table as usize];
        if self.constant_len(table).is_some() {
            return self.load_once(place, Region::TableDef, offset_of!(TableDef, base));
        }
        let (base, offset) = self.base(place);
        self.e.load_field(POINTER, Region::TableDef, base, offset as usize + offset_of!(TableDef, base))
    }

    /// A number of elements, of 64 bits, as an index of the table.
    fn table_index(&mut self, table: u32, value: Value) -> Value {
        if self.env.module.tables[table as usize].ty.table64 {
            value
        } else {
            self.e.b.ins().ireduce(types::I32, value)
        }
    }
}
