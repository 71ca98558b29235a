//! What indices mean: one set of [`IndexSpaces`] for each component instance and each imported
//! instance's type.

use crate::decode::component::{Component, InstanceDecl, Sort};
use crate::plan::{CoreFuncRef, CoreInstanceId, CoreItem, CoreRef};
use cantilever_abi::{ResourceId, ValType};
use cranelift_entity::entity_impl;
use std::collections::HashMap;

/// Names [`IndexSpaces`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct SpacesId(u32);
entity_impl!(SpacesId);

/// The exports of an instance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ExportsId(u32);
entity_impl!(ExportsId);

/// A component function type that has been resolved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct FuncTypeId(u32);
entity_impl!(FuncTypeId);

/// A component-level item.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Func(Func),
    Instance(ExportsId),
    Component(Closure),
    Module(ModuleItem),
    Type(TypeItem<'a>),
}

/// A component function: what defines it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Func {
    /// A `canon lift`, by index in the linker's lifts.
    Lift(usize),
    /// An import of the root, by index in the plan's imports.
    Import(usize),
}

/// A core module.
#[derive(Clone, Copy)]
pub(super) enum ModuleItem {
    /// By index in the decoded modules.
    Defined(usize),
    /// An import of the root, by index in the plan's imports: its contents are not known.
    Import(usize),
}

/// A component together with the index spaces in which it was defined, to which its outer aliases
/// refer.
#[derive(Clone, Copy)]
pub(super) struct Closure {
    /// The component, by index in the decoded components.
    pub(super) component: usize,
    /// The index spaces.
    pub(super) spaces: SpacesId,
}

/// What a type index means. Value and function types are resolved when they are defined; an
/// instance type stays a closure, because each import of it has resource types of its own.
#[derive(Clone, Copy)]
pub(super) enum TypeItem<'a> {
    Value(ValType),
    Func(FuncTypeId),
    Resource(ResourceId),
    Instance { decls: &'a [InstanceDecl], spaces: SpacesId },
    Component,
}

/// A core instance.
#[derive(Clone, Copy)]
pub(super) enum CoreInstanceItem {
    /// Made from a module.
    Module(CoreInstanceId),
    /// A bag of items: index in the linker's bags.
    Bag(usize),
}

/// The index spaces of one component instance, or of one imported instance's type.
#[derive(Default)]
pub(super) struct IndexSpaces<'a> {
    /// The lexically enclosing ones.
    pub(super) outer: Option<SpacesId>,
    /// The component, for names; none for instance types.
    pub(super) component: Option<&'a Component>,
    /// The index of the component instance in the plan, once something in it needs a state of its
    /// own.
    pub(super) instance: Option<u32>,
    /// The name of the component instance, if it has one.
    pub(super) name: Option<&'a str>,
    /// Core functions, with the name of the core export through which they came.
    pub(super) core_funcs: Vec<(CoreFuncRef, Option<&'a str>)>,
    pub(super) core_tables: Vec<CoreRef>,
    pub(super) core_memories: Vec<CoreRef>,
    pub(super) core_globals: Vec<CoreRef>,
    pub(super) core_tags: Vec<CoreRef>,
    pub(super) core_instances: Vec<CoreInstanceItem>,
    pub(super) modules: Vec<ModuleItem>,
    pub(super) types: Vec<TypeItem<'a>>,
    pub(super) funcs: Vec<Func>,
    pub(super) instances: Vec<ExportsId>,
    pub(super) components: Vec<Closure>,
}

impl<'a> IndexSpaces<'a> {
    /// Those within others.
    pub(super) fn within(outer: SpacesId) -> Self {
        IndexSpaces { outer: Some(outer), ..IndexSpaces::default() }
    }

    /// Adds an item to the index space of its sort.
    pub(super) fn push(&mut self, item: Item<'a>) {
        match item {
            Item::Func(func) => self.funcs.push(func),
            Item::Instance(exports) => self.instances.push(exports),
            Item::Component(closure) => self.components.push(closure),
            Item::Module(module) => self.modules.push(module),
            Item::Type(ty) => self.types.push(ty),
        }
    }

    /// Adds a core item to the index space of its sort.
    pub(super) fn push_core(&mut self, item: CoreItem, name: &'a str) {
        match item {
            CoreItem::Func(func) => self.core_funcs.push((func, Some(name))),
            CoreItem::Table(table) => self.core_tables.push(table),
            CoreItem::Memory(memory) => self.core_memories.push(memory),
            CoreItem::Global(global) => self.core_globals.push(global),
            CoreItem::Tag(tag) => self.core_tags.push(tag),
        }
    }

    /// The item with an index; `None` for values, which have no index space here.
    pub(super) fn get(&self, sort: Sort, index: u32) -> Option<Item<'a>> {
        let index = index as usize;
        Some(match sort {
            Sort::Func => Item::Func(self.funcs[index]),
            Sort::Instance => Item::Instance(self.instances[index]),
            Sort::Component => Item::Component(self.components[index]),
            Sort::Module => Item::Module(self.modules[index]),
            Sort::Type => Item::Type(self.types[index]),
            Sort::Value => return None,
        })
    }
}

/// The exports of a component instance, in order.
#[derive(Default)]
pub(super) struct Exports<'a> {
    list: Vec<(&'a str, Item<'a>)>,
    index: HashMap<&'a str, usize>,
    /// The index spaces of the component instance, unless the instance is a bag of exports or
    /// imported.
    pub(super) spaces: Option<SpacesId>,
}

impl<'a> Exports<'a> {
    /// The exports, none yet, of the component instance with these index spaces.
    pub(super) fn of(spaces: SpacesId) -> Self {
        Exports { spaces: Some(spaces), ..Exports::default() }
    }

    /// Adds an export.
    pub(super) fn insert(&mut self, name: &'a str, item: Item<'a>) {
        self.index.insert(name, self.list.len());
        self.list.push((name, item));
    }

    /// The export with a name.
    pub(super) fn get(&self, name: &str) -> Option<Item<'a>> {
        self.index.get(name).map(|i| self.list[*i].1)
    }

    /// All exports in order.
    pub(super) fn list(&self) -> &[(&'a str, Item<'a>)] {
        &self.list
    }
}
