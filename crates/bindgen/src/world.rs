//! The files of a world: one for each interface, one for the world itself, and `mod.rs`.

use crate::docs;
use crate::export::Export;
use crate::file::{File, World};
use crate::import::ADD_TO_LINKER;
use crate::modules::{Module, Side};
use crate::names::{Scope, ident, snake_case};
use crate::print::{self, in_line};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;
use std::path::PathBuf;
use wit_parser::{Function, InterfaceId, TypeId, WorldItem, WorldKey};

impl World<'_> {
    /// All files.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        for (_, item) in self.items() {
            let WorldItem::Interface { id, .. } = item else { continue };
            files.insert(self.modules.interfaces[id].file(), self.interface(*id));
        }
        files.insert(self.modules.world.file(), self.world_file());
        files.insert("mod.rs".into(), self.mod_file());
        files
    }

    fn items(&self) -> impl Iterator<Item = (&WorldKey, &WorldItem)> {
        let world = &self.resolve.worlds[self.world];
        world.imports.iter().chain(&world.exports)
    }

    fn interface(&self, id: InterfaceId) -> String {
        let interface = &self.resolve.interfaces[id];
        let mut file = File::new(self, &self.modules.interfaces[&id]);
        for (label, ty) in &interface.types {
            file.define(label, *ty);
        }
        match file.module.side {
            Side::Import => file.import(interface.functions.values(), named(&interface.types)),
            Side::Export => file.export(interface.functions.values()),
        };
        let name = file.module.instance.clone().unwrap_or_default();
        file.print(&docs::lines(&interface.docs, &format!("The interface `{name}`.")))
    }

    /// Imported interfaces for which the host implements something, and exported ones that have
    /// functions.
    fn subjects(&self, side: Side) -> Vec<&Module> {
        let world = &self.resolve.worlds[self.world];
        let items = if side == Side::Import { &world.imports } else { &world.exports };
        let interfaces = items.values().filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        });
        let has_subject = |id: &InterfaceId| {
            let interface = &self.resolve.interfaces[*id];
            let has_resource = interface.types.values().any(|ty| self.is_resource(*ty));
            !interface.functions.is_empty() || side == Side::Import && has_resource
        };
        interfaces.filter(has_subject).map(|id| &self.modules.interfaces[&id]).collect()
    }

    fn is_resource(&self, id: TypeId) -> bool {
        matches!(self.resolve.types[id].kind, wit_parser::TypeDefKind::Resource)
    }

    fn world_file(&self) -> String {
        let world = &self.resolve.worlds[self.world];
        let mut file = File::new(self, &self.modules.world);
        let types = world.imports.iter().filter_map(|(key, item)| match (key, item) {
            (WorldKey::Name(name), WorldItem::Type { id, .. }) => Some((name.as_str(), *id)),
            _ => None,
        });
        let types: Vec<_> = types.collect();
        for (label, id) in &types {
            file.define(label, *id);
        }
        let own = file.import(world.imports.values().filter_map(function), types.into_iter()).is_some();
        let add = self.add_world(&file, own);
        file.push_text(add);
        self.push_exports(&mut file);
        file.print(&docs::lines(&world.docs, &format!("The world `{}`.", world.name)))
    }

    /// The definition of all imports. `own`: does the world import functions by themselves?
    fn add_world(&self, file: &File<'_>, own: bool) -> String {
        let (mut traits, mut calls) = (String::new(), String::new());
        for module in self.subjects(Side::Import) {
            let subject = in_line(&file.path_to(module, &module.subject));
            let add = in_line(&file.path_to(module, &ident(ADD_TO_LINKER)));
            traits += &format!("{subject}\n        + ");
            calls += &format!("    {add}(linker, get)?;\n");
        }
        if own {
            traits += &format!("{}\n        + ", file.module.subject);
            calls += "    add_functions_to_linker(linker, get)?;\n";
        }
        if traits.is_empty() {
            return String::new();
        }
        let [linker, link_error] = ["Linker", "LinkError"].map(|name| file.runtime(name));
        format!(
            "\
/// Defines everything that guests of this world import.
///
/// `get` finds what implements it in the data of a store.
pub fn {ADD_TO_LINKER}<T: 'static, H>(
    linker: &mut {linker}<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), {link_error}>
where
    H: {traits}'static,
{{
{calls}    Ok(())
}}
"
        )
    }

    /// The struct with all exports.
    fn push_exports(&self, file: &mut File<'_>) {
        let world = &self.resolve.worlds[self.world];
        let interfaces = self.subjects(Side::Export);
        let mut scope = Scope::with(&["new", "instantiate"]);
        let functions: Vec<Export<'_>> = file.exports(world.exports.values().filter_map(function), &mut scope);
        if interfaces.is_empty() && functions.is_empty() {
            return;
        }
        let name = &self.modules.world_struct;
        let (mut fields, mut found) = (Vec::new(), Vec::new());
        for module in interfaces {
            let (field, ty) = (scope.claim(&snake_case(&module.path[module.path.len() - 1])), &module.subject);
            let (doc, ty) =
                (format!(" `{}`.", module.instance.as_deref().unwrap_or_default()), file.path_to(module, ty));
            fields.push(quote!(#[doc = #doc] pub #field: #ty));
            found.push(quote!(#field: #ty::new(&mut store, instance)?));
        }
        fields.extend(functions.iter().map(|export| file.export_field(export)));
        found.extend(functions.iter().map(|export| file.found(export, None)));
        let methods = functions.iter().map(|export| file.export_method(export));
        let [context, instance, component, linker] =
            ["AsContextMut", "Instance", "Component", "Linker"].map(|name| file.runtime(name));
        let runtime = &self.runtime;
        let about = format!(" What a guest of the world `{}` exports.", world.name);
        let definition = quote! {
            #[doc = #about]
            #[derive(Debug, Clone)]
            pub struct #name { #(#fields,)* }
        };
        let implementation = quote! {
            impl #name {
                /// Makes an instance of a component, and finds what it exports.
                pub fn instantiate<T: 'static>(
                    mut store: impl #context<Data = T>,
                    component: &#component,
                    linker: &#linker<T>,
                ) -> #runtime::Result<Self> {
                    let instance = linker.instantiate(&mut store, component)?;
                    Self::new(store, &instance)
                }
                /// Finds what an instance exports, and checks the types of its functions.
                pub fn new(mut store: impl #context, instance: &#instance) -> #runtime::Result<Self> {
                    Ok(#name { #(#found,)* })
                }
                #(#methods)*
            }
        };
        file.push(&definition);
        file.push(&implementation);
    }

    /// The root of the bindings, which has all modules.
    fn mod_file(&self) -> String {
        let mut paths: Vec<&[String]> = self.modules.interfaces.values().map(|module| &module.path[..]).collect();
        paths.push(&self.modules.world.path);
        paths.sort();
        let tree = tree(&paths);
        let name = &self.resolve.worlds[self.world].name;
        print::root(&format!("Bindings for the world `{name}`."), &tree)
    }
}

/// Nested modules for sorted paths.
fn tree(paths: &[&[String]]) -> Vec<TokenStream> {
    let mut modules = Vec::new();
    let mut rest = paths;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|path| path[0] == first[0]).count();
        let (inside, after) = rest.split_at(same);
        let name = ident(&first[0]);
        if first.len() == 1 {
            modules.push(quote!(pub mod #name;));
        } else {
            let inner: Vec<&[String]> = inside.iter().map(|path| &path[1..]).collect();
            let inner = tree(&inner);
            let doc = match first[0].as_str() {
                "exports" => " What guests export.".to_owned(),
                name => format!(" Interfaces of `{name}`."),
            };
            modules.push(quote!(#[doc = #doc] pub mod #name { #(#inner)* }));
        }
        rest = after;
    }
    modules
}

fn function(item: &WorldItem) -> Option<&Function> {
    match item {
        WorldItem::Function(function) => Some(function),
        _ => None,
    }
}

fn named<'a>(types: impl IntoIterator<Item = (&'a String, &'a TypeId)>) -> impl Iterator<Item = (&'a str, TypeId)> {
    types.into_iter().map(|(label, id)| (label.as_str(), *id))
}
