//! A core module as the root: one core instance, whose imports the host provides.

use super::core_instance::{ModuleIndex, defined};
use crate::decode::Decoded;
use crate::plan::module::{Entity, Module};
use crate::plan::{
    CoreFuncRef, CoreInstance, CoreInstanceId, CoreItem, CoreRef, Export, Import, ImportKind, ModuleId, Plan,
};
use std::iter::once;

/// The plan of a root core module.
pub(super) fn link(decoded: Decoded, index: usize) -> Plan {
    let Decoded { source, core_types, core_type_decls, core_type_ids, mut modules, .. } = decoded;
    let mut module = modules.swap_remove(index);
    // The host takes references to what is exported.
    for (_, entity) in &module.exports {
        if let Entity::Func(index) = entity {
            module.escapes[*index as usize] = true;
        }
    }
    let imports: Vec<Import> = module
        .imports
        .iter()
        .map(|import| {
            let path = vec![import.module.clone(), import.name.clone()];
            Import { path, kind: import_kind(&module, import.entity) }
        })
        .collect();
    let items: Vec<CoreItem> =
        module.imports.iter().enumerate().map(|(i, import)| imported(i, import.entity)).collect();
    let only = CoreInstanceId::from_u32(0);
    let lookup = ModuleIndex::of(&module);
    let exports = module.exports.iter().map(|(name, entity)| {
        let item = lookup.import(*entity).map_or_else(|| defined(only, *entity), |i| items[i]);
        (name.clone(), Export::Core(item))
    });
    Plan {
        source,
        core_types,
        core_type_decls,
        core_type_ids,
        exports: exports.collect(),
        core_instances: once(CoreInstance { module: ModuleId::from_u32(0), instance: 0, imports: items }).collect(),
        instances: vec![module.name.clone().unwrap_or_else(|| "root".to_string())],
        imports,
        modules: once(module).collect(),
        is_module: true,
        ..Plan::default()
    }
}

fn import_kind(module: &Module, entity: Entity) -> ImportKind {
    match entity {
        Entity::Func(i) => ImportKind::CoreFunc(module.funcs[i as usize]),
        Entity::Table(i) => ImportKind::CoreTable(module.tables[i as usize].ty),
        Entity::Memory(i) => ImportKind::CoreMemory(module.memories[i as usize]),
        Entity::Global(i) => ImportKind::CoreGlobal(module.globals[i as usize].ty),
        Entity::Tag(i) => ImportKind::CoreTag(module.tags[i as usize]),
    }
}

fn imported(index: usize, entity: Entity) -> CoreItem {
    match entity {
        Entity::Func(_) => CoreItem::Func(CoreFuncRef::Import(index)),
        Entity::Table(_) => CoreItem::Table(CoreRef::Import(index)),
        Entity::Memory(_) => CoreItem::Memory(CoreRef::Import(index)),
        Entity::Global(_) => CoreItem::Global(CoreRef::Import(index)),
        Entity::Tag(_) => CoreItem::Tag(CoreRef::Import(index)),
    }
}
