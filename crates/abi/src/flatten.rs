//! `flatten_type` and `flatten_functype`: the core signature of a type.

use super::pointer_width::PointerWidth;
use super::types::{FuncType, TypeDef, Types, ValType};
use alloc::vec;
use alloc::vec::Vec;

/// More flat parameters than this go through memory.
pub const MAX_FLAT_PARAMS: usize = 16;
/// More flat parameters than this of an asynchronously lowered function go through memory.
pub const MAX_FLAT_ASYNC_PARAMS: usize = 4;
/// More flat results than this go through memory.
pub const MAX_FLAT_RESULTS: usize = 1;

/// A core value type that flattening can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum FlatType {
    I32,
    I64,
    F32,
    F64,
}

/// The flattening of a type, or `None` when it has more than [`MAX_FLAT_PARAMS`] core values.
pub type Flat = Option<Vec<FlatType>>;

/// `join`: the core type that holds either of two.
pub fn join(a: FlatType, b: FlatType) -> FlatType {
    match (a, b) {
        (a, b) if a == b => a,
        (FlatType::I32, FlatType::F32) | (FlatType::F32, FlatType::I32) => FlatType::I32,
        _ => FlatType::I64,
    }
}

/// The core type of an address or length.
pub const fn pointer(width: PointerWidth) -> FlatType {
    match width {
        PointerWidth::W32 => FlatType::I32,
        PointerWidth::W64 => FlatType::I64,
    }
}

/// `flatten_type` of a compound type whose components are interned.
pub fn flatten(types: &Types, def: &TypeDef, width: PointerWidth) -> Flat {
    match def {
        TypeDef::List(_) | TypeDef::Map(..) => Some(vec![pointer(width); 2]),
        TypeDef::FixedList(t, n) => {
            flatten_many(types, core::iter::repeat_n(*t, (*n as usize).min(MAX_FLAT_PARAMS + 1)), width)
        }
        TypeDef::Record(_) | TypeDef::Tuple(_) => flatten_many(types, def.fields()?.into_iter(), width),
        TypeDef::Variant(_) | TypeDef::Enum(_) | TypeDef::Option(_) | TypeDef::Result { .. } => {
            flatten_variant(types, &def.cases()?, width)
        }
        TypeDef::Flags(_) | TypeDef::Own(_) | TypeDef::Borrow(_) | TypeDef::Stream(_) | TypeDef::Future(_) => {
            Some(vec![FlatType::I32])
        }
    }
}

/// `flatten_variant`: the discriminant and the joined payloads.
pub fn flatten_variant(types: &Types, cases: &[Option<ValType>], width: PointerWidth) -> Flat {
    let mut flat = vec![FlatType::I32];
    for payload in cases.iter().flatten() {
        for (i, ty) in types.flat(*payload, width)?.into_iter().enumerate() {
            match flat.get_mut(i + 1) {
                Some(slot) => *slot = join(*slot, ty),
                None => flat.push(ty),
            }
        }
    }
    (flat.len() <= MAX_FLAT_PARAMS).then_some(flat)
}

/// `flatten_types`.
pub fn flatten_many(types: &Types, values: impl Iterator<Item = ValType>, width: PointerWidth) -> Flat {
    let mut flat = Vec::new();
    for ty in values {
        flat.extend(types.flat(ty, width)?);
        if flat.len() > MAX_FLAT_PARAMS {
            return None;
        }
    }
    Some(flat)
}

impl Types {
    /// `flatten_type`.
    pub fn flat(&self, ty: ValType, width: PointerWidth) -> Flat {
        Some(match ty {
            ValType::Type(id) => return self.abi(id, width).flat.clone(),
            ValType::String => vec![pointer(width); 2],
            ValType::S64 | ValType::U64 => vec![FlatType::I64],
            ValType::F32 => vec![FlatType::F32],
            ValType::F64 => vec![FlatType::F64],
            _ => vec![FlatType::I32],
        })
    }
}

/// In which direction a function type is flattened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// The core function that `canon lift` calls.
    Lift,
    /// The core function that `canon lower` makes.
    Lower,
    /// The core function that `canon lift` with `async` calls. Its result comes through
    /// `task.return`.
    AsyncLift {
        /// Does it return what is to be done next?
        callback: bool,
    },
    /// The core function that `canon lower` with `async` makes. It returns the state of the
    /// subtask.
    AsyncLower,
}

impl Context {
    /// That of a `canon lift`.
    pub const fn lift(is_async: bool, callback: bool) -> Self {
        if is_async { Context::AsyncLift { callback } } else { Context::Lift }
    }

    /// That of a `canon lower`.
    pub const fn lower(is_async: bool) -> Self {
        if is_async { Context::AsyncLower } else { Context::Lower }
    }

    /// `max_flat_params` and `max_flat_results`.
    const fn limits(self) -> (usize, usize) {
        match self {
            Context::Lift | Context::Lower => (MAX_FLAT_PARAMS, MAX_FLAT_RESULTS),
            Context::AsyncLift { .. } => (MAX_FLAT_PARAMS, MAX_FLAT_PARAMS),
            Context::AsyncLower => (MAX_FLAT_ASYNC_PARAMS, 0),
        }
    }
}

/// The core signature of a function for a lift or lower, and which of its parts go through memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreSignature {
    /// Core parameters.
    pub params: Vec<FlatType>,
    /// Core results: none or one.
    pub results: Vec<FlatType>,
    /// The parameters are one pointer to their tuple.
    pub params_in_memory: bool,
    /// The result lies in memory: behind the returned pointer (lift), or behind an extra last
    /// parameter (lower).
    pub result_in_memory: bool,
}

/// `flatten_functype`.
pub fn flatten_functype(types: &Types, ft: &FuncType, width: PointerWidth, context: Context) -> CoreSignature {
    let (max_params, max_results) = context.limits();
    let within = |flat: Flat, limit| flat.filter(|f| f.len() <= limit);
    let flat_params = within(flatten_many(types, ft.params.iter().map(|(_, t)| *t), width), max_params);
    let flat_result = within(flatten_many(types, ft.result.into_iter(), width), max_results);
    let params_in_memory = flat_params.is_none();
    let mut params = flat_params.unwrap_or_else(|| vec![pointer(width)]);
    let result_in_memory = flat_result.is_none() && !matches!(context, Context::AsyncLift { .. });
    if result_in_memory && matches!(context, Context::Lower | Context::AsyncLower) {
        params.push(pointer(width));
    }
    let results = match context {
        Context::Lift => flat_result.unwrap_or_else(|| vec![pointer(width)]),
        Context::Lower => flat_result.unwrap_or_default(),
        Context::AsyncLift { callback: false } => Vec::new(),
        Context::AsyncLift { callback: true } | Context::AsyncLower => vec![FlatType::I32],
    };
    CoreSignature { params, results, params_in_memory, result_in_memory }
}
