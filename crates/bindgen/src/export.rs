//! What guests implement: a struct with a method for each function.

use crate::docs;
use crate::file::File;
use crate::functions::{self, Param};
use crate::names::Scope;
use crate::types::in_parentheses;
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
        self.push(&definition);
        self.push(&implementation);
        Some(())
    }

    /// The field that holds a function. If its callers lend something to it, then its type has
    /// their lifetimes, and the field has no types.
    pub(crate) fn export_field(&self, Export { function, name }: &Export<'_>) -> TokenStream {
        if self.borrows(function) {
            let func = self.runtime("Func");
            return quote!(#name: #func);
        }
        let (typed_func, types) = (self.runtime("TypedFunc"), self.signature(function));
        quote!(#name: #typed_func<#types>)
    }

    /// The initialiser of the field.
    pub(crate) fn found(&self, Export { function, name }: &Export<'_>, instance: Option<&str>) -> TokenStream {
        let path = match instance {
            Some(instance) => format!("{instance}#{}", function.name),
            None => function.name.clone(),
        };
        if self.borrows(function) {
            let types = self.signature(function);
            return quote!(#name: instance.get_typed_func::<#types>(&mut store, #path)?.func().clone());
        }
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
            let ty = self.lent(ty);
            quote!(#name: #ty)
        });
        let names: Vec<&Ident> = params.iter().map(|param| &param.name).collect();
        let names = in_parentheses(&names);
        let result = self.owned_or_unit(function.result.as_ref());
        let call = if self.borrows(function) { quote!(call_typed) } else { quote!(call) };
        quote! {
            #docs
            pub fn #name(&self, #store: impl #context #(, #typed)*) -> #runtime::Result<#result> {
                self.#name.#call(#store, #names)
            }
        }
    }

    fn borrows(&self, function: &Function) -> bool {
        function.params.iter().any(|param| self.is_lent(&param.ty))
    }

    /// The types of the parameters and the result, for a typed function.
    fn signature(&self, function: &Function) -> TokenStream {
        let params: Vec<TokenStream> = function.params.iter().map(|param| self.lent(&param.ty)).collect();
        let (params, result) = (in_parentheses(&params), self.owned_or_unit(function.result.as_ref()));
        quote!(#params, #result)
    }
}
