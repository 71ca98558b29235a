//! Definitions of types: structs, enums, aliases and the types that stand for resources.

use crate::docs;
use crate::file::File;
use crate::modules::Side;
use crate::names::{Scope, camel_case, field_implies_label, snake_case, variant_implies_label};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use wit_parser::{Docs, Type, TypeDefKind, TypeId};

/// A part of a type: a field, a case or a flag.
struct Part<'a> {
    label: &'a str,
    docs: &'a Docs,
    ty: Option<Type>,
}

impl File<'_> {
    /// Defines a type under its label.
    pub(crate) fn define(&mut self, label: &str, id: TypeId) {
        let def = &self.world.resolve.types[id];
        let name = self.module.types[&id].clone();
        let docs = docs::attributes(&def.docs, &format!("The {} `{label}`.", def.kind.as_str()));
        let item = match &def.kind {
            TypeDefKind::Record(record) => {
                let parts = record.fields.iter();
                self.record(id, &name, parts.map(|f| Part { label: &f.name, docs: &f.docs, ty: Some(f.ty) }))
            }
            TypeDefKind::Flags(flags) => {
                self.flags(&name, flags.flags.iter().map(|f| Part { label: &f.name, docs: &f.docs, ty: None }))
            }
            TypeDefKind::Variant(variant) => {
                let parts = variant.cases.iter();
                self.cases(id, &name, parts.map(|c| Part { label: &c.name, docs: &c.docs, ty: c.ty }))
            }
            TypeDefKind::Enum(cases) => {
                let parts = cases.cases.iter();
                self.cases(id, &name, parts.map(|c| Part { label: &c.name, docs: &c.docs, ty: None }))
            }
            TypeDefKind::Resource => self.resource(label, &name),
            TypeDefKind::Type(Type::Id(target)) if self.is_elsewhere(*target) => {
                let owner = self.world.modules.owner(self.world.resolve.types[*target].owner);
                let item = &owner.types[target];
                return self.reexport(owner, item, &name);
            }
            TypeDefKind::Type(target) => self.alias(&name, target),
            _ => self.alias(&name, &Type::Id(id)),
        };
        self.push(&quote!(#docs #item));
        if matches!(def.kind, TypeDefKind::Resource) && self.module.side == Side::Export {
            self.push(&self.drop_resource(label, &name));
        }
    }

    fn is_elsewhere(&self, id: TypeId) -> bool {
        self.world.modules.owner(self.world.resolve.types[id].owner).path != self.module.path
    }

    fn record<'p>(&self, id: TypeId, name: &Ident, fields: impl Iterator<Item = Part<'p>>) -> TokenStream {
        let mut scope = Scope::default();
        let derives = self.derives(id);
        let fields = fields.map(|field| {
            let ident = scope.claim(&snake_case(field.label));
            let docs = docs::attributes(field.docs, &format!("The field `{}`.", field.label));
            let label = label_attribute(field_implies_label(&ident, field.label), field.label);
            let ty = self.owned(&field.ty.expect("a field has a type"));
            quote!(#docs #label pub #ident: #ty)
        });
        quote!(#derives pub struct #name { #(#fields,)* })
    }

    fn flags<'p>(&self, name: &Ident, flags: impl Iterator<Item = Part<'p>>) -> TokenStream {
        let mut scope = Scope::default();
        let traits = self.value_traits();
        let flags = flags.map(|flag| {
            let ident = scope.claim(&snake_case(flag.label));
            let docs = docs::attributes(flag.docs, &format!("The flag `{}`.", flag.label));
            let label = label_attribute(field_implies_label(&ident, flag.label), flag.label);
            quote!(#docs #label pub #ident: bool)
        });
        quote! {
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, #traits)]
            #[component(flags)]
            pub struct #name { #(#flags,)* }
        }
    }

    fn cases<'p>(&self, id: TypeId, name: &Ident, cases: impl Iterator<Item = Part<'p>>) -> TokenStream {
        let mut scope = Scope::with(&["Self"]);
        let derives = self.derives(id);
        let cases = cases.map(|case| {
            let ident = scope.claim(&camel_case(case.label));
            let docs = docs::attributes(case.docs, &format!("The case `{}`.", case.label));
            let label = label_attribute(variant_implies_label(&ident, case.label), case.label);
            let payload = case.ty.map(|ty| self.owned(&ty));
            let payload = payload.map(|ty| quote!((#ty)));
            quote!(#docs #label #ident #payload)
        });
        quote!(#derives pub enum #name { #(#cases,)* })
    }

    fn alias(&self, name: &Ident, target: &Type) -> TokenStream {
        let target = match target {
            Type::Id(id) if self.module.types.get(id) == Some(name) => self.written_out(*id),
            target => self.owned(target),
        };
        quote!(pub type #name = #target;)
    }

    /// The type that stands for a resource.
    fn resource(&self, label: &str, name: &Ident) -> TokenStream {
        if self.module.side == Side::Export {
            let (handle, traits) = (self.runtime("ResourceAny"), self.value_traits());
            return quote! {
                #[derive(Debug, PartialEq, Eq, #traits)]
                #[component(transparent)]
                pub struct #name(pub #handle);
            };
        }
        match self.world.resources.get(self.module, label) {
            Some(path) if path.segments.last().is_some_and(|last| last.ident == *name) => quote!(pub use #path;),
            Some(path) => quote!(pub use #path as #name;),
            None => quote! {
                #[derive(Debug)]
                pub enum #name {}
            },
        }
    }

    /// How the host ends a resource of a guest.
    fn drop_resource(&self, label: &str, name: &Ident) -> TokenStream {
        let (doc, context) = (format!(" Drops the `{label}`: the guest ends it."), self.runtime("AsContextMut"));
        let runtime = &self.world.runtime;
        quote! {
            impl #name {
                #[doc = #doc]
                pub fn resource_drop(self, store: impl #context) -> #runtime::Result<()> {
                    self.0.resource_drop(store)
                }
            }
        }
    }

    /// The derives of a record or a variant: what all its parts allow.
    fn derives(&self, id: TypeId) -> TokenStream {
        let facts = self.world.facts.of(&Type::Id(id));
        let traits = self.value_traits();
        let copy = facts.is_copy.then(|| quote!(Copy,));
        let clone = facts.is_clone().then(|| quote!(Clone, #copy PartialEq,));
        let eq = (facts.is_clone() && !facts.has_float).then(|| quote!(Eq, Hash,));
        quote!(#[derive(Debug, #clone #eq #traits)])
    }

    /// The traits of values that cross the border between host and guest.
    fn value_traits(&self) -> TokenStream {
        let [component_type, lift, lower] = ["ComponentType", "Lift", "Lower"].map(|name| self.runtime(name));
        quote!(#component_type, #lift, #lower)
    }
}

/// The label, if the derives would not find it by themselves.
fn label_attribute(implied: bool, label: &str) -> Option<TokenStream> {
    (!implied).then(|| quote!(#[component(name = #label)]))
}
