//! Operands: a value to be lifted, and a place to lower one into. Only this file asks whether it is
//! flat or in memory.

use crate::clif::Emit;
use crate::clif::signature::{POINTER, flat_type};
use alloc::vec;
use alloc::vec::Vec;
use cantilever_abi::flatten::pointer;
use cantilever_abi::layout::{discriminant_size, field_offsets, payload_offset};
use cantilever_abi::{FlatType, PointerWidth, Types, ValType};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};

/// Whose conventions memory follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::canon) struct Memory {
    /// The width of the pointers in it.
    pub width: PointerWidth,
    /// Is it a linear memory (little-endian), or the host's?
    pub linear: bool,
}

/// A native address in checked memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::canon) struct Address {
    pub base: Value,
    pub offset: u32,
    pub memory: Memory,
}

/// A value to be lifted.
#[derive(Debug, Clone)]
pub(in crate::canon) enum Operand {
    /// Core values, as flattened for a pointer width.
    Flat(Vec<Value>, PointerWidth),
    Memory(Address),
}

/// Where a value is lowered to.
#[derive(Debug, Clone, Copy)]
pub(in crate::canon) enum Target {
    /// Core values, as flattened for a pointer width; they are what lowering returns.
    Flat(PointerWidth),
    /// Lowering stores, and returns nothing.
    Memory(Address),
}

/// Where a value and its place are, when both are in memory.
pub(in crate::canon) fn addresses(source: &Operand, target: &Target) -> Option<(Address, Address)> {
    match (source, target) {
        (Operand::Memory(from), Target::Memory(to)) => Some((*from, *to)),
        _ => None,
    }
}

/// A lifted value: flat, as with 64-bit pointers.
pub(in crate::canon) fn lifted(values: &[Value]) -> Operand {
    Operand::Flat(values.to_vec(), PointerWidth::W64)
}

/// The place of a lifted value.
pub(in crate::canon) const LIFTED: Target = Target::Flat(PointerWidth::W64);

impl Address {
    pub(in crate::canon) fn at(self, e: &mut Emit, offset: u32) -> Self {
        let sum = self.offset.saturating_add(offset);
        if i32::try_from(sum).is_ok() {
            Address { offset: sum, ..self }
        } else {
            Address { base: e.offset(self.base, i64::from(self.offset) + i64::from(offset)), offset: 0, ..self }
        }
    }

    /// The address as one value.
    pub(in crate::canon) fn value(self, e: &mut Emit) -> Value {
        e.offset(self.base, i64::from(self.offset))
    }

    fn flags(self, e: &mut Emit) -> MemFlagsData {
        if self.memory.linear { e.linear() } else { e.peer() }
    }

    fn load(self, e: &mut Emit, ty: Type) -> Value {
        let flags = self.flags(e);
        e.b.ins().load(ty, flags, self.base, self.offset as i32)
    }

    /// `load_int`: 1, 2 or 4 bytes as `i32`, 8 as `i64`.
    fn load_int(self, e: &mut Emit, bytes: u32, signed: bool) -> Value {
        let (flags, at) = (self.flags(e), self.offset as i32);
        match (bytes, signed) {
            (1, false) => e.b.ins().uload8(types::I32, flags, self.base, at),
            (1, true) => e.b.ins().sload8(types::I32, flags, self.base, at),
            (2, false) => e.b.ins().uload16(types::I32, flags, self.base, at),
            (2, true) => e.b.ins().sload16(types::I32, flags, self.base, at),
            (4, _) => self.load(e, types::I32),
            _ => self.load(e, types::I64),
        }
    }

    fn load_pointer(self, e: &mut Emit) -> Value {
        match self.memory.width {
            PointerWidth::W32 => {
                let flags = self.flags(e);
                e.b.ins().uload32(flags, self.base, self.offset as i32)
            }
            PointerWidth::W64 => self.load(e, POINTER),
        }
    }

    /// `store_int`, and the same for floats: the low `bytes` of a value.
    fn store(self, e: &mut Emit, value: Value, bytes: u32) {
        let (flags, at) = (self.flags(e), self.offset as i32);
        match bytes {
            1 => e.b.ins().istore8(flags, value, self.base, at),
            2 => e.b.ins().istore16(flags, value, self.base, at),
            _ => e.b.ins().store(flags, value, self.base, at),
        };
    }

    fn store_pointer(self, e: &mut Emit, value: Value) {
        let value = narrow_pointer(e, value, self.memory.width);
        self.store(e, value, self.memory.width.bytes());
    }
}

impl Operand {
    /// An integer of 1, 2, 4 or 8 bytes, extended to its core type.
    pub(in crate::canon) fn int(&self, e: &mut Emit, bytes: u32, signed: bool) -> Value {
        match self {
            Operand::Flat(values, _) => wrap(e, values[0], bytes, signed),
            Operand::Memory(address) => address.load_int(e, bytes, signed),
        }
    }

