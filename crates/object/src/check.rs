//! Is the metadata of an object consistent in itself?
//!
//! Whatever reads it may rely on this: every index leads somewhere, and nothing nests so deep that
//! recursion over it needs much stack. A right checksum says that the bytes are those that were
//! written, not that this compiler wrote them.

use super::artifact::{Artifact, CoreValType, ExportEntry, ImportSlot, Instantiation, TemplateItem};
use super::load::{LoadError, MAX_TYPE_DEPTH};
use cantilever_abi::block::memory::DEFAULT_PAGE_LOG2;
use cantilever_abi::{CoreTypeId, FuncType, ResourceId, TypeDef, TypeId, ValType};
use cranelift_entity::EntityRef;

/// Checks the metadata of an object for any target.
pub(super) fn check_metadata(artifact: &Artifact) -> Result<(), LoadError> {
    let checker = Checker { artifact };
    checker.layout()?;
    checker.value_types()?;
    checker.core_types()?;
    artifact.imports.iter().try_for_each(|import| checker.import(&import.kind))?;
    checker.exports()?;
    checker.instantiation(&artifact.instantiation)
}

/// Checks that tables of the metadata fit the code, whose length in bytes is given.
pub(super) fn check_code(artifact: &Artifact, text: usize) -> Result<(), LoadError> {
    if artifact.functions.iter().any(|f| u64::from(f.start) + u64::from(f.len) > text as u64) {
        return malformed("a function lies outside the text section");
    }
    if !artifact.functions.is_sorted_by_key(|f| f.start) {
        return malformed("the table of functions is not sorted");
    }
    let handlers = &artifact.handlers;
    if !handlers.is_sorted_by_key(|site| site.at) || handlers.iter().any(|site| site.handler as usize >= text) {
        return malformed("the table of exception handlers is not sorted, or leads outside the text section");
    }
    Ok(())
}

fn malformed(what: &str) -> Result<(), LoadError> {
    Err(LoadError::Malformed(what.to_owned()))
}

struct Checker<'a> {
    artifact: &'a Artifact,
}

impl Checker<'_> {
    fn layout(&self) -> Result<(), LoadError> {
        match self.artifact.layout.instance_count {
            0 => malformed("the instance block has no place for the host"),
            _ => Ok(()),
        }
    }

    /// Types refer to earlier ones only, so recursion over one ends; and it is bounded.
    fn value_types(&self) -> Result<(), LoadError> {
        let types = &self.artifact.types;
        let mut depths: Vec<u32> = Vec::with_capacity(types.len());
        for index in 0..types.len() {
            let def = &types[TypeId::new(index)].def;
            if let TypeDef::Own(id) | TypeDef::Borrow(id) = def {
                self.resource(*id)?;
            }
            let later = match def {
                TypeDef::Stream(payload) | TypeDef::Future(payload) => *payload,
                _ => None,
            };
            let mut depth = 1;
            for component in def.components().chain(later) {
                if let ValType::Type(id) = component {
                    let Some(inner) = depths.get(id.index()) else {
                        return malformed("a type refers to a later one");
                    };
                    depth = depth.max(inner + 1);
                }
            }
            if depth > MAX_TYPE_DEPTH {
                return malformed("a value type is nested too deeply");
            }
            depths.push(depth);
        }
        Ok(())
    }

    fn core_types(&self) -> Result<(), LoadError> {
        let artifact = self.artifact;
        if artifact.core_types.len() != artifact.core_type_decls.len() {
            return malformed("a core type is not declared");
        }
        let mut values = artifact.core_types.iter().flat_map(|ty| ty.params.iter().chain(&ty.results));
        values.try_for_each(|value| self.core_value(*value))?;
        artifact.core_type_decls.iter().filter_map(|decl| decl.supertype).try_for_each(|id| self.core_type(id))
    }

    fn import(&self, kind: &ImportSlot) -> Result<(), LoadError> {
        match kind {
            ImportSlot::Func { ty, .. } => self.func(ty),
            ImportSlot::Resource { resource, .. } => self.resource(*resource),
            ImportSlot::CoreFunc { ty, .. } | ImportSlot::CoreTag { ty, .. } => self.core_type(*ty),
            ImportSlot::CoreTable { ty, .. } => self.core_value(ty.element),
            ImportSlot::CoreMemory { ty, .. } => self.page_size(ty.page_log2),
            ImportSlot::CoreGlobal { ty, .. } => self.core_value(*ty),
            ImportSlot::Module => Ok(()),
        }
    }

    fn exports(&self) -> Result<(), LoadError> {
        let mut open: Vec<&ExportEntry> = self.artifact.exports.iter().map(|(_, export)| export).collect();
        while let Some(export) = open.pop() {
            match export {
                ExportEntry::Instance(inner) => open.extend(inner.iter().map(|(_, export)| export)),
                other => self.export(other)?,
            }
        }
        Ok(())
    }

    fn export(&self, export: &ExportEntry) -> Result<(), LoadError> {
        match export {
            ExportEntry::Func { ty, .. } => self.func(ty),
            ExportEntry::Import(index) if *index as usize >= self.artifact.imports.len() => {
                malformed("an export is an import that is not there")
            }
            ExportEntry::Resource(id) => self.resource(*id),
            ExportEntry::CoreFunc { ty, .. } | ExportEntry::CoreTag { ty, .. } => self.core_type(*ty),
            ExportEntry::CoreTable { ty, .. } => self.core_value(ty.element),
            ExportEntry::CoreMemory { ty, .. } => self.page_size(ty.page_log2),
            ExportEntry::CoreGlobal { ty, .. } => self.core_value(*ty),
            ExportEntry::Import(_) | ExportEntry::Instance(_) | ExportEntry::Opaque => Ok(()),
        }
    }

    fn instantiation(&self, instantiation: &Instantiation) -> Result<(), LoadError> {
        let Instantiation { template, memories, tables, late_steps: _ } = instantiation;
        memories.iter().try_for_each(|memory| self.page_size(memory.limits.page_log2))?;
        tables.iter().try_for_each(|table| self.core_value(table.limits.element))?;
        template.iter().try_for_each(|item| match item {
            TemplateItem::FuncDef { ty, .. } => self.core_type(*ty),
            _ => Ok(()),
        })
    }

    fn func(&self, ty: &FuncType) -> Result<(), LoadError> {
        let known = |ty: ValType| match ty {
            ValType::Type(id) => id.index() < self.artifact.types.len(),
            _ => true,
        };
        match ty.params.iter().map(|(_, ty)| *ty).chain(ty.result).all(known) {
            true => Ok(()),
            false => malformed("a function has a type that is not there"),
        }
    }

    fn resource(&self, id: ResourceId) -> Result<(), LoadError> {
        match id.index() < self.artifact.resources.len() {
            true => Ok(()),
            false => malformed("a resource type is not there"),
        }
    }

    fn core_type(&self, id: CoreTypeId) -> Result<(), LoadError> {
        match id.index() < self.artifact.core_types.len() {
            true => Ok(()),
            false => malformed("unknown core type"),
        }
    }

    fn core_value(&self, value: CoreValType) -> Result<(), LoadError> {
        match value {
            CoreValType::TypedFuncRef { ty, .. } => self.core_type(ty),
            _ => Ok(()),
        }
    }

    fn page_size(&self, log2: u8) -> Result<(), LoadError> {
        if u32::from(log2) > DEFAULT_PAGE_LOG2 { malformed("a memory has pages of an unknown size") } else { Ok(()) }
    }
}
