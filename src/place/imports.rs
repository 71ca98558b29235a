//! The root's imports as the runtime finds them.

use super::artifact_types::{core_value_type, memory_limits, table_limits};
use super::map::Map;
use crate::plan::ImportKind;
use cantilever_abi::{Resource, ResourceId, ResourceImpl};
use cantilever_object::artifact::{ImportEntry, ImportSlot};
use cranelift_entity::PrimaryMap;

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
