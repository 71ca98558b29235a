//! What the host implements: a trait, and the function that defines it in a linker.

use crate::docs;
use crate::file::File;
use crate::functions::{self, Param};
use crate::names::{Scope, ident, snake_case};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use wit_parser::{Function, TypeDefKind, TypeId};

/// The function that defines an interface, or all that a world imports.
pub(crate) const ADD_TO_LINKER: &str = "add_to_linker";

/// What a guest can ask of the host.
struct Imports<'a> {
    /// The method for each function.
    functions: Vec<(&'a Function, Ident)>,
    /// The method that ends each resource: the label of the resource, its type and the method.
    drops: Vec<(&'a str, TypeId, Ident)>,
}

impl File<'_> {
    /// The trait and the definitions for these functions and types. `None` if there is nothing to
    /// implement.
    pub(crate) fn import<'f>(
        &mut self,
        functions: impl Iterator<Item = &'f Function>,
        types: impl Iterator<Item = (&'f str, TypeId)>,
    ) -> Option<()> {
        let mut scope = Scope::default();
        let functions: Vec<_> =
            functions.map(|function| (function, scope.claim(&self.function_name(function)))).collect();
        let drops = types.filter(|(_, id)| matches!(self.world.resolve.types[*id].kind, TypeDefKind::Resource));
        let drops = drops.map(|(label, id)| (label, id, scope.claim(&format!("drop_{}", snake_case(label)))));
        let imports = Imports { functions, drops: drops.collect() };
        if imports.functions.is_empty() && imports.drops.is_empty() {
            return None;
        }
        self.push(self.import_trait(&imports));
        self.push(self.add_to_linker(&imports));
        Some(())
    }

    fn import_trait(&self, imports: &Imports<'_>) -> TokenStream {
        let name = &self.module.subject;
        let doc = match &self.module.instance {
            Some(instance) => format!(" What a host does for guests that import `{instance}`."),
            None => " What a host does for the functions that guests import by themselves.".to_owned(),
        };
        let methods = imports.functions.iter().map(|(function, name)| self.import_method(function, name));
        let host_error = self.runtime("HostError");
        let drops = imports.drops.iter().map(|(label, id, name)| {
            let (doc, ty) = (format!(" Ends this `{label}`: its owner has dropped it."), self.named(*id));
            let resource = self.runtime("Resource");
            quote!(#[doc = #doc] fn #name(&mut self, this: #resource<#ty>) -> Result<(), #host_error>;)
        });
        quote! {
            #[doc = #doc]
            ///
            /// The outer `Result` of a method is the host's: an error ends the call of the guest.
            pub trait #name { #(#methods)* #(#drops)* }
        }
    }

    fn import_method(&self, function: &Function, name: &Ident) -> TokenStream {
        let docs = docs::attributes(&function.docs, &functions::described(function));
        let params = functions::params(function, &mut Scope::with(&["self"]));
        let params = params.iter().map(|Param { name, ty }| {
            let ty = self.viewed(ty);
            quote!(#name: #ty)
        });
        let (result, host_error) = (self.owned_or_unit(function.result.as_ref()), self.runtime("HostError"));
        quote!(#docs fn #name(&mut self #(, #params)*) -> Result<#result, #host_error>;)
    }

    fn add_to_linker(&self, imports: &Imports<'_>) -> TokenStream {
        let name = &self.module.subject;
        let [linker, link_error] = ["Linker", "LinkError"].map(|name| self.runtime(name));
        let (doc, add, instance) = match &self.module.instance {
            Some(instance) => {
                (format!(" Defines `{instance}`."), ident(ADD_TO_LINKER), quote!(linker.instance(#instance)))
            }
            None => {
                let doc = " Defines the functions that guests import by themselves.".to_owned();
                (doc, ident("add_functions_to_linker"), quote!(linker.root()))
            }
        };
        let resources = imports.drops.iter().map(|(label, id, method)| {
            let (ty, resource) = (self.named(*id), self.runtime("Resource"));
            quote! {
                instance.resource::<#ty>(#label, move |mut caller, rep| {
                    get(caller.data_mut()).#method(#resource::new(rep))
                })?;
            }
        });
        let functions = imports.functions.iter().map(|(function, method)| self.definition(function, method));
        quote! {
            #[doc = #doc] /// `get` finds what implements it in the data of a store.
            pub fn #add<T: 'static, H: #name + 'static>(
                linker: &mut #linker<T>,
                get: fn(&mut T) -> &mut H,
            ) -> Result<(), #link_error> {
                let mut instance = #instance;
                #(#resources)*
                #(#functions)*
                Ok(())
            }
        }
    }

    /// Defines a function. It looks at its parameters where they lie if they have something to look
    /// at.
    fn definition(&self, function: &Function, method: &Ident) -> TokenStream {
        let mut scope = Scope::with(&["get"]);
        let params = functions::params(function, &mut scope);
        let label = Literal::string(&function.name);
        let names = params.iter().map(|param| &param.name);
        let names = quote!(#(#names),*);
        let pattern = if params.len() == 1 { quote!((#names,)) } else { quote!((#names)) };
        if params.iter().any(|param| self.world.facts.of(&param.ty).is_viewable) {
            let types = params.iter().map(|param| self.viewed(&param.ty));
            let data = scope.claim("data");
            return quote! {
                instance.func_view::<(#(#types,)*), _, _>(#label, move |#data, #pattern| get(#data).#method(#names))?;
            };
        }
        let caller = scope.claim("caller");
        quote! {
            instance.func_wrap(#label, move |mut #caller, #pattern| get(#caller.data_mut()).#method(#names))?;
        }
    }
}
