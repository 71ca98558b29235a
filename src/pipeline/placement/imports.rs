//! Where the root's imports go.

use super::Map;
use crate::pipeline::artifact_types::{core_value_type, memory_limits, table_limits};
use crate::plan::{ImportKind, Plan};
use cantilever_abi::block::layout::{Arena, BlockTooLarge};
use cantilever_abi::block::{FuncDef, HostCallee};
use cantilever_abi::{Resource, ResourceId, ResourceImpl};
use cantilever_object::artifact::{ImportEntry, ImportSlot};
use cranelift_entity::PrimaryMap;

/// For each import of the plan, the block offset of what stands for it: a `HostCallee` for component functions and
/// resource types, a `FuncDef` for core functions, a pointer for other core items.
#[derive(Debug)]
pub struct ImportPlaces(Vec<u32>);

impl ImportPlaces {
    /// Reserves a place for each.
    pub fn reserve(plan: &Plan, arena: &mut Arena) -> Result<Self, BlockTooLarge> {
        let place = |kind: &ImportKind| match kind {
            ImportKind::Func(_) | ImportKind::Resource(_) => arena.one::<HostCallee>(),
            ImportKind::CoreFunc(_) => arena.one::<FuncDef>(),
            _ => arena.one::<*const u8>(),
        };
        plan.imports.iter().map(|import| &import.kind).map(place).collect::<Result<_, _>>().map(ImportPlaces)
    }

    /// The place of an import, by its index in the plan.
    pub fn at(&self, import: usize) -> u32 {
        self.0[import]
    }
}

impl Map<'_> {
    /// The imports as the runtime finds them.
    pub fn import_entries(&self) -> Vec<ImportEntry> {
        let entry = |(index, import): (usize, &crate::plan::Import)| {
            let at = self.imports.at(index);
            let kind = match &import.kind {
                ImportKind::Func(ty) => ImportSlot::Func { ty: ty.clone(), at },
                ImportKind::Resource(resource) => ImportSlot::Resource { resource: *resource, at },
                ImportKind::Module => ImportSlot::Module,
                ImportKind::CoreFunc(ty) => ImportSlot::CoreFunc { ty: *ty, at },
                ImportKind::CoreTable(ty) => {
                    ImportSlot::CoreTable { ty: table_limits(&self.plan.core_type_ids, ty), at }
                }
                ImportKind::CoreMemory(ty) => ImportSlot::CoreMemory { ty: memory_limits(ty), at },
                ImportKind::CoreGlobal(ty) => ImportSlot::CoreGlobal {
                    ty: core_value_type(&self.plan.core_type_ids, ty.content_type),
                    mutable: ty.mutable,
                    at,
                },
                ImportKind::CoreTag(ty) => ImportSlot::CoreTag { ty: *ty, at },
            };
            ImportEntry { path: import.path.clone(), kind }
        };
        self.plan.imports.iter().enumerate().map(entry).collect()
    }

    /// The resource types, those of the host with the place of their destructor.
    pub fn resources(&self) -> PrimaryMap<ResourceId, Resource> {
        let mut resources = self.plan.resources.clone();
        for (index, import) in self.plan.imports.iter().enumerate() {
            if let ImportKind::Resource(id) = import.kind {
                let resource = &mut resources[id];
                resource.implementer = ResourceImpl::Host { dtor: self.imports.at(index) };
                resource.has_dtor = true;
            }
        }
        resources
    }
}
