//! The root's exports as the runtime finds them.

use super::artifact_types::{core_value_type, memory_limits, table_limits};
use super::map::Map;
use super::resolve::Kind;
use crate::plan::{CoreFuncRef, CoreItem, CoreRef, Export, ImportKind, ModuleId};
use cantilever_object::artifact::ExportEntry;

impl Map<'_> {
    /// The exports.
    pub fn export_entries(&self) -> Vec<(String, ExportEntry)> {
        self.plan.exports.iter().map(|(name, export)| (name.clone(), self.export(export))).collect()
    }

    fn export(&self, export: &Export) -> ExportEntry {
        match export {
            Export::Lift(lift) => ExportEntry::Func { lift: *lift as u32, ty: self.plan.lifts[*lift].ty.clone() },
            Export::Import(import) => ExportEntry::Import(*import as u32),
            Export::Instance(items) => {
                ExportEntry::Instance(items.iter().map(|(name, item)| (name.clone(), self.export(item))).collect())
            }
            Export::Resource(resource) => ExportEntry::Resource(*resource),
            Export::Type(_) | Export::Opaque => ExportEntry::Opaque,
            Export::Core(CoreItem::Func(func)) => self.export_core_func(*func),
            Export::Core(CoreItem::Table(item)) => self.export_table(*item),
            Export::Core(CoreItem::Memory(item)) => self.export_memory(*item),
            Export::Core(CoreItem::Global(item)) => self.export_global(*item),
            Export::Core(CoreItem::Tag(item)) => self.export_tag(*item),
        }
    }

    /// A core function that the root module exports has a `FuncDef`: exporting makes it escape.
    fn export_core_func(&self, func: CoreFuncRef) -> ExportEntry {
        let ty = self.func_type(func).expect("a root core module exports core functions");
        let at = match func {
            CoreFuncRef::Defined { core_instance, index } => {
                let layout = &self.layouts[self.plan.core_instances[core_instance].module];
                self.bases[core_instance] + layout.func_defs[index as usize].expect("an exported function escapes")
            }
            CoreFuncRef::Import(index) => self.imports.at(index),
            CoreFuncRef::Canon(_) => unreachable!("a root core module has no canonical functions"),
        };
        ExportEntry::CoreFunc { ty, at }
    }

    fn export_table(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Table, item);
        let ty = match self.described(item) {
            Described::ByModule(module, index) => {
                table_limits(&self.plan.core_type_ids, &self.plan.modules[module].tables[index].ty)
            }
            Described::ByImport(ImportKind::CoreTable(ty)) => table_limits(&self.plan.core_type_ids, ty),
            Described::ByImport(_) => unreachable!("the import is a table"),
        };
        ExportEntry::CoreTable { ty, place }
    }

    fn export_memory(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Memory, item);
        let ty = match self.described(item) {
            Described::ByModule(module, index) => memory_limits(&self.plan.modules[module].memories[index]),
            Described::ByImport(ImportKind::CoreMemory(ty)) => memory_limits(ty),
            Described::ByImport(_) => unreachable!("the import is a memory"),
        };
        ExportEntry::CoreMemory { ty, place }
    }

    fn export_global(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Global, item);
        let ty = match self.described(item) {
            Described::ByModule(module, index) => self.plan.modules[module].globals[index].ty,
            Described::ByImport(ImportKind::CoreGlobal(ty)) => *ty,
            Described::ByImport(_) => unreachable!("the import is a global"),
        };
        ExportEntry::CoreGlobal {
            ty: core_value_type(&self.plan.core_type_ids, ty.content_type),
            mutable: ty.mutable,
            place,
        }
    }

    fn export_tag(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Tag, item);
        let ty = match self.described(item) {
            Described::ByModule(module, index) => self.plan.modules[module].tags[index],
            Described::ByImport(ImportKind::CoreTag(ty)) => *ty,
            Described::ByImport(_) => unreachable!("the import is a tag"),
        };
        ExportEntry::CoreTag { ty, place }
    }

    fn described(&self, item: CoreRef) -> Described<'_> {
        match item {
            CoreRef::Defined { core_instance, index } => {
                Described::ByModule(self.plan.core_instances[core_instance].module, index as usize)
            }
            CoreRef::Import(index) => Described::ByImport(&self.plan.imports[index].kind),
        }
    }
}

/// What describes the type of a core item.
enum Described<'a> {
    /// A module, at this index of the index space of its kind.
    ByModule(ModuleId, usize),
    ByImport(&'a ImportKind),
}
