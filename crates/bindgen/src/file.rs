//! A file while it is generated: its items, and the names of the runtime that they use.

use crate::facts::AllFacts;
use crate::modules::{Module, Modules};
use crate::names::ident;
use crate::print;
use crate::resources::Resources;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use wit_parser::{Resolve, WorldId};

/// What all files are generated from.
pub(crate) struct World<'a> {
    pub(crate) resolve: &'a Resolve,
    pub(crate) world: WorldId,
    pub(crate) runtime: syn::Path,
    pub(crate) resources: Resources,
    pub(crate) modules: &'a Modules,
    pub(crate) facts: &'a AllFacts<'a>,
}

/// A file: the items of one module.
pub(crate) struct File<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) module: &'a Module,
    /// Names of the runtime.
    uses: RefCell<BTreeSet<&'static str>>,
    /// Modules at the top of the bindings.
    roots: RefCell<BTreeSet<String>>,
    /// What other modules define and this one has too, by module.
    reexports: BTreeMap<String, Reexports>,
    /// The text of each item.
    items: Vec<String>,
}

/// The path of a module, and names in it.
struct Reexports {
    module: TokenStream,
    names: Vec<TokenStream>,
}

impl<'a> File<'a> {
    pub(crate) fn new(world: &'a World<'a>, module: &'a Module) -> Self {
        let (uses, roots) = (RefCell::default(), RefCell::default());
        File { world, module, uses, roots, reexports: BTreeMap::new(), items: Vec::new() }
    }

    /// Adds an item, behind those that are there.
    pub(crate) fn push(&mut self, item: &TokenStream) {
        self.items.push(print::item(item));
    }

    /// Adds an item that has been laid out already.
    pub(crate) fn push_text(&mut self, item: String) {
        self.items.push(item);
    }

    /// Has an item of another module here too, under this name.
    pub(crate) fn reexport(&mut self, owner: &Module, item: &Ident, name: &Ident) {
        let module = self.module_path(owner);
        let reexports = self.reexports.entry(module.to_string());
        let reexports = reexports.or_insert_with(|| Reexports { module, names: Vec::new() });
        reexports.names.push(if item == name { quote!(#item) } else { quote!(#item as #name) });
    }

    /// The name of an item of the runtime, which the file imports.
    pub(crate) fn runtime(&self, name: &'static str) -> Ident {
        self.uses.borrow_mut().insert(name);
        Ident::new(name, Span::call_site())
    }

    /// The path from this module to an item of another, or of its own.
    pub(crate) fn path_to(&self, owner: &Module, item: &Ident) -> TokenStream {
        let module = self.module_path(owner);
        if module.is_empty() { quote!(#item) } else { quote!(#module::#item) }
    }

    /// The path from this module to another; nothing to itself. The file of the world imports the
    /// modules beside it.
    fn module_path(&self, owner: &Module) -> TokenStream {
        let (from, to) = (&self.module.path, &owner.path);
        let shared = from.iter().zip(to).take_while(|(mine, theirs)| mine == theirs).count();
        let mut up = vec![quote!(super); from.len() - shared];
        if from.len() == 1 && shared == 0 {
            self.roots.borrow_mut().insert(to[0].clone());
            up.clear();
        }
        let down = to[shared..].iter().map(|name| ident(name).to_token_stream());
        let steps = up.into_iter().chain(down);
        quote!(#(#steps)::*)
    }

    /// The text, with the documentation of the module.
    pub(crate) fn print(self, docs: &[String]) -> String {
        let (runtime, names) = (&self.world.runtime, self.uses.into_inner());
        let names = names.into_iter().map(ident);
        let roots = self.roots.into_inner();
        let roots = roots.iter().map(|root| ident(root));
        let mut items = Vec::new();
        if self.module.path.len() == 1 && roots.len() > 0 {
            items.push(print::item(&quote!(use super::{#(#roots),*};)));
        }
        if names.len() > 0 {
            items.push(print::item(&quote!(use #runtime::{#(#names),*};)));
        }
        let reexports = self.reexports.values().map(|Reexports { module, names }| match &names[..] {
            [name] => quote!(pub use #module::#name;),
            names => quote!(pub use #module::{#(#names),*};),
        });
        items.push(print::item(&reexports.collect()));
        items.extend(self.items);
        print::file(docs, &items)
    }
}