    /// The core value of something that is judged as a whole: `bool`, `char`, flags, a handle, a
    /// discriminant.
    pub(in crate::canon) fn bits(&self, e: &mut Emit, bytes: u32) -> Value {
        match self {
            Operand::Flat(values, _) => values[0],
            Operand::Memory(address) => address.load_int(e, bytes, false),
        }
    }

    /// A float.
    pub(in crate::canon) fn float(&self, e: &mut Emit, ty: Type) -> Value {
        match self {
            Operand::Flat(values, _) => values[0],
            Operand::Memory(address) => address.load(e, ty),
        }
    }

    /// Pointer and length of a string or list, extended to 64 bits.
    pub(in crate::canon) fn range(&self, e: &mut Emit) -> [Value; 2] {
        match self {
            Operand::Flat(values, width) => [widen_pointer(e, values[0], *width), widen_pointer(e, values[1], *width)],
            Operand::Memory(address) => {
                let length = address.at(e, address.memory.width.bytes());
                [address.load_pointer(e), length.load_pointer(e)]
            }
        }
    }

    /// The fields of a record.
    pub(in crate::canon) fn fields(&self, e: &mut Emit, types: &Types, fields: &[ValType]) -> Vec<Operand> {
        match self {
            Operand::Flat(values, width) => {
                let parts = split(types, fields, values, *width);
                parts.into_iter().map(|own| Operand::Flat(own.to_vec(), *width)).collect()
            }
            Operand::Memory(address) => {
                let offsets = field_offsets(types, fields, address.memory.width);
                offsets.into_iter().map(|(_, offset)| Operand::Memory(address.at(e, offset))).collect()
            }
        }
    }

    /// The payload of a variant of these cases, whichever it is: what follows the discriminant.
    pub(in crate::canon) fn payload(&self, e: &mut Emit, types: &Types, cases: &[Option<ValType>]) -> Operand {
        match self {
            Operand::Flat(values, width) => Operand::Flat(values[1..].to_vec(), *width),
            Operand::Memory(address) => {
                Operand::Memory(address.at(e, payload_offset(types, cases, address.memory.width)))
            }
        }
    }

    /// Such a payload in the case that has this type: `CoerceValueIter`.
    pub(in crate::canon) fn payload_of(&self, e: &mut Emit, types: &Types, ty: ValType) -> Operand {
        match self {
            Operand::Flat(joined, width) => {
                let joined = joined.iter().zip(flat(types, ty, *width));
                Operand::Flat(joined.map(|(have, want)| uncoerce(e, *have, flat_type(want))).collect(), *width)
            }
            Operand::Memory(address) => Operand::Memory(*address),
        }
    }

    /// The core values of a value that is flat for certain, such as a lifted one.
    pub(in crate::canon) fn values(&self) -> &[Value] {
        match self {
            Operand::Flat(values, _) => values,
            Operand::Memory(_) => unreachable!("it is flat"),
        }
    }

    /// Is it in memory, so that it can be read later?
    pub(in crate::canon) fn is_in_memory(&self) -> bool {
        matches!(self, Operand::Memory(_))
    }

    /// Where a value lies that is too large to be flat.
    pub(in crate::canon) fn address(&self) -> Address {
        match self {
            Operand::Flat(..) => unreachable!("a value with more core values than the limit is in memory"),
            Operand::Memory(address) => *address,
        }
    }
}

impl Target {
    /// The place of a value that is too large to be flat.
    pub(in crate::canon) fn address(&self) -> Address {
        match self {
            Target::Flat(_) => unreachable!("a value with more core values than the limit is in memory"),
            Target::Memory(address) => *address,
        }
    }

    /// Lowers a core value whose type has this size in memory.
    pub(in crate::canon) fn put(&self, e: &mut Emit, value: Value, bytes: u32) -> Vec<Value> {
        match self {
            Target::Flat(_) => vec![value],
            Target::Memory(address) => {
                address.store(e, value, bytes);
                Vec::new()
            }
        }
    }

    /// Lowers pointer and length of a string or list, both 64 bits.
    pub(in crate::canon) fn put_range(&self, e: &mut Emit, [begin, length]: [Value; 2]) -> Vec<Value> {
        match self {
            Target::Flat(width) => vec![narrow_pointer(e, begin, *width), narrow_pointer(e, length, *width)],
            Target::Memory(address) => {
                address.store_pointer(e, begin);
                address.at(e, address.memory.width.bytes()).store_pointer(e, length);
                Vec::new()
            }
        }
    }

