//! What guests implement: a struct with a method for each function.

use crate::docs;
use crate::file::File;
use crate::functions::{self, Param};
use crate::names::Scope;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use wit_parser::Function;

/// A function of a guest: the field that holds it, which has the name of the method.
pub(crate) struct Export<'a> {
    function: &'a Function,
    name: Ident,
}

impl File<'_> {
    /// The functions, with their names.
    pub(crate) fn exports<'f>(
        &self,
        functions: impl Iterator<Item = &'f Function>,
        scope: &mut Scope,
    ) -> Vec<Export<'f>> {
        functions.map(|function| Export { function, name: scope.claim(&self.function_name(function)) }).collect()
    }

    /// The struct for the functions of an exported interface. `None` if there are none.
    pub(crate) fn export<'f>(&mut self, functions: impl Iterator<Item = &'f Function>) -> Option<()> {
        let exports = self.exports(functions, &mut Scope::with(&["new"]));
        if exports.is_empty() {
            return None;
        }
        let (name, instance) = (&self.module.subject, self.module.instance.as_deref()?);
        let (about, find) = (format!(" The functions of `{instance}` that a guest exports."), self.runtime("Instance"));
        let context = self.runtime("AsContextMut");
        let runtime = &self.world.runtime;
        let fields = exports.iter().map(|export| self.export_field(export));
        let found = exports.iter().map(|export| self.found(export, Some(instance)));
        let methods = exports.iter().map(|export| self.export_method(export));
        let definition = quote! {
            #[doc = #about]
            #[derive(Debug, Clone)]
            pub struct #name { #(#fields,)* }
        };
        let implementation = quote! {
            impl #name {
                /// Finds the functions in an instance, and checks their types.
                pub fn new(mut store: impl #context, instance: &#find) -> #runtime::Result<Self> {
                    Ok(#name { #(#found,)* })
                }
                #(#methods)*
            }
        };
        self.push(definition);
        self.push(implementation);
        Some(())
    }

    pub(crate) fn export_field(&self, Export { function, name }: &Export<'_>) -> TokenStream {
        let typed_func = self.runtime("TypedFunc");
        let params = function.params.iter().map(|param| self.owned(&param.ty));
        let result = self.owned_or_unit(function.result.as_ref());
        quote!(#name: #typed_func<(#(#params,)*), #result>)
    }

    /// The initialiser of the field.
    pub(crate) fn found(&self, Export { function, name }: &Export<'_>, instance: Option<&str>) -> TokenStream {
        let path = match instance {
            Some(instance) => format!("{instance}#{}", function.name),
            None => function.name.clone(),
        };
        quote!(#name: instance.get_typed_func(&mut store, #path)?)
    }

    pub(crate) fn export_method(&self, Export { function, name }: &Export<'_>) -> TokenStream {
        let docs = docs::attributes(&function.docs, &functions::described(function));
        let mut scope = Scope::with(&["self"]);
        let params = functions::params(function, &mut scope);
        let store = scope.claim("store");
        let context = self.runtime("AsContextMut");
        let runtime = &self.world.runtime;
        let typed = params.iter().map(|Param { name, ty }| {
            let ty = self.owned(ty);
            quote!(#name: #ty)
        });
        let names = params.iter().map(|param| &param.name);
        let result = self.owned_or_unit(function.result.as_ref());
        quote! {
            #docs
            pub fn #name(&self, #store: impl #context #(, #typed)*) -> #runtime::Result<#result> {
                self.#name.call(#store, (#(#names,)*))
            }
        }
    }
}
