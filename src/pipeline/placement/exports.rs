//! The root's exports as the runtime finds them.

use super::Map;
use super::resolve::Kind;
use crate::pipeline::artifact_types::{core_value_type, memory_limits, table_limits};
use crate::plan::{CoreFuncRef, CoreItem, CoreRef, Export, ImportKind};
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
                let frame = &self.frames[self.plan.core_instances[core_instance].module];
                self.bases[core_instance] + frame.func_defs[index as usize].expect("an exported function escapes")
            }
            CoreFuncRef::Import(index) => self.imports.at(index),
            CoreFuncRef::Canon(_) => unreachable!("a root core module has no canonical functions"),
        };
        ExportEntry::CoreFunc { ty, at }
    }

    fn export_table(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Table, item);
        let ty = match self.origin(item) {
            Origin::Defined(module, index) => {
                table_limits(&self.plan.core_type_ids, &self.plan.modules[module].tables[index].ty)
            }
            Origin::Import(ImportKind::CoreTable(ty)) => table_limits(&self.plan.core_type_ids, ty),
            Origin::Import(_) => unreachable!("the import is a table"),
        };
        ExportEntry::CoreTable { ty, place }
    }

    fn export_memory(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Memory, item);
        let ty = match self.origin(item) {
            Origin::Defined(module, index) => memory_limits(&self.plan.modules[module].memories[index]),
            Origin::Import(ImportKind::CoreMemory(ty)) => memory_limits(ty),
            Origin::Import(_) => unreachable!("the import is a memory"),
        };
        ExportEntry::CoreMemory { ty, place }
    }

    fn export_global(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Global, item);
        let ty = match self.origin(item) {
            Origin::Defined(module, index) => self.plan.modules[module].globals[index].ty,
            Origin::Import(ImportKind::CoreGlobal(ty)) => *ty,
            Origin::Import(_) => unreachable!("the import is a global"),
        };
        ExportEntry::CoreGlobal {
            ty: core_value_type(&self.plan.core_type_ids, ty.content_type),
            mutable: ty.mutable,
            place,
        }
    }

    fn export_tag(&self, item: CoreRef) -> ExportEntry {
        let place = self.definition(Kind::Tag, item);
        let ty = match self.origin(item) {
            Origin::Defined(module, index) => self.plan.modules[module].tags[index],
            Origin::Import(ImportKind::CoreTag(ty)) => *ty,
            Origin::Import(_) => unreachable!("the import is a tag"),
        };
        ExportEntry::CoreTag { ty, place }
    }

    fn origin(&self, item: CoreRef) -> Origin<'_> {
        match item {
            CoreRef::Defined { core_instance, index } => {
                Origin::Defined(self.plan.core_instances[core_instance].module, index as usize)
            }
            CoreRef::Import(index) => Origin::Import(&self.plan.imports[index].kind),
        }
    }
}

/// Where a core item's type is described.
enum Origin<'a> {
    /// In a module, at this index of the index space of its kind.
    Defined(usize, usize),
    Import(&'a ImportKind),
}
