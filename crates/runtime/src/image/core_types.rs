//! Core types of a loaded object, made comparable with those of others: references name function
//! types by the engine's identities instead of indices in the object.

use super::type_identities::{GroupMember, TypeIdentities, mark};
use cantilever_abi::{CoreTypeDecl, CoreTypeId};
use cantilever_object::artifact::{Artifact, CoreFuncType, CoreValType, ExportEntry, ImportSlot};
use cantilever_object::load::LoadError;
use std::ops::Range;

/// Rewrites all types; gives the identity of each core function type.
pub(super) fn canonicalize(identities: &TypeIdentities, artifact: &mut Artifact) -> Result<Box<[u32]>, LoadError> {
    let (types, decls) = (&mut artifact.core_types, &artifact.core_type_decls);
    if types.len() != decls.len() {
        return Err(LoadError::Malformed("a core type is not declared".to_owned()));
    }
    let mut ids: Vec<u32> = Vec::with_capacity(types.len());
    while ids.len() < types.len() {
        let start = ids.len();
        let len = 1 + decls[start + 1..].iter().take_while(|decl| decl.position != 0).count();
        let group = start..start + len;
        let first = identities.group_id(members(&ids, &group, types, decls)?);
        ids.extend(first..first + len as u32);
        for value in types[group].iter_mut().flat_map(values) {
            resolve(&ids, value)?;
        }
    }
    for value in outside_of_functions(artifact) {
        resolve(&ids, value)?;
    }
    Ok(ids.into())
}

/// The types of a group, with identities for the types outside of it, and positions for those
/// inside.
fn members(
    ids: &[u32],
    group: &Range<usize>,
    types: &[CoreFuncType],
    decls: &[CoreTypeDecl],
) -> Result<Vec<GroupMember>, LoadError> {
    let resolved = |id: CoreTypeId| {
        let index = id.as_u32() as usize;
        match index.checked_sub(group.start) {
            Some(position) if group.contains(&index) => Ok(mark(position as u32)),
            _ => ids.get(index).copied().ok_or_else(unknown_type),
        }
    };
    let member = |(ty, decl): (&CoreFuncType, &CoreTypeDecl)| {
        let mut ty = ty.clone();
        for value in values(&mut ty) {
            if let CoreValType::TypedFuncRef { ty, .. } = value {
                *ty = CoreTypeId::from_u32(resolved(*ty)?);
            }
        }
        let supertype = decl.supertype.map(resolved).transpose()?;
        Ok(GroupMember { ty, is_final: decl.is_final, supertype })
    };
    types[group.clone()].iter().zip(&decls[group.clone()]).map(member).collect()
}

fn values(ty: &mut CoreFuncType) -> impl Iterator<Item = &mut CoreValType> {
    ty.params.iter_mut().chain(&mut ty.results)
}

/// Replaces an index by an identity.
fn resolve(ids: &[u32], value: &mut CoreValType) -> Result<(), LoadError> {
    if let CoreValType::TypedFuncRef { ty, .. } = value {
        *ty = CoreTypeId::from_u32(*ids.get(ty.as_u32() as usize).ok_or_else(unknown_type)?);
    }
    Ok(())
}

fn unknown_type() -> LoadError {
    LoadError::Malformed("unknown core type".to_owned())
}

/// The types of globals and of elements of tables. Only modules have them, whose exports do not
/// nest.
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
    let tables = artifact.instantiation.tables.iter_mut().map(|table| &mut table.limits.element);
    imports.chain(exports).chain(tables)
}
