//! What types are made of, found once for each: which handles, and what can be copied, compared or
//! looked at where it lies.
//!
//! Types are visited with a stack of our own, and their parts are counted. So neither deep nor wide
//! types overflow anything.

use std::collections::HashMap;
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

/// What is known of a type. Of a function it is what is known of all its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Does it contain an `own`?
    pub(crate) owns: bool,
    /// Does it contain a handle?
    pub(crate) has_handle: bool,
    /// Does it contain a floating-point number?
    pub(crate) has_float: bool,
    /// Can its Rust type be `Copy`?
    pub(crate) is_copy: bool,
    /// Does it contain a string or a list of numbers that no type with a name of its own hides?
    pub(crate) is_viewable: bool,
    /// Can a list of it be looked at where it lies?
    pub(crate) is_plain: bool,
    /// Does it contain bytes that are in no other list, nor in a type with a name of its own?
    pub(crate) is_fillable: bool,
    /// How many types it is made of when aliases are written out.
    pub(crate) size: u64,
    /// How deep they are nested, named ones too.
    pub(crate) depth: u32,
    /// How many parts its widest tuple has.
    pub(crate) widest: usize,
    /// The stream, the future or whatever else there are no values for.
    pub(crate) unsupported: Option<&'static str>,
}

const SCALAR: Facts = Facts {
    owns: false,
    has_handle: false,
    has_float: false,
    is_copy: true,
    is_viewable: false,
    is_plain: false,
    is_fillable: false,
    size: 1,
    depth: 1,
    widest: 0,
    unsupported: None,
};

const NUMBER: Facts = Facts { is_plain: true, ..SCALAR };

impl Facts {
    /// Of something with these parts: what any of them has, or all of them are.
    fn of_parts(parts: impl IntoIterator<Item = Facts>) -> Self {
        let mut whole = SCALAR;
        for part in parts {
            whole = Facts {
                owns: whole.owns | part.owns,
                has_handle: whole.has_handle | part.has_handle,
                has_float: whole.has_float | part.has_float,
                is_copy: whole.is_copy & part.is_copy,
                is_viewable: whole.is_viewable | part.is_viewable,
                is_plain: false,
                is_fillable: whole.is_fillable | part.is_fillable,
                size: whole.size.saturating_add(part.size),
                depth: whole.depth.max(part.depth.saturating_add(1)),
                widest: whole.widest.max(part.widest),
                unsupported: whole.unsupported.or(part.unsupported),
            };
        }
        whole
    }

    /// Can its Rust type be `Clone` and `PartialEq`? Handles move.
    pub(crate) fn is_clone(&self) -> bool {
        !self.has_handle
    }
}

/// The facts of all types that have been asked for.
#[derive(Debug)]
pub(crate) struct AllFacts<'a> {
    resolve: &'a Resolve,
    known: HashMap<TypeId, Facts>,
}

impl<'a> AllFacts<'a> {
    /// The facts of every type that the WIT has.
    pub(crate) fn new(resolve: &'a Resolve) -> Self {
        let mut facts = AllFacts { resolve, known: HashMap::new() };
        for (id, _) in resolve.types.iter() {
            facts.visit(id);
        }
        facts
    }

    /// The facts of a type.
    pub(crate) fn of(&self, ty: &Type) -> Facts {
        self.known(ty).expect("types are visited before they are asked for")
    }

    fn known(&self, ty: &Type) -> Option<Facts> {
        Some(match ty {
            Type::Id(id) => return self.known.get(id).copied(),
            Type::Bool | Type::Char | Type::ErrorContext => SCALAR,
            Type::F32 | Type::F64 => Facts { has_float: true, ..NUMBER },
            Type::String => Facts { is_copy: false, is_viewable: true, ..SCALAR },
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::S8 | Type::S16 | Type::S32 | Type::S64 => NUMBER,
        })
    }

    fn visit(&mut self, root: TypeId) {
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            let missing: Vec<TypeId> = match self.known.contains_key(&id) {
                true => Vec::new(),
                false => parts(&self.resolve.types[id].kind).iter().filter_map(|part| self.missing(part)).collect(),
            };
            if missing.is_empty() {
                open.pop();
                let facts = self.combine(id);
                self.known.insert(id, facts);
            }
            open.extend(missing);
        }
    }

    fn missing(&self, ty: &Type) -> Option<TypeId> {
        match ty {
            Type::Id(id) if !self.known.contains_key(id) => Some(*id),
            _ => None,
        }
    }

    fn is_byte(&self, ty: &Type) -> bool {
        dealiased(self.resolve, *ty) == Type::U8
    }

    /// The facts of a type whose parts are known.
    fn combine(&self, id: TypeId) -> Facts {
        let kind = &self.resolve.types[id].kind;
        let known = |ty: &Type| self.known(ty).expect("parts are visited first");
        let whole = Facts::of_parts(parts(kind).iter().map(known));
        let named = Facts { is_viewable: false, is_fillable: false, size: 1, ..whole };
        match kind {
            TypeDefKind::Record(_) | TypeDefKind::Variant(_) | TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => named,
            TypeDefKind::Type(target) => Facts { depth: whole.depth, ..known(target) },
            TypeDefKind::Tuple(tuple) => Facts { widest: whole.widest.max(tuple.types.len()), ..whole },
            TypeDefKind::Option(_) | TypeDefKind::Result(_) => whole,
            TypeDefKind::List(element) => {
                let is_viewable = whole.is_viewable || known(element).is_plain;
                Facts { is_copy: false, is_viewable, is_fillable: self.is_byte(element), ..whole }
            }
            TypeDefKind::Map(..) => Facts { is_copy: false, is_fillable: false, ..whole },
            TypeDefKind::FixedLengthList(element, _) => {
                Facts { is_plain: known(element).is_plain, is_fillable: false, ..whole }
            }
            TypeDefKind::Handle(Handle::Own(_)) => Facts { owns: true, has_handle: true, is_copy: false, ..SCALAR },
            TypeDefKind::Handle(Handle::Borrow(_)) => Facts { has_handle: true, is_copy: false, ..SCALAR },
            TypeDefKind::Resource => SCALAR,
            TypeDefKind::Future(_) => Facts { unsupported: Some("futures"), ..whole },
            TypeDefKind::Stream(_) => Facts { unsupported: Some("streams"), ..whole },
            TypeDefKind::Unknown => unreachable!("a resolved package has no unknown types"),
        }
    }
}

/// The types that a type is made of.
fn parts(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().copied().collect(),
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Vec::new(),
    }
}

/// The type without the names that are aliases.
pub(crate) fn dealiased(resolve: &Resolve, mut ty: Type) -> Type {
    while let Type::Id(id) = ty
        && let TypeDefKind::Type(target) = resolve.types[id].kind
    {
        ty = target;
    }
    ty
}
