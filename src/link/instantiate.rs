//! Instantiation of components, by walking their definitions in order.
//!
//! A component is a closure, so each instantiation walks its definitions anew with index spaces of
//! its own: resource types are generative, and imports are what the arguments say. Nested
//! instantiations are kept on an explicit stack. Their number can be exponential in the size of the
//! input, so there is a budget.

use super::Linker;
use super::index_spaces::{Closure, Exports, ExportsId, IndexSpaces, Item, ModuleItem, SpacesId};
use crate::decode::component::{Alias, Component, Definition, Instance, Sort};
use crate::error::{Error, Result};
use std::collections::HashMap;

/// How many definitions may be walked, those of a component once for each instantiation. What takes
/// more time or memory than a definition counts as several.
const MAX_DEFINITIONS: u64 = 1 << 22;

/// What a component instance costs, in definitions: it has index spaces of its own.
const INSTANCE_COST: usize = 64;

/// How many bytes of names, of which there are copies, cost as much as a definition.
const NAME_BYTES: usize = 4;

/// A component instance that is being made.
struct Activation<'a> {
    component: &'a Component,
    /// The next definition.
    next: usize,
    spaces: SpacesId,
    /// The arguments; `None` for the root, whose imports are the plan's.
    args: Option<HashMap<&'a str, Item<'a>>>,
    exports: Exports<'a>,
}

impl<'a> Linker<'a> {
    /// Instantiates the root component and everything in it. Gives its exports.
    pub(super) fn instantiate_root(&mut self, component: usize) -> Result<ExportsId> {
        let component = &self.components[component];
        let spaces = self.index_spaces.push(IndexSpaces {
            component: Some(component),
            name: Some("root"),
            ..IndexSpaces::default()
        });
        self.instance_of(spaces);
        let mut stack = vec![Activation { component, next: 0, spaces, args: None, exports: Exports::of(spaces) }];
        loop {
            let top = stack.last_mut().expect("the root is popped only to return");
            if let Some((definition, offset)) = top.component.definitions.get(top.next) {
                top.next += 1;
                let inner = self.define(top, definition, *offset)?;
                stack.extend(inner);
                continue;
            }
            let done = stack.pop().expect("it was the last");
            let exports = self.exports.push(done.exports);
            match stack.last() {
                Some(outer) => self.index_spaces[outer.spaces].instances.push(exports),
                None => return Ok(exports),
            }
        }
    }