    /// The places of a record's fields; what lowering them returns is concatenated.
    pub(in crate::canon) fn fields(&self, e: &mut Emit, types: &Types, fields: &[ValType]) -> Vec<Target> {
        match self {
            Target::Flat(_) => vec![*self; fields.len()],
            Target::Memory(address) => {
                let offsets = field_offsets(types, fields, address.memory.width);
                offsets.into_iter().map(|(_, offset)| Target::Memory(address.at(e, offset))).collect()
            }
        }
    }

    /// Lowers the discriminant of a variant.
    pub(in crate::canon) fn put_discriminant(&self, e: &mut Emit, cases: usize, value: Value) -> Vec<Value> {
        self.put(e, value, discriminant_size(cases))
    }

    /// The place of a variant's payload.
    pub(in crate::canon) fn payload(&self, e: &mut Emit, types: &Types, cases: &[Option<ValType>]) -> Target {
        match self {
            Target::Flat(_) => *self,
            Target::Memory(address) => {
                Target::Memory(address.at(e, payload_offset(types, cases, address.memory.width)))
            }
        }
    }

    /// The core types of the payload of a variant type, all cases joined; none when it is stored.
    pub(in crate::canon) fn joined(&self, types: &Types, variant: ValType) -> Vec<Type> {
        match self {
            Target::Flat(width) => flat(types, variant, *width).into_iter().skip(1).map(flat_type).collect(),
            Target::Memory(_) => Vec::new(),
        }
    }
}

/// What a payload lowered to, as the joined core types of its variant: coerced, and padded with
/// zeros.
pub(in crate::canon) fn join(e: &mut Emit, payload: &[Value], joined: &[Type]) -> Vec<Value> {
    let mut payload = payload.iter();
    joined
        .iter()
        .map(|want| match payload.next() {
            Some(value) => coerce(e, *value, *want),
            None => zero(e, *want),
        })
        .collect()
}

/// Cuts a lifted record into its lifted fields.
pub(in crate::canon) fn split_lifted<'v>(types: &Types, fields: &[ValType], values: &'v [Value]) -> Vec<&'v [Value]> {
    split(types, fields, values, PointerWidth::W64)
}

/// Cuts flat values into those of consecutive types.
fn split<'v>(types: &Types, tys: &[ValType], mut values: &'v [Value], width: PointerWidth) -> Vec<&'v [Value]> {
    tys.iter()
        .map(|ty| {
            let (own, rest) = values.split_at(flat(types, *ty, width).len());
            values = rest;
            own
        })
        .collect()
}

/// The zero of a core type.
pub(in crate::canon) fn zero(e: &mut Emit, ty: Type) -> Value {
    match ty {
        types::F32 => e.b.ins().f32const(0.0),
        types::F64 => e.b.ins().f64const(0.0),
        int => e.b.ins().iconst(int, 0),
    }
}

/// A pointer or length as 64 bits.
pub(in crate::canon) fn widen_pointer(e: &mut Emit, value: Value, width: PointerWidth) -> Value {
    match width {
        PointerWidth::W32 => e.b.ins().uextend(POINTER, value),
        PointerWidth::W64 => value,
    }
}

/// A pointer or length as its side writes it.
pub(in crate::canon) fn narrow_pointer(e: &mut Emit, value: Value, width: PointerWidth) -> Value {
    match width {
        PointerWidth::W32 => e.b.ins().ireduce(flat_type(pointer(width)), value),
        PointerWidth::W64 => value,
    }
}

fn flat(types: &Types, ty: ValType, width: PointerWidth) -> Vec<FlatType> {
    types.flat(ty, width).expect("only values within the limit are flat")
}

/// `lift_flat_unsigned`, `lift_flat_signed`.
fn wrap(e: &mut Emit, value: Value, bytes: u32, signed: bool) -> Value {
    let narrow = match bytes {
        1 => types::I8,
        2 => types::I16,
        _ => return value,
    };
    let value = e.b.ins().ireduce(narrow, value);
    if signed { e.b.ins().sextend(types::I32, value) } else { e.b.ins().uextend(types::I32, value) }
}

/// A core value as a joined type that holds it.
fn coerce(e: &mut Emit, value: Value, want: Type) -> Value {
    let have = e.b.func.dfg.value_type(value);
    if have == want {
        return value;
    }
    let bits = if have.is_float() { e.b.ins().bitcast(have.as_int(), MemFlagsData::new(), value) } else { value };
    if have.bits() < want.bits() { e.b.ins().uextend(want, bits) } else { bits }
}

/// A value of a joined type as the core type that it holds: `CoerceValueIter`.
fn uncoerce(e: &mut Emit, value: Value, want: Type) -> Value {
    let have = e.b.func.dfg.value_type(value);
    if have == want {
        return value;
    }
    let bits = if want.bits() < have.bits() { e.b.ins().ireduce(want.as_int(), value) } else { value };
    if want.is_float() { e.b.ins().bitcast(want, MemFlagsData::new(), bits) } else { bits }
}
