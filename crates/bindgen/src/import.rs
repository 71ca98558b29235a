//! What the host implements: a trait, and the function that defines it in a linker.

use crate::docs;
use crate::file::File;
use crate::functions::{self, Access, Param};
use crate::linker_call::Definition;
use crate::names::{Scope, snake_case};
use crate::print::in_line;
use crate::types::in_parentheses;
use proc_macro2::{Ident, TokenStream};
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
        self.push(&self.import_trait(&imports));
        self.push_text(self.add_to_linker(&imports));
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
        let mut scope = Scope::with(&["self"]);
        let params = functions::params(function, &mut scope);
        let access = self.access(function);
        let params = params.iter().map(|Param { name, ty }| {
            let ty = if access == Access::Viewed { self.viewed(ty) } else { self.owned(ty) };
            quote!(#name: #ty)
        });
        let result = match &function.result {
            Some(ty) if access == Access::Filled => self.filled(ty),
            result => self.owned_or_unit(result.as_ref()),
        };
        let fill = (access == Access::Filled).then(|| {
            let (name, ty) = (scope.claim("fill"), self.runtime("Fill"));
            quote!(, #name: #ty<'_>)
        });
        let host_error = self.runtime("HostError");
        quote!(#docs fn #name(&mut self #(, #params)* #fill) -> Result<#result, #host_error>;)
    }

    fn add_to_linker(&self, imports: &Imports<'_>) -> String {
        let name = &self.module.subject;
        let [linker, link_error] = ["Linker", "LinkError"].map(|name| self.runtime(name));
        let (what, add, instance) = match &self.module.instance {
            Some(instance) => (format!("`{instance}`"), ADD_TO_LINKER, format!("linker.instance({instance:?})")),
            None => {
                let what = "the functions that guests import by themselves".to_owned();
                (what, "add_functions_to_linker", "linker.root()".to_owned())
            }
        };
        let drops = imports.drops.iter().map(|(label, id, method)| self.resource_definition(label, *id, method));
        let functions = imports.functions.iter().map(|(function, method)| self.definition(function, method));
        let definitions: String = drops.chain(functions).map(|definition| definition.print()).collect();
        format!(
            "\
/// Defines {what}.
///
/// `get` finds what implements it in the data of a store.
pub fn {add}<T: 'static, H: {name} + 'static>(
    linker: &mut {linker}<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), {link_error}> {{
    let mut instance = {instance};
{definitions}    Ok(())
}}
"
        )
    }

    fn resource_definition(&self, label: &str, id: TypeId, method: &Ident) -> Definition {
        let (ty, handle) = (self.named(id), self.runtime("Resource"));
        Definition {
            define: "resource",
            types: vec![in_line(&ty)],
            label: label.to_owned(),
            closure: "move |mut caller, rep|".to_owned(),
            callee: format!("get(caller.data_mut()).{method}"),
            arguments: vec![format!("{handle}::new(rep)")],
        }
    }

    fn definition(&self, function: &Function, method: &Ident) -> Definition {
        let mut scope = Scope::with(&["get"]);
        let params = functions::params(function, &mut scope);
        let names: Vec<&Ident> = params.iter().map(|param| &param.name).collect();
        let mut arguments: Vec<String> = names.iter().map(ToString::to_string).collect();
        let pattern = in_line(&in_parentheses(&names));
        let label = function.name.clone();
        let (define, types, closure, callee) = match self.access(function) {
            Access::Owned => {
                let caller = scope.claim("caller");
                let callee = format!("get({caller}.data_mut()).{method}");
                ("func_wrap", Vec::new(), format!("move |mut {caller}, {pattern}|"), callee)
            }
            Access::Viewed => {
                let data = scope.claim("data");
                let types: Vec<TokenStream> = params.iter().map(|param| self.viewed(&param.ty)).collect();
                let types = vec![in_line(&in_parentheses(&types)), "_".to_owned(), "_".to_owned()];
                ("func_view", types, format!("move |{data}, {pattern}|"), format!("get({data}).{method}"))
            }
            Access::Filled => {
                let (data, fill) = (scope.claim("data"), scope.claim("fill"));
                arguments.push(fill.to_string());
                let closure = format!("move |{data}, {pattern}, {fill}|");
                ("func_fill", Vec::new(), closure, format!("get({data}).{method}"))
            }
        };
        Definition { define, types, label, closure, callee, arguments }
    }
}
