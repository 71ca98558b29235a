//! `despecialize`: what a value type is to the canonical ABI.

use alloc::vec;
use alloc::vec::Vec;
use cantilever_abi::{ResourceId, TypeDef, Types, ValType};

/// A value type without its specialised forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::canon) enum Shape {
    /// A number, a `bool` or a `char`.
    Scalar(ValType),
    String,
    /// A list; its elements as the fields of a record (one, or key and value of a map).
    List(Vec<ValType>),
    /// A record, a tuple, or a fixed-length list short enough to be written out.
    Record(Vec<ValType>),
    /// A fixed-length list that goes through memory.
    LongList(ValType, u32),
    Variant(Vec<Option<ValType>>),
    /// Flags, by their number.
    Flags(u32),
    Own(ResourceId),
    Borrow(ResourceId),
    ErrorContext,
    /// A value of the asynchronous ABI.
    Unsupported,
}

impl Shape {
    pub(in crate::canon) fn of(types: &Types, ty: ValType) -> Self {
        let def = match ty {
            ValType::String => return Shape::String,
            ValType::ErrorContext => return Shape::ErrorContext,
            ValType::Type(id) => &types[id].def,
            scalar => return Shape::Scalar(scalar),
        };
        match def {
            TypeDef::List(t) => Shape::List(vec![*t]),
            TypeDef::Map(k, v) => Shape::List(vec![*k, *v]),
            TypeDef::FixedList(t, n) if is_narrow(types, ty) => Shape::Record(vec![*t; *n as usize]),
            TypeDef::FixedList(t, n) => Shape::LongList(*t, *n),
            TypeDef::Record(_) | TypeDef::Tuple(_) => Shape::Record(def.fields().unwrap_or_default()),
            TypeDef::Variant(_) | TypeDef::Enum(_) | TypeDef::Option(_) | TypeDef::Result { .. } => {
                Shape::Variant(def.cases().unwrap_or_default())
            }
            TypeDef::Flags(labels) => Shape::Flags(labels.len() as u32),
            TypeDef::Own(resource) => Shape::Own(*resource),
            TypeDef::Borrow(resource) => Shape::Borrow(*resource),
            TypeDef::Stream(_) | TypeDef::Future(_) => Shape::Unsupported,
        }
    }
}

/// Is a value of the type small enough to be kept in SSA values? The answer is the same for both
/// pointer widths, since a pointer is one core value in each.
pub(in crate::canon) fn is_narrow(types: &Types, ty: ValType) -> bool {
    match ty {
        ValType::Type(id) => types[id].abi64.flat.is_some(),
        _ => true,
    }
}
