//! Component-level types, interned, with their layouts and flattenings computed once.
//!
//! Resources are plan-wide identities. The two sides of an adapter may know a resource by different
//! type indices. They share one [`ResourceId`] when `link` has found that they mean the same.

use super::flatten::{Flat, MAX_FLAT_PARAMS, flatten};
use super::layout::{Layout, flags_size};
use super::pointer_width::PointerWidth;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use cranelift_entity::{PrimaryMap, entity_impl};
use hashbrown::{HashMap, HashSet};

/// A compound value type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct TypeId(u32);
entity_impl!(TypeId, "type");

/// A resource type of the plan: its identity in handle tags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ResourceId(u32);
entity_impl!(ResourceId, "resource");

/// A core function type of the plan, deduplicated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct CoreTypeId(u32);
entity_impl!(CoreTypeId, "coretype");

/// A value type: primitive, or an interned compound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum ValType {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    String,
    ErrorContext,
    /// A compound type.
    Type(TypeId),
}

/// A compound value type. Specialised forms are kept for printing and for the host's types; the
/// canonical ABI sees them through `despecialize`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum TypeDef {
    /// `list<T>`
    List(ValType),
    /// `list<T, N>`
    FixedList(ValType, u32),
    /// `map<K, V>`
    Map(ValType, ValType),
    /// `record`
    Record(Vec<Field>),
    /// `tuple`
    Tuple(Vec<ValType>),
    /// `variant`
    Variant(Vec<Case>),
    /// `enum`
    Enum(Vec<String>),
    /// `option<T>`
    Option(ValType),
    /// `result<T, E>`
    Result {
        /// The payload of `ok`.
        ok: Option<ValType>,
        /// The payload of `error`.
        err: Option<ValType>,
    },
    /// `flags`
    Flags(Vec<String>),
    /// `own<R>`
    Own(ResourceId),
    /// `borrow<R>`
    Borrow(ResourceId),
    /// `stream<T>`
    Stream(Option<ValType>),
    /// `future<T>`
    Future(Option<ValType>),
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Field {
    /// Its label.
    pub name: String,
    /// Its type.
    pub ty: ValType,
}

/// A case of a variant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Case {
    /// Its label.
    pub name: String,
    /// Its payload.
    pub ty: Option<ValType>,
}

/// The type of a component function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct FuncType {
    /// Names and types of the parameters.
    pub params: Vec<(String, ValType)>,
    /// The type of the result, if it has one.
    pub result: Option<ValType>,
    /// Declared `async`.
    pub is_async: bool,
}

/// A resource type.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Resource {
    /// The name under which it is exported or imported, for messages; or a made-up one.
    pub name: String,
    /// Who implements it.
    pub implementer: ResourceImpl,
    /// Has it a destructor?
    pub has_dtor: bool,
}

/// Who implements a resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ResourceImpl {
    /// A component instance, by its index in the plan.
    Guest(u32),
    /// The host. Its destructor is called through the [`HostCallee`](crate::block::HostCallee) at
    /// this block offset; a `HostCallee` without a function means that there is nothing to do.
    Host {
        /// Block offset of the `HostCallee`.
        dtor: u32,
    },
}

/// Layout and flattening of a type for one pointer width.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Abi {
    /// Size and alignment in memory.
    pub layout: Layout,
    /// Core types, or the fact that they are more than [`MAX_FLAT_PARAMS`].
    pub flat: Flat,
}

/// What is known about an interned type.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TypeFacts {
    /// The type.
    pub def: TypeDef,
    /// With 32-bit pointers (guests).
    pub abi32: Abi,
    /// With 64-bit pointers (memory64 guests, and the host).
    pub abi64: Abi,
    /// Does a `borrow` occur in it?
    pub contains_borrow: bool,
    /// Does an `own`, a `borrow` or an `error-context` occur in it: an entry of a handle table?
    pub contains_handle: bool,
    /// Does a string or a list occur in it, so that lifting reads and lowering allocates memory?
    pub contains_pointer: bool,
    /// Does a string or a `list<u8>` occur in it that is in no list, so that a host function can
    /// fill it in place ([`FillRequest`](crate::block::FillRequest))?
    pub is_fillable: bool,
    /// How many types it is made of, each as often as it occurs. Saturates.
    pub nodes: u32,
    /// How many of them code is written out for where it is flat. Saturates.
    pub flat_nodes: u32,
    /// The size of its largest scalar, if every bit pattern is a value and there is no padding, on
    /// both sides alike.
    pub plain: Option<u32>,
}

/// The interner. Types are added bottom-up, so facts are computed without recursion.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Types {
    facts: PrimaryMap<TypeId, TypeFacts>,
    #[serde(skip)]
    interned: HashMap<TypeDef, TypeId>,
}

impl core::ops::Index<TypeId> for Types {
    type Output = TypeFacts;
    fn index(&self, id: TypeId) -> &TypeFacts {
        &self.facts[id]
    }
}

