//! Types of a component's functions and values, as the embedder sees them.

use crate::image::loaded::Image;
use cantilever_abi::{FuncType, Resource, ResourceId, TypeDef, Types, ValType};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// A value type of a component.
#[derive(Clone)]
pub struct Type {
    image: Arc<Image>,
    ty: ValType,
}

/// The shape of a value type, one level deep.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum TypeShape {
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
    List(Type),
    FixedList(Type, u32),
    Map(Type, Type),
    Record(Vec<(String, Type)>),
    Tuple(Vec<Type>),
    Variant(Vec<(String, Option<Type>)>),
    Enum(Vec<String>),
    Option(Type),
    Result { ok: Option<Type>, err: Option<Type> },
    Flags(Vec<String>),
    Own(ResourceType),
    Borrow(ResourceType),
    Stream(Option<Type>),
    Future(Option<Type>),
}

impl Type {
    pub(crate) fn new(image: &Arc<Image>, ty: ValType) -> Self {
        Type { image: image.clone(), ty }
    }

    /// What it is made of.
    pub fn shape(&self) -> TypeShape {
        match self.ty {
            ValType::Bool => TypeShape::Bool,
            ValType::S8 => TypeShape::S8,
            ValType::U8 => TypeShape::U8,
            ValType::S16 => TypeShape::S16,
            ValType::U16 => TypeShape::U16,
            ValType::S32 => TypeShape::S32,
            ValType::U32 => TypeShape::U32,
            ValType::S64 => TypeShape::S64,
            ValType::U64 => TypeShape::U64,
            ValType::F32 => TypeShape::F32,
            ValType::F64 => TypeShape::F64,
            ValType::Char => TypeShape::Char,
            ValType::String => TypeShape::String,
            ValType::ErrorContext => TypeShape::ErrorContext,
            ValType::Type(id) => self.compound(&self.image.artifact.types[id].def),
        }
    }

    fn compound(&self, def: &TypeDef) -> TypeShape {
        let part = |ty: &ValType| Type::new(&self.image, *ty);
        let optional = |ty: &Option<ValType>| ty.as_ref().map(part);
        match def {
            TypeDef::List(t) => TypeShape::List(part(t)),
            TypeDef::FixedList(t, n) => TypeShape::FixedList(part(t), *n),
            TypeDef::Map(k, v) => TypeShape::Map(part(k), part(v)),
            TypeDef::Record(fields) => {
                TypeShape::Record(fields.iter().map(|f| (f.name.clone(), part(&f.ty))).collect())
            }
            TypeDef::Tuple(types) => TypeShape::Tuple(types.iter().map(part).collect()),
            TypeDef::Variant(cases) => {
                TypeShape::Variant(cases.iter().map(|c| (c.name.clone(), optional(&c.ty))).collect())
            }
            TypeDef::Enum(labels) => TypeShape::Enum(labels.clone()),
            TypeDef::Option(t) => TypeShape::Option(part(t)),
            TypeDef::Result { ok, err } => TypeShape::Result { ok: optional(ok), err: optional(err) },
            TypeDef::Flags(labels) => TypeShape::Flags(labels.clone()),
            TypeDef::Own(r) => TypeShape::Own(ResourceType::new(&self.image, *r)),
            TypeDef::Borrow(r) => TypeShape::Borrow(ResourceType::new(&self.image, *r)),
            TypeDef::Stream(t) => TypeShape::Stream(optional(t)),
            TypeDef::Future(t) => TypeShape::Future(optional(t)),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print(&self.image.artifact.types, &self.image.artifact.resources, self.ty))
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A resource type of a component.
#[derive(Clone)]
pub struct ResourceType {
    image: Arc<Image>,
    id: ResourceId,
}

impl ResourceType {
    pub(crate) fn new(image: &Arc<Image>, id: ResourceId) -> Self {
        ResourceType { image: image.clone(), id }
    }

    /// The name under which the component exports or imports it, or a made-up one.
    pub fn name(&self) -> &str {
        self.image.resource(self.id.as_u32()).map_or("?", |r| &r.name)
    }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.image, &other.image) && self.id == other.id
    }
}

impl Eq for ResourceType {}

impl fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resource {}", self.name())
    }
}

/// The type of a component function.
#[derive(Debug, Clone)]
pub struct FuncSignature {
    /// Names and types of the parameters.
    pub params: Vec<(String, Type)>,
    /// The type of the result.
    pub result: Option<Type>,
}

