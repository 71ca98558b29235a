//! A file while it is generated: its items, and the names of the runtime that they use.

use crate::facts::AllFacts;
use crate::modules::{Module, Modules};
use crate::print;
use crate::resources::Resources;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::cell::RefCell;
use std::collections::BTreeSet;
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
    uses: RefCell<BTreeSet<&'static str>>,
    items: Vec<TokenStream>,
}

impl<'a> File<'a> {
    pub(crate) fn new(world: &'a World<'a>, module: &'a Module) -> Self {
        File { world, module, uses: RefCell::default(), items: Vec::new() }
    }

    /// Adds an item, behind those that are there.
    pub(crate) fn push(&mut self, item: TokenStream) {
        if !item.is_empty() {
            self.items.push(item);
        }
    }

    /// The name of an item of the runtime, which the file imports.
    pub(crate) fn runtime(&self, name: &'static str) -> Ident {
        self.uses.borrow_mut().insert(name);
        Ident::new(name, Span::call_site())
    }

    /// The text, with the documentation of the module.
    pub(crate) fn print(self, docs: &[String]) -> String {
        let (path, names) = (&self.world.runtime, self.uses.into_inner());
        let names = names.into_iter().map(|name| Ident::new(name, Span::call_site()));
        let names: Vec<Ident> = names.collect();
        let mut items = Vec::new();
        if !names.is_empty() {
            items.push(quote!(use #path::{#(#names),*};));
        }
        items.extend(self.items);
        print::file(docs, &items)
    }
}
