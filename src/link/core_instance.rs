//! Core instances, and what their exports resolve to.

use super::Linker;
use super::index_spaces::{CoreInstanceItem, ModuleItem, SpacesId};
use crate::decode::component::{CoreInstance, CoreSort};
use crate::error::{Error, Result};
use crate::plan::module::{Entity, Module};
use crate::plan::{CoreFuncRef, CoreInstance as PlanCoreInstance, CoreInstanceId, CoreItem, CoreRef, ModuleId};
use cranelift_entity::EntityRef;
use std::collections::HashMap;

/// Look-up tables of a module.
pub(super) struct ModuleIndex<'a> {
    /// Exports by name.
    exports: HashMap<&'a str, Entity>,
    /// Which import an imported item is.
    imports: HashMap<Entity, usize>,
}

impl<'a> ModuleIndex<'a> {
    /// Of a module.
    pub(super) fn of(module: &'a Module) -> Self {
        ModuleIndex {
            exports: module.exports.iter().map(|(name, entity)| (name.as_str(), *entity)).collect(),
            imports: module.imports.iter().enumerate().map(|(i, import)| (import.entity, i)).collect(),
        }
    }

    /// Which import an item is, if it is one.
    pub(super) fn import(&self, entity: Entity) -> Option<usize> {
        self.imports.get(&entity).copied()
    }
}

/// What a core instance costs, in definitions, beside what it has.
const INSTANCE_COST: usize = 16;

/// What each thing costs that a core instance has a copy of.
const STATE_COST: usize = 4;

/// How many things an instance of a module has copies of.
fn state(module: &Module) -> usize {
    let defined = module.globals.len() + module.memories.len() + module.tables.len() + module.tags.len();
    defined + module.datas.len() + module.elems.len()
}

impl<'a> Linker<'a> {
    /// Makes a core instance.
    pub(super) fn core_instance(&mut self, spaces: SpacesId, instance: &'a CoreInstance, offset: usize) -> Result<()> {
        let item = match instance {
            CoreInstance::Exports(items) => {
                self.spend(items.len(), offset)?;
                let bag = items.iter().map(|(name, sort, i)| (name.as_str(), self.core_item(spaces, *sort, *i)));
                self.bags.push(bag.collect());
                CoreInstanceItem::Bag(self.bags.len() - 1)
            }
            CoreInstance::Instantiate { module, args } => {
                let module = match self.index_spaces[spaces].modules[*module as usize] {
                    ModuleItem::Defined(module) => module,
                    ModuleItem::Import(import) => return Err(self.instance_of_import(import, offset)),
                };
                let instances = &self.index_spaces[spaces].core_instances;
                let args: HashMap<&str, _> =
                    args.iter().map(|(name, i)| (name.as_str(), instances[*i as usize])).collect();
                let modules = self.modules;
                let wanted = &modules[module].imports;
                self.spend(INSTANCE_COST + wanted.len() + STATE_COST * state(&modules[module]), offset)?;
                let imports = wanted.iter().map(|i| self.core_export(args[i.module.as_str()], &i.name)).collect();
                let instance = self.instance_of(spaces);
                let module = ModuleId::new(module);
                let made = self.plan.core_instances.push(PlanCoreInstance { module, instance, imports });
                CoreInstanceItem::Module(made)
            }
        };
        self.index_spaces[spaces].core_instances.push(item);
        Ok(())
    }

    /// Code is compiled with all modules known, so one that is given later comes too late.
    fn instance_of_import(&self, import: usize, offset: usize) -> Error {
        let path = self.plan.imports[import].path.join("/");
        let error = Error::unsupported(format!("an instance of an imported core module (`{path}`)"), offset);
        error.with_remedy(super::root::GIVE_IT)
    }

    fn core_item(&self, spaces: SpacesId, sort: CoreSort, index: u32) -> CoreItem {
        let (spaces, index) = (&self.index_spaces[spaces], index as usize);
        match sort {
            CoreSort::Func => CoreItem::Func(spaces.core_funcs[index].0),
            CoreSort::Table => CoreItem::Table(spaces.core_tables[index]),
            CoreSort::Memory => CoreItem::Memory(spaces.core_memories[index]),
            CoreSort::Global => CoreItem::Global(spaces.core_globals[index]),
            CoreSort::Tag => CoreItem::Tag(spaces.core_tags[index]),
        }
    }

    /// The definition of a core instance's export.
    pub(super) fn core_export(&mut self, instance: CoreInstanceItem, name: &str) -> CoreItem {
        const VALIDATED: &str = "validation has found this export";
        match instance {
            CoreInstanceItem::Bag(bag) => *self.bags[bag].get(name).expect(VALIDATED),
            CoreInstanceItem::Module(core_instance) => {
                let made = &self.plan.core_instances[core_instance];
                let modules = self.modules;
                let module = made.module.index();
                let index = self.indices.entry(module).or_insert_with(|| ModuleIndex::of(&modules[module]));
                let entity = *index.exports.get(name).expect(VALIDATED);
                match index.import(entity) {
                    Some(import) => made.imports[import],
                    None => defined(core_instance, entity),
                }
            }
        }
    }
}

/// An item that a module instance defines itself.
pub(super) fn defined(core_instance: CoreInstanceId, entity: Entity) -> CoreItem {
    let at = |index| CoreRef::Defined { core_instance, index };
    match entity {
        Entity::Func(index) => CoreItem::Func(CoreFuncRef::Defined { core_instance, index }),
        Entity::Table(index) => CoreItem::Table(at(index)),
        Entity::Memory(index) => CoreItem::Memory(at(index)),
        Entity::Global(index) => CoreItem::Global(at(index)),
        Entity::Tag(index) => CoreItem::Tag(at(index)),
    }
}