impl FuncSignature {
    pub(crate) fn new(image: &Arc<Image>, ty: &FuncType) -> Self {
        FuncSignature {
            params: ty.params.iter().map(|(name, ty)| (name.clone(), Type::new(image, *ty))).collect(),
            result: ty.result.map(|ty| Type::new(image, ty)),
        }
    }
}

impl fmt::Display for FuncSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<String> = self.params.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        write!(f, "func({})", params.join(", "))?;
        self.result.as_ref().map_or(Ok(()), |result| write!(f, " -> {result}"))
    }
}

/// A type in the notation of WIT, down to a few levels.
pub(crate) fn print(types: &Types, resources: &[Resource], ty: ValType) -> String {
    /// Types can share parts, so that their full notation is exponentially long.
    const LEVELS: u32 = 4;
    Printer { types, resources, left: Cell::new(MAX_TEXT) }.print(ty, LEVELS)
}

/// A function type in the notation of WIT.
pub(crate) fn print_func(types: &Types, resources: &[Resource], ty: &FuncType) -> String {
    let param = |(name, t): &(String, ValType)| format!("{name}: {}", print(types, resources, *t));
    let params: Vec<String> = ty.params.iter().map(param).collect();
    let result = ty.result.map(|t| format!(" -> {}", print(types, resources, t)));
    format!("func({}){}", params.join(", "), result.unwrap_or_default())
}

/// A text of about this length in bytes ends.
const MAX_TEXT: usize = 8 << 10;

struct Printer<'a> {
    types: &'a Types,
    resources: &'a [Resource],
    /// How many bytes may still be written.
    left: Cell<usize>,
}

impl Printer<'_> {
    fn print(&self, ty: ValType, levels: u32) -> String {
        let ValType::Type(id) = ty else { return primitive(ty).to_owned() };
        let Some(levels) = levels.checked_sub(1).filter(|_| self.left.get() > 0) else { return "…".to_owned() };
        let text = self.print_def(&self.types[id].def, levels);
        self.left.set(self.left.get().saturating_sub(text.len()));
        text
    }

    /// A compound type, whose parts are printed down to so many levels.
    fn print_def(&self, def: &TypeDef, levels: u32) -> String {
        let part = |ty: &ValType| self.print(*ty, levels);
        let or_none = |ty: &Option<ValType>| ty.as_ref().map_or("_".to_owned(), part);
        match def {
            TypeDef::List(t) => format!("list<{}>", part(t)),
            TypeDef::FixedList(t, n) => format!("list<{}, {n}>", part(t)),
            TypeDef::Map(k, v) => format!("map<{}, {}>", part(k), part(v)),
            TypeDef::Record(fields) => braced("record", fields.iter().map(|f| format!("{}: {}", f.name, part(&f.ty)))),
            TypeDef::Tuple(types) => format!("tuple<{}>", types.iter().map(part).collect::<Vec<_>>().join(", ")),
            TypeDef::Variant(cases) => {
                let payload = |ty: &Option<ValType>| ty.as_ref().map_or(String::new(), |t| format!("({})", part(t)));
                braced("variant", cases.iter().map(|c| format!("{}{}", c.name, payload(&c.ty))))
            }
            TypeDef::Enum(labels) => braced("enum", labels.iter().cloned()),
            TypeDef::Option(t) => format!("option<{}>", part(t)),
            TypeDef::Result { ok, err } => format!("result<{}, {}>", or_none(ok), or_none(err)),
            TypeDef::Flags(labels) => braced("flags", labels.iter().cloned()),
            TypeDef::Own(r) => format!("own<{}>", self.resource(*r)),
            TypeDef::Borrow(r) => format!("borrow<{}>", self.resource(*r)),
            TypeDef::Stream(t) => format!("stream<{}>", or_none(t)),
            TypeDef::Future(t) => format!("future<{}>", or_none(t)),
        }
    }

    fn resource(&self, id: ResourceId) -> &str {
        self.resources.get(id.as_u32() as usize).map_or("?", |r| &r.name)
    }
}

fn braced(keyword: &str, parts: impl Iterator<Item = String>) -> String {
    format!("{keyword} {{ {} }}", parts.collect::<Vec<_>>().join(", "))
}

fn primitive(ty: ValType) -> &'static str {
    match ty {
        ValType::Bool => "bool",
        ValType::S8 => "s8",
        ValType::U8 => "u8",
        ValType::S16 => "s16",
        ValType::U16 => "u16",
        ValType::S32 => "s32",
        ValType::U32 => "u32",
        ValType::S64 => "s64",
        ValType::U64 => "u64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::Char => "char",
        ValType::String => "string",
        ValType::ErrorContext => "error-context",
        ValType::Type(_) => "type",
    }
}
