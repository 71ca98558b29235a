//! Vectors of 128 bits.
//!
//! Between operators a vector is always an `i8x16`, whatever its lanes mean, so that control flow,
//! locals and calls need not ask. Each operator casts to the lanes it works on and back; Cranelift
//! dissolves the casts.

mod float;
mod integer;
mod lane;
mod memory;
mod relaxed;
mod widening;

use super::translator::Translator;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{I8X16, I32};
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::FuncInstBuilder;
use wasmparser::Operator;

/// An instruction of two operands on lanes of a type.
type Binary = (Type, fn(FuncInstBuilder<'_, '_>, Value, Value) -> Value);
/// An instruction of one operand on lanes of a type.
type Unary = (Type, fn(FuncInstBuilder<'_, '_>, Value) -> Value);

pub(super) fn translate(t: &mut Translator<'_>, op: &Operator<'_>) -> bool {
    memory::translate(t, op)
        || lane::translate(t, op)
        || integer::translate(t, op)
        || float::translate(t, op)
        || widening::translate(t, op)
        || relaxed::translate(t, op)
}

impl Translator<'_> {
    /// Pops a vector, to be seen as lanes of a type.
    fn pop_lanes(&mut self, ty: Type) -> Value {
        let vector = self.pop();
        self.cast(ty, vector)
    }

    /// Pops two vectors, in the order in which they were pushed.
    fn pop2_lanes(&mut self, ty: Type) -> (Value, Value) {
        let b = self.pop_lanes(ty);
        (self.pop_lanes(ty), b)
    }

    /// Pushes a vector, whatever its lanes.
    fn push_lanes(&mut self, vector: Value) {
        let vector = self.cast(I8X16, vector);
        self.push(vector);
    }

    /// Pushes a boolean as an `i32`.
    fn push_bool(&mut self, value: Value) {
        let value = self.e.b.ins().uextend(I32, value);
        self.push(value);
    }

    /// The same bits as other lanes. Lane 0 is at the lowest address.
    fn cast(&mut self, ty: Type, vector: Value) -> Value {
        if self.type_of(vector) == ty {
            return vector;
        }
        self.e.b.ins().bitcast(ty, MemFlagsData::new().with_endianness(Endianness::Little), vector)
    }

    fn lanes1(&mut self, (ty, instruction): Unary) {
        let a = self.pop_lanes(ty);
        let value = instruction(self.e.b.ins(), a);
        self.push_lanes(value);
    }

    fn lanes2(&mut self, (ty, instruction): Binary) {
        let (a, b) = self.pop2_lanes(ty);
        let value = instruction(self.e.b.ins(), a, b);
        self.push_lanes(value);
    }

    /// Compares integer lanes: all ones where the condition holds.
    fn compare_lanes(&mut self, ty: Type, condition: IntCC) {
        let (a, b) = self.pop2_lanes(ty);
        let value = self.e.b.ins().icmp(condition, a, b);
        self.push_lanes(value);
    }

    /// Compares float lanes: all ones where the condition holds.
    fn compare_float_lanes(&mut self, ty: Type, condition: FloatCC) {
        let (a, b) = self.pop2_lanes(ty);
        let value = self.e.b.ins().fcmp(condition, a, b);
        self.push_lanes(value);
    }

    /// Shifts all lanes by an `i32`, modulo their width.
    fn shift_lanes(&mut self, ty: Type, shift: fn(FuncInstBuilder<'_, '_>, Value, Value) -> Value) {
        let by = self.pop();
        let vector = self.pop_lanes(ty);
        let value = shift(self.e.b.ins(), vector, by);
        self.push_lanes(value);
    }

    /// The bits of `a` where `mask` has ones, else those of `b`.
    fn bitselect(&mut self) {
        let (a, b, mask) = self.pop3();
        let value = self.e.b.ins().bitselect(mask, a, b);
        self.push(value);
    }
}