    /// Walks one definition. When that instantiates a component: what is to be done before the
    /// next.
    fn define(
        &mut self,
        top: &mut Activation<'a>,
        definition: &'a Definition,
        offset: usize,
    ) -> Result<Option<Activation<'a>>> {
        self.spend(1, offset)?;
        let spaces = top.spaces;
        match definition {
            Definition::CoreModule(module) => self.index_spaces[spaces].modules.push(ModuleItem::Defined(*module)),
            Definition::CoreInstance(instance) => self.core_instance(spaces, instance, offset)?,
            Definition::Component(component) => {
                self.index_spaces[spaces].components.push(Closure { component: *component, spaces });
            }
            Definition::Instance(Instance::Instantiate { component, args }) => {
                return self.activate(spaces, *component, args, offset).map(Some);
            }
            Definition::Instance(Instance::Exports(items)) => {
                let mut exports = Exports::default();
                self.spend(items.len(), offset)?;
                for (name, sort, index) in items {
                    exports.insert(name, self.item(spaces, *sort, *index, offset)?);
                }
                let exports = self.exports.push(exports);
                self.index_spaces[spaces].instances.push(exports);
            }
            Definition::Alias(alias) => self.alias(spaces, alias, offset)?,
            Definition::Type(ty) => {
                let ty = self.define_type(spaces, ty, offset)?;
                self.index_spaces[spaces].types.push(ty);
            }
            Definition::Canon(canon) => self.canon(spaces, canon, offset)?,
            Definition::Import(decl) => {
                let item = match &top.args {
                    Some(args) => args[decl.name.as_str()],
                    None => self.import(spaces, &mut Vec::new(), decl, offset)?,
                };
                self.index_spaces[spaces].push(item);
            }
            Definition::Export(export) => {
                let item = self.item(spaces, export.sort, export.index, offset)?;
                self.name_by_export(item, &export.name);
                top.exports.insert(&export.name, item);
                self.index_spaces[spaces].push(item);
            }
            Definition::Unsupported(name) => return Err(Error::unsupported(*name, offset)),
        }
        Ok(None)
    }

    fn activate(
        &mut self,
        spaces: SpacesId,
        component: u32,
        args: &'a [(String, Sort, u32)],
        offset: usize,
    ) -> Result<Activation<'a>> {
        self.spend(INSTANCE_COST + args.len(), offset)?;
        let closure = self.index_spaces[spaces].components[component as usize];
        let mut items = HashMap::with_capacity(args.len());
        for (name, sort, index) in args {
            items.insert(name.as_str(), self.item(spaces, *sort, *index, offset)?);
        }
        let outer = &self.index_spaces[spaces];
        let name = outer.component.and_then(|c| c.instance_names.get(&(outer.instances.len() as u32)));
        let component = &self.components[closure.component];
        let spaces = self.index_spaces.push(IndexSpaces {
            component: Some(component),
            name: name.map(String::as_str),
            ..IndexSpaces::within(closure.spaces)
        });
        Ok(Activation { component, next: 0, spaces, args: Some(items), exports: Exports::of(spaces) })
    }

    /// The item with an index.
    pub(super) fn item(&self, spaces: SpacesId, sort: Sort, index: u32, offset: usize) -> Result<Item<'a>> {
        self.index_spaces[spaces].get(sort, index).ok_or_else(|| Error::unsupported("a component-level value", offset))
    }

    /// Adds what an alias refers to.
    pub(super) fn alias(&mut self, spaces: SpacesId, alias: &'a Alias, offset: usize) -> Result<()> {
        match alias {
            Alias::Export { sort: Sort::Value, .. } => {
                return Err(Error::unsupported("a component-level value", offset));
            }
            Alias::Export { sort: _, instance, name } => {
                let exports = self.index_spaces[spaces].instances[*instance as usize];
                let item = self.exports[exports].get(name).expect("validation has found this export");
                self.index_spaces[spaces].push(item);
            }
            Alias::CoreExport { instance, name } => {
                let instance = self.index_spaces[spaces].core_instances[*instance as usize];
                let item = self.core_export(instance, name);
                self.index_spaces[spaces].push_core(item, name);
            }
            Alias::Outer { sort, count, index } => {
                let mut outer = spaces;
                for _ in 0..*count {
                    outer = self.index_spaces[outer].outer.expect("validation has counted the levels");
                }
                let item = self.item(outer, *sort, *index, offset)?;
                self.index_spaces[spaces].push(item);
            }
        }
        Ok(())
    }

    /// What has no name yet is called as it is exported.
    fn name_by_export(&mut self, item: Item<'a>, name: &'a str) {
        match item {
            Item::Instance(exports) => {
                if let Some(spaces) = self.exports[exports].spaces {
                    self.index_spaces[spaces].name.get_or_insert(name);
                }
            }
            Item::Type(ty) => self.name_resource(ty, name),
            Item::Func(_) | Item::Component(_) | Item::Module(_) => {}
        }
    }

    /// Counts bytes of names against the budget.
    pub(super) fn spend_names(&mut self, bytes: usize, offset: usize) -> Result<()> {
        self.spend(bytes / NAME_BYTES, offset)
    }

    /// Counts work against the budget.
    pub(super) fn spend(&mut self, cost: usize, offset: usize) -> Result<()> {
        self.spent = self.spent.saturating_add(cost as u64);
        if self.spent > MAX_DEFINITIONS {
            return Err(Error::TooLarge {
                what: "definitions, counted once for each instantiation",
                limit: MAX_DEFINITIONS,
                offset: Some(offset),
            });
        }
        Ok(())
    }
}