impl Types {
    /// Interns a type, whose components must be interned already.
    pub fn intern(&mut self, def: TypeDef) -> TypeId {
        if let Some(id) = self.interned.get(&def) {
            return *id;
        }
        let abi = |width| Abi { layout: Layout::of(self, &def, width), flat: flatten(self, &def, width) };
        let facts = TypeFacts {
            abi32: abi(PointerWidth::W32),
            abi64: abi(PointerWidth::W64),
            contains_borrow: matches!(def, TypeDef::Borrow(_)) || self.any(&def, Self::contains_borrow),
            contains_handle: matches!(def, TypeDef::Own(_) | TypeDef::Borrow(_))
                || self.any(&def, Self::contains_handle),
            contains_pointer: matches!(def, TypeDef::List(_) | TypeDef::Map(..))
                || self.any(&def, Self::contains_pointer),
            is_fillable: self.is_fillable_def(&def),
            nodes: self.count_nodes(&def, Self::nodes),
            flat_nodes: self.count_flat_nodes(&def),
            plain: self.plain_def(&def),
            def: def.clone(),
        };
        let id = self.facts.push(facts);
        self.interned.insert(def, id);
        id
    }

    /// How many compound types there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The definition of a compound type; `None` for primitives.
    #[inline]
    pub fn def(&self, ty: ValType) -> Option<&TypeDef> {
        match ty {
            ValType::Type(id) => Some(&self.facts[id].def),
            _ => None,
        }
    }

    /// Size and alignment in memory.
    pub fn layout(&self, ty: ValType, width: PointerWidth) -> Layout {
        match ty {
            ValType::Type(id) => self.abi(id, width).layout,
            primitive => Layout::of_primitive(primitive, width),
        }
    }

    /// The facts of a compound type that depend on the pointer width.
    pub fn abi(&self, id: TypeId, width: PointerWidth) -> &Abi {
        match width {
            PointerWidth::W32 => &self.facts[id].abi32,
            PointerWidth::W64 => &self.facts[id].abi64,
        }
    }

    /// Does a `borrow` occur in it? (`contains_borrow` of the specification.)
    pub fn contains_borrow(&self, ty: ValType) -> bool {
        matches!(ty, ValType::Type(id) if self.facts[id].contains_borrow)
    }

    /// Is there any `borrow`?
    pub fn any_borrow(&self) -> bool {
        self.facts.values().any(|facts| facts.contains_borrow)
    }

    /// Does a handle occur in it?
    pub fn contains_handle(&self, ty: ValType) -> bool {
        ty == ValType::ErrorContext || matches!(ty, ValType::Type(id) if self.facts[id].contains_handle)
    }

    /// Does a string or a list occur in it?
    pub fn contains_pointer(&self, ty: ValType) -> bool {
        match ty {
            ValType::String => true,
            ValType::Type(id) => self.facts[id].contains_pointer,
            _ => false,
        }
    }

    /// Does a string or a `list<u8>` occur in it that is in no list? If it is the result of a host
    /// function, the function can fill that in place.
    pub fn is_fillable(&self, ty: ValType) -> bool {
        match ty {
            ValType::String => true,
            ValType::Type(id) => self.facts[id].is_fillable,
            _ => false,
        }
    }

    fn is_fillable_def(&self, def: &TypeDef) -> bool {
        match def {
            TypeDef::List(element) => *element == ValType::U8,
            TypeDef::FixedList(..) | TypeDef::Map(..) => false,
            _ => self.any(def, Self::is_fillable),
        }
    }

    /// How many types it is made of, each as often as it occurs.
    pub fn nodes(&self, ty: ValType) -> u32 {
        match ty {
            ValType::Type(id) => self.facts[id].nodes,
            _ => 1,
        }
    }

    /// How many types code is written out for in an adapter whatever happens in functions of its
    /// own: where values are flat, and where there are borrow handles.
    pub fn flat_nodes(&self, ty: ValType) -> u32 {
        match ty {
            ValType::Type(id) => self.facts[id].flat_nodes,
            _ => 1,
        }
    }

    /// How many types these are made of, each with its components counted once. Counts no further
    /// than some types past the limit.
    pub fn distinct(&self, tys: impl Iterator<Item = ValType>, limit: u64) -> u64 {
        let mut open: Vec<ValType> = tys.collect();
        let mut count = open.len() as u64;
        let mut seen = HashSet::new();
        while let Some(ty) = open.pop().filter(|_| count <= limit) {
            let Some(def) = self.def(ty).filter(|_| seen.insert(ty)) else { continue };
            let before = open.len();
            open.extend(def.components());
            count += (open.len() - before) as u64;
        }
        count
    }

