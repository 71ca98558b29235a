//! Core types of a loaded object, made comparable with those of others: references name function types by the engine's
//! identities instead of indices in the object.

use super::engine::Engine;
use crate::model::CoreTypeId;
use crate::object::artifact::{Artifact, CoreValType, ExportEntry, ImportSlot, Step};
use crate::object::load::LoadError;

/// How a type refers to itself when its identity is asked for. No identity.
const ITSELF: u32 = 0;

/// Rewrites all types; gives the engine's identity of each core function type.
pub(super) fn canonicalize(engine: &Engine, artifact: &mut Artifact) -> Result<Box<[u32]>, LoadError> {
    let mut ids: Vec<u32> = Vec::with_capacity(artifact.core_types.len());
    for ty in &mut artifact.core_types {
        let own_index = CoreTypeId::from_u32(ids.len() as u32);
        for value in ty.params.iter_mut().chain(&mut ty.results) {
            match value {
                CoreValType::TypedFuncRef { ty, .. } if *ty == own_index => *ty = CoreTypeId::from_u32(ITSELF),
                other => resolve(&ids, other)?,
            }
        }
        let id = engine.type_id(ty);
        for value in ty.params.iter_mut().chain(&mut ty.results) {
            match value {
                CoreValType::TypedFuncRef { ty, .. } if ty.as_u32() == ITSELF => *ty = CoreTypeId::from_u32(id),
                _ => {}
            }
        }
        ids.push(id);
    }
    for value in outside_of_functions(artifact) {
        resolve(&ids, value)?;
    }
    Ok(ids.into())
}

/// Replaces an index by an identity.
fn resolve(ids: &[u32], value: &mut CoreValType) -> Result<(), LoadError> {
    if let CoreValType::TypedFuncRef { ty, .. } = value {
        let id = ids.get(ty.as_u32() as usize).ok_or_else(|| LoadError::Malformed("unknown core type".to_owned()))?;
        *ty = CoreTypeId::from_u32(*id);
    }
    Ok(())
}

/// The types of globals and of elements of tables. Only modules have them, whose exports do not nest.
fn outside_of_functions(artifact: &mut Artifact) -> impl Iterator<Item = &mut CoreValType> {
    let imports = artifact.imports.iter_mut().filter_map(|import| match &mut import.kind {
        ImportSlot::CoreTable { ty, .. } => Some(&mut ty.element),
        ImportSlot::CoreGlobal { ty, .. } => Some(ty),
        _ => None,
    });
    let exports = artifact.exports.iter_mut().filter_map(|(_, export)| match export {
        ExportEntry::CoreTable { ty, .. } => Some(&mut ty.element),
        ExportEntry::CoreGlobal { ty, .. } => Some(ty),
        _ => None,
    });
    let tables = artifact.steps.iter_mut().filter_map(|step| match step {
        Step::Table { limits, .. } => Some(&mut limits.element),
        _ => None,
    });
    imports.chain(exports).chain(tables)
}
