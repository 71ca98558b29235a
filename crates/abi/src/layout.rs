//! `alignment` and `elem_size`: how a value lies in memory.

use super::pointer_width::PointerWidth;
use super::types::{TypeDef, Types, ValType};
use alloc::vec::Vec;

/// Size and alignment in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Layout {
    /// `elem_size`.
    pub size: u32,
    /// `alignment`, a power of two not above 8.
    pub align: u32,
}

impl Layout {
    const fn scalar(size: u32) -> Self {
        Layout { size, align: size }
    }

    /// The layout of a pointer and a length.
    const fn pair(width: PointerWidth) -> Self {
        Layout { size: 2 * width.bytes(), align: width.bytes() }
    }

    /// The layout of a type that is not interned.
    pub fn of_primitive(ty: ValType, width: PointerWidth) -> Self {
        match ty {
            ValType::Bool | ValType::S8 | ValType::U8 => Layout::scalar(1),
            ValType::S16 | ValType::U16 => Layout::scalar(2),
            ValType::S32 | ValType::U32 | ValType::F32 | ValType::Char | ValType::ErrorContext => Layout::scalar(4),
            ValType::S64 | ValType::U64 | ValType::F64 => Layout::scalar(8),
            ValType::String => Layout::pair(width),
            ValType::Type(_) => unreachable!("interned types have their layout with them"),
        }
    }

    /// The layout of a compound type whose components are interned.
    pub fn of(types: &Types, def: &TypeDef, width: PointerWidth) -> Self {
        match def {
            TypeDef::List(_) | TypeDef::Map(..) => Layout::pair(width),
            TypeDef::FixedList(t, n) => {
                let element = types.layout(*t, width);
                Layout { size: element.size.saturating_mul(*n), align: element.align }
            }
            TypeDef::Record(_) | TypeDef::Tuple(_) => {
                Layout::record(def.fields().into_iter().flatten().map(|t| types.layout(t, width)))
            }
            TypeDef::Variant(_) | TypeDef::Enum(_) | TypeDef::Option(_) | TypeDef::Result { .. } => {
                let cases = def.cases().unwrap_or_default();
                Layout::variant(cases.len(), cases.into_iter().flatten().map(|t| types.layout(t, width)))
            }
            TypeDef::Flags(labels) => Layout::scalar(flags_size(labels.len())),
            TypeDef::Own(_) | TypeDef::Borrow(_) | TypeDef::Stream(_) | TypeDef::Future(_) => Layout::scalar(4),
        }
    }

    /// A record of fields with these layouts. Sizes saturate: `decode` refuses types that are too
    /// large.
    pub fn record(fields: impl Iterator<Item = Layout>) -> Self {
        let mut whole = Layout { size: 0, align: 1 };
        for field in fields {
            whole.size = align_to(whole.size, field.align).saturating_add(field.size);
            whole.align = whole.align.max(field.align);
        }
        Layout { size: align_to(whole.size, whole.align), ..whole }
    }

    fn variant(cases: usize, payloads: impl Iterator<Item = Layout>) -> Self {
        let discriminant = discriminant_size(cases);
        let (mut size, mut align) = (0, 1);
        for payload in payloads {
            size = size.max(payload.size);
            align = align.max(payload.align);
        }
        let whole = align.max(discriminant);
        Layout { size: align_to(align_to(discriminant, align).saturating_add(size), whole), align: whole }
    }
}

/// Offsets of a record's fields: each beside its type.
pub fn field_offsets(types: &Types, fields: &[ValType], width: PointerWidth) -> Vec<(ValType, u32)> {
    offsets(types, fields.iter().copied(), width).collect()
}

/// The same, one after the other.
pub fn offsets(
    types: &Types,
    fields: impl IntoIterator<Item = ValType>,
    width: PointerWidth,
) -> impl Iterator<Item = (ValType, u32)> {
    let mut next = 0u32;
    fields.into_iter().map(move |ty| {
        let layout = types.layout(ty, width);
        let offset = align_to(next, layout.align);
        next = offset.saturating_add(layout.size);
        (ty, offset)
    })
}

/// Offset of a variant's payload: the size of its discriminant, aligned to `max_case_alignment`.
pub fn payload_offset(types: &Types, cases: &[Option<ValType>], width: PointerWidth) -> u32 {
    let align = cases.iter().flatten().map(|t| types.layout(*t, width).align).max().unwrap_or(1);
    align_to(discriminant_size(cases.len()), align)
}

/// The size of `discriminant_type`: 1, 2 or 4 bytes.
pub const fn discriminant_size(cases: usize) -> u32 {
    if cases <= 1 << 8 {
        1
    } else if cases <= 1 << 16 {
        2
    } else {
        4
    }
}

/// `elem_size_flags`.
pub const fn flags_size(labels: usize) -> u32 {
    if labels <= 8 {
        1
    } else if labels <= 16 {
        2
    } else {
        4
    }
}

/// Rounds up to a multiple of a power of two, saturating.
pub const fn align_to(offset: u32, align: u32) -> u32 {
    match offset.checked_next_multiple_of(align) {
        Some(aligned) => aligned,
        None => u32::MAX,
    }
}