    fn count_flat_nodes(&self, def: &TypeDef) -> u32 {
        if matches!(def, TypeDef::Borrow(_)) || self.any(def, Self::contains_borrow) {
            return self.count_nodes(def, Self::nodes);
        }
        let in_memory = matches!(def, TypeDef::List(_) | TypeDef::Map(..));
        if in_memory || flatten(self, def, PointerWidth::W64).is_none() {
            return 1;
        }
        self.count_nodes(def, Self::flat_nodes)
    }

    /// The size of the largest scalar of a record of these fields, if every bit pattern is a value
    /// and there is no padding, on both sides alike.
    pub fn plain(&self, fields: &[ValType]) -> Option<u32> {
        let layouts = || fields.iter().map(|ty| self.layout(*ty, PointerWidth::W32));
        let padding = Layout::record(layouts()).size - layouts().map(|l| l.size).fold(0, u32::saturating_add);
        let sizes = fields.iter().map(|ty| match ty {
            ValType::Bool | ValType::Char | ValType::String | ValType::ErrorContext => None,
            ValType::Type(id) => self.facts[*id].plain,
            number => Some(self.layout(*number, PointerWidth::W32).size),
        });
        let largest = sizes.collect::<Option<Vec<u32>>>()?.into_iter().max().unwrap_or(0);
        (padding == 0).then_some(largest)
    }

    fn plain_def(&self, def: &TypeDef) -> Option<u32> {
        match def {
            TypeDef::Flags(labels) => {
                let size = flags_size(labels.len());
                (labels.len() as u32 == size * u8::BITS).then_some(size)
            }
            TypeDef::Record(_) | TypeDef::Tuple(_) => self.plain(&def.fields().unwrap_or_default()),
            TypeDef::FixedList(element, _) => self.plain(&[*element]),
            _ => None,
        }
    }

    fn count_nodes(&self, def: &TypeDef, nodes: impl Fn(&Self, ValType) -> u32) -> u32 {
        // A short list is written out element by element.
        let written_out = match def {
            TypeDef::FixedList(_, n) => (*n).clamp(1, MAX_FLAT_PARAMS as u32),
            _ => 1,
        };
        let parts = def.components().fold(0u32, |sum, ty| sum.saturating_add(nodes(self, ty)));
        parts.saturating_mul(written_out).saturating_add(1)
    }

    fn any(&self, def: &TypeDef, holds: impl Fn(&Self, ValType) -> bool) -> bool {
        def.components().any(|ty| holds(self, ty))
    }
}

impl ValType {
    const PRIMITIVES: [ValType; 14] = [
        ValType::Bool,
        ValType::S8,
        ValType::U8,
        ValType::S16,
        ValType::U16,
        ValType::S32,
        ValType::U32,
        ValType::S64,
        ValType::U64,
        ValType::F32,
        ValType::F64,
        ValType::Char,
        ValType::String,
        ValType::ErrorContext,
    ];

    /// A number that no other type of the plan has. Types are interned, so it is below 2^30.
    pub fn ordinal(self) -> u32 {
        match self {
            ValType::Type(id) => Self::PRIMITIVES.len() as u32 + id.as_u32(),
            primitive => Self::PRIMITIVES.iter().take_while(|p| **p != primitive).count() as u32,
        }
    }
}

impl TypeDef {
    /// The value types that this one is directly made of, those of streams and futures not counted.
    pub fn components(&self) -> Box<dyn Iterator<Item = ValType> + '_> {
        match self {
            TypeDef::List(t) | TypeDef::FixedList(t, _) | TypeDef::Option(t) => Box::new([*t].into_iter()),
            TypeDef::Map(k, v) => Box::new([*k, *v].into_iter()),
            TypeDef::Record(fields) => Box::new(fields.iter().map(|f| f.ty)),
            TypeDef::Tuple(types) => Box::new(types.iter().copied()),
            TypeDef::Variant(cases) => Box::new(cases.iter().filter_map(|c| c.ty)),
            TypeDef::Result { ok, err } => Box::new(ok.iter().chain(err.iter()).copied()),
            TypeDef::Enum(_)
            | TypeDef::Flags(_)
            | TypeDef::Own(_)
            | TypeDef::Borrow(_)
            | TypeDef::Stream(_)
            | TypeDef::Future(_) => Box::new(core::iter::empty()),
        }
    }

    /// The payloads of the cases, when the type despecialises to a variant.
    pub fn cases(&self) -> Option<Vec<Option<ValType>>> {
        Some(match self {
            TypeDef::Variant(cases) => cases.iter().map(|c| c.ty).collect(),
            TypeDef::Enum(labels) => vec![None; labels.len()],
            TypeDef::Option(t) => vec![None, Some(*t)],
            TypeDef::Result { ok, err } => vec![*ok, *err],
            _ => return None,
        })
    }

    /// The types of the fields, when the type despecialises to a record.
    pub fn fields(&self) -> Option<Vec<ValType>> {
        Some(match self {
            TypeDef::Record(fields) => fields.iter().map(|f| f.ty).collect(),
            TypeDef::Tuple(types) => types.clone(),
            _ => return None,
        })
    }
}
