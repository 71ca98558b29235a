//! Core values as both engines show them, and the values that functions are tried with.

use super::random::{Digest, Random};
use std::fmt;
use wasmparser::{AbstractHeapType, HeapType, RefType, ValType};

/// The type of a value that crosses between a host and a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    I32,
    I64,
    F32,
    F64,
    V128,
    Ref { heap: Heap, nullable: bool },
}

/// What a reference refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heap {
    Func,
    Extern,
    Exn,
    /// A function of one type, which a host cannot name.
    TypedFunc,
}

/// A value. Floating-point numbers by their bits; of references only what every engine can tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    V128(u128),
    Null(Heap),
    /// A number of the host's.
    Extern(u32),
    /// A function or an exception, whichever it is.
    Ref(Heap),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(v) => write!(f, "i32:{v:#x}"),
            Value::I64(v) => write!(f, "i64:{v:#x}"),
            Value::F32(v) => write!(f, "f32:{v:#x}"),
            Value::F64(v) => write!(f, "f64:{v:#x}"),
            Value::V128(v) => write!(f, "v128:{v:#x}"),
            Value::Null(_) => write!(f, "null"),
            Value::Extern(v) => write!(f, "extern:{v}"),
            Value::Ref(heap) => write!(f, "{heap:?}"),
        }
    }
}

impl Type {
    /// The type as Wasm names it; `None` for types of collected objects.
    pub fn new(ty: ValType) -> Option<Type> {
        Some(match ty {
            ValType::I32 => Type::I32,
            ValType::I64 => Type::I64,
            ValType::F32 => Type::F32,
            ValType::F64 => Type::F64,
            ValType::V128 => Type::V128,
            ValType::Ref(ty) => Type::of_ref(ty)?,
        })
    }

    pub fn of_ref(ty: RefType) -> Option<Type> {
        let heap = match ty.heap_type() {
            HeapType::Abstract { ty: AbstractHeapType::Func, .. } => Heap::Func,
            HeapType::Abstract { ty: AbstractHeapType::Extern, .. } => Heap::Extern,
            HeapType::Abstract { ty: AbstractHeapType::Exn, .. } => Heap::Exn,
            HeapType::Concrete(_) => Heap::TypedFunc,
            _ => return None,
        };
        Some(Type::Ref { heap, nullable: ty.is_nullable() })
    }

    /// A value of the type, often one at the edge of something. `None` when the host has none.
    pub fn sample(self, random: &mut Random) -> Option<Value> {
        Some(match self {
            Type::I32 => Value::I32(integer(random) as u32),
            Type::I64 => Value::I64(integer(random)),
            Type::F32 => Value::F32(f32_bits(random)),
            Type::F64 => Value::F64(f64_bits(random)),
            Type::V128 => Value::V128(vector(random)),
            Type::Ref { heap: Heap::Extern, nullable } if !nullable || random.below(2) == 0 => {
                Value::Extern(random.below(1000) as u32)
            }
            Type::Ref { heap, nullable: true } => Value::Null(heap),
            Type::Ref { .. } => return None,
        })
    }
}

/// Integers at edges, or small, or any.
fn integer(random: &mut Random) -> u64 {
    const EDGES: &[u64] =
        &[0, 1, 0xff, 0x7f, 0x80, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 63, u64::MAX];
    match random.below(4) {
        0 => random.below(64),
        1 => random.next(),
        2 => random.next() >> random.below(64),
        _ => random.one_of(EDGES),
    }
}

/// Never a NaN but the canonical one: engines may keep or lose others.
fn f32_bits(random: &mut Random) -> u32 {
    const EDGES: &[f32] =
        &[0.0, -0.0, 1.0, -1.5, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE, 2147483648.0];
    let bits = random.next() as u32;
    match random.below(3) {
        0 => random.one_of(EDGES).to_bits(),
        1 if !f32::from_bits(bits).is_nan() => bits,
        _ => (random.below(2000) as f32 / 8.0 - 100.0).to_bits(),
    }
}

fn f64_bits(random: &mut Random) -> u64 {
    const EDGES: &[f64] = &[
        0.0,
        -0.0,
        1.0,
        -1.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        4294967296.0,
        9223372036854775808.0,
    ];
    let bits = random.next();
    match random.below(3) {
        0 => random.one_of(EDGES).to_bits(),
        1 if !f64::from_bits(bits).is_nan() => bits,
        _ => (random.below(2000) as f64 / 8.0 - 100.0).to_bits(),
    }
}

fn vector(random: &mut Random) -> u128 {
    match random.below(4) {
        0 => u128::from(integer(random)) * 0x1_0000_0000_0000_0001,
        1 => (0..4).fold(0, |v, _| v << 32 | u128::from(f32_bits(random))),
        2 => u128::from(f64_bits(random)) << 64 | u128::from(f64_bits(random)),
        _ => u128::from(random.next()) << 64 | u128::from(random.next()),
    }
}

/// The digest of some values.
pub fn digest(values: &[Value]) -> Digest {
    let mut digest = Digest::default();
    for value in values {
        digest.bytes(format!("{value:?}").as_bytes());
    }
    digest
}
