//! Types of WIT as types of Rust: owned, looked at by the host, and lent to a guest.

use crate::facts::dealiased;
use crate::file::File;
use crate::modules::{Side, resource_of};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use wit_parser::{Handle, Type, TypeDefKind, TypeId};

impl File<'_> {
    /// The Rust type whose values own everything.
    pub(crate) fn owned(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::U8 => quote!(u8),
            Type::U16 => quote!(u16),
            Type::U32 => quote!(u32),
            Type::U64 => quote!(u64),
            Type::S8 => quote!(i8),
            Type::S16 => quote!(i16),
            Type::S32 => quote!(i32),
            Type::S64 => quote!(i64),
            Type::F32 => quote!(f32),
            Type::F64 => quote!(f64),
            Type::Char => quote!(char),
            Type::String => quote!(String),
            Type::ErrorContext => {
                let error_context = self.runtime("ErrorContext");
                quote!(#error_context)
            }
            Type::Id(id) => match self.world.resolve.types[*id].name {
                Some(_) => self.named(*id),
                None => self.written_out(*id),
            },
        }
    }

    /// A result, or `()`.
    pub(crate) fn owned_or_unit(&self, ty: Option<&Type>) -> TokenStream {
        ty.map_or_else(|| quote!(()), |ty| self.owned(ty))
    }

    /// What a name stands for that is no struct and no enum.
    pub(crate) fn written_out(&self, id: TypeId) -> TokenStream {
        self.anonymous(id, &|part| self.owned(part))
    }

    /// A type without a name of its own, whose parts become what `part` says.
    fn anonymous(&self, id: TypeId, part: &dyn Fn(&Type) -> TokenStream) -> TokenStream {
        let or_unit = |ty: &Option<Type>| ty.as_ref().map_or_else(|| quote!(()), part);
        match &self.world.resolve.types[id].kind {
            TypeDefKind::Tuple(tuple) => {
                let parts: Vec<TokenStream> = tuple.types.iter().map(part).collect();
                in_parentheses(&parts)
            }
            TypeDefKind::Option(ty) => {
                let ty = part(ty);
                quote!(Option<#ty>)
            }
            TypeDefKind::Result(result) => {
                let (ok, err) = (or_unit(&result.ok), or_unit(&result.err));
                quote!(Result<#ok, #err>)
            }
            TypeDefKind::List(ty) => {
                let ty = part(ty);
                quote!(Vec<#ty>)
            }
            TypeDefKind::Map(key, value) => {
                let (key, value) = (part(key), part(value));
                quote!(Vec<(#key, #value)>)
            }
            TypeDefKind::FixedLengthList(ty, len) => {
                let (ty, len) = (part(ty), Literal::u32_unsuffixed(*len));
                quote!([#ty; #len])
            }
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => self.handle(*resource),
            TypeDefKind::Type(ty) => part(ty),
            other => unreachable!("a {} has a name, or has been refused", other.as_str()),
        }
    }

    /// The handle of a resource.
    fn handle(&self, resource: TypeId) -> TokenStream {
        let name = self.named(resource);
        match self.implementer(resource) {
            Side::Import => {
                let handle = self.runtime("Resource");
                quote!(#handle<#name>)
            }
            Side::Export => name,
        }
    }

    /// Who implements a resource.
    pub(crate) fn implementer(&self, resource: TypeId) -> Side {
        let resolve = self.world.resolve;
        self.world.modules.owner(resolve.types[resource_of(resolve, resource)].owner).side
    }

    /// The path of a type that has a name.
    pub(crate) fn named(&self, id: TypeId) -> TokenStream {
        let owner = self.world.modules.owner(self.world.resolve.types[id].owner);
        let name = owner.types.get(&id).expect("every type of a module has a name");
        self.path_to(owner, name)
    }

    /// What a host function is given: strings and lists of numbers are looked at where they lie.
    pub(crate) fn viewed(&self, ty: &Type) -> TokenStream {
        if !self.world.facts.of(ty).is_viewable {
            return self.owned(ty);
        }
        match dealiased(self.world.resolve, *ty) {
            Type::String => quote!(&str),
            Type::Id(id) => match &self.world.resolve.types[id].kind {
                TypeDefKind::List(element) if self.world.facts.of(element).is_plain => {
                    let element = self.owned(element);
                    quote!(&[#element])
                }
                _ => self.anonymous(id, &|part| self.viewed(part)),
            },
            scalar => self.owned(&scalar),
        }
    }

    /// What a host function gives: bytes may be in place already.
    pub(crate) fn filled(&self, ty: &Type) -> TokenStream {
        match dealiased(self.world.resolve, *ty) {
            Type::Id(id) if self.world.facts.of(ty).is_fillable => match &self.world.resolve.types[id].kind {
                TypeDefKind::List(_) => self.runtime("Filled").to_token_stream(),
                _ => self.anonymous(id, &|part| self.filled(part)),
            },
            _ => self.owned(ty),
        }
    }

    /// What a caller of a guest gives: what the guest only reads is lent to it.
    pub(crate) fn lent(&self, ty: &Type) -> TokenStream {
        if !self.is_lent(ty) {
            return self.owned(ty);
        }
        match dealiased(self.world.resolve, *ty) {
            Type::Id(id) => match &self.world.resolve.types[id].kind {
                TypeDefKind::List(element) => {
                    let element = self.element(element);
                    quote!(&[#element])
                }
                TypeDefKind::Map(key, value) => {
                    let (key, value) = (self.element(key), self.element(value));
                    quote!(&[(#key, #value)])
                }
                TypeDefKind::Tuple(_) | TypeDefKind::Option(_) | TypeDefKind::Result(_) => {
                    self.anonymous(id, &|part| self.lent(part))
                }
                _ => {
                    let ty = self.owned(ty);
                    quote!(&#ty)
                }
            },
            _ => quote!(&str),
        }
    }

    /// An element of a list that is lent. A list of handles is one of references, for handles
    /// cannot be copied into it.
    fn element(&self, ty: &Type) -> TokenStream {
        match dealiased(self.world.resolve, *ty) {
            Type::Id(id) if matches!(self.world.resolve.types[id].kind, TypeDefKind::Handle(_)) => self.lent(ty),
            _ => self.owned(ty),
        }
    }

    /// Does a caller of a guest lend something of this type?
    pub(crate) fn is_lent(&self, ty: &Type) -> bool {
        let facts = self.world.facts.of(ty);
        !facts.is_copy && !facts.owns
    }
}

/// A tuple of these. One alone has a comma behind it.
pub(crate) fn in_parentheses(parts: &[impl ToTokens]) -> TokenStream {
    match parts {
        [one] => quote!((#one,)),
        parts => quote!((#(#parts),*)),
    }
}
