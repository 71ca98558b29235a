//! Core function types, deduplicated over all modules of the input.

use cantilever_abi::{CoreTypeDecl, CoreTypeId};
use cranelift_entity::{PrimaryMap, SecondaryMap};
use std::collections::{BTreeMap, HashMap};
use wasmparser::types::{CoreTypeId as ValidatorTypeId, RecGroupId, TypesRef};
use wasmparser::{CompositeInnerType, FuncType, HeapType, ValType};

/// The interner. The validator canonicalises types over everything that it validates, so its
/// identities are ours.
///
/// Invariant: a recursion group comes after those that it refers to, and its types are consecutive.
#[derive(Debug, Default)]
pub(super) struct CoreTypes {
    pub(super) types: PrimaryMap<CoreTypeId, FuncType>,
    pub(super) decls: SecondaryMap<CoreTypeId, CoreTypeDecl>,
    /// By the validator's identities.
    pub(super) ids: HashMap<ValidatorTypeId, CoreTypeId>,
}

impl CoreTypes {
    /// The identity of a type, if it is a function type.
    pub(super) fn intern(&mut self, types: TypesRef, id: ValidatorTypeId) -> Option<CoreTypeId> {
        func_type(types, id)?;
        if !self.ids.contains_key(&id) {
            for group in self.new_groups(types, id) {
                self.push_group(types, group);
            }
        }
        self.ids.get(&id).copied()
    }

    /// The identity of the type of a function or tag.
    pub(super) fn intern_func(&mut self, types: TypesRef, id: ValidatorTypeId) -> CoreTypeId {
        self.intern(types, id).expect("functions and tags have function types")
    }

    /// The group of a type and those that it refers to, as far as they are new. The validator's
    /// identities ascend with use.
    fn new_groups(&self, types: TypesRef, id: ValidatorTypeId) -> impl Iterator<Item = RecGroupId> + use<> {
        let mut found = BTreeMap::new();
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let group = types.rec_group_id_of(id);
            let first = types.rec_group_elements(group).next().expect("the group of a type has that type");
            if self.ids.contains_key(&id) || found.insert(first, group).is_some() {
                continue;
            }
            for id in types.rec_group_elements(group) {
                let Some(ty) = func_type(types, id) else { continue };
                pending.extend(ty.params().iter().chain(ty.results()).filter_map(referred));
                pending.extend(types.supertype_of(id));
            }
        }
        found.into_values()
    }

    /// Adds the function types of a group. If there are others in it, its module is refused.
    fn push_group(&mut self, types: TypesRef, group: RecGroupId) {
        let funcs = || types.rec_group_elements(group).filter_map(|id| Some((id, func_type(types, id)?)));
        for (id, ty) in funcs() {
            self.ids.insert(id, self.types.push(ty.clone()));
        }
        for (position, (id, _)) in funcs().enumerate() {
            self.decls[self.ids[&id]] = CoreTypeDecl {
                position: position as u32,
                is_final: types[id].is_final,
                supertype: types.supertype_of(id).and_then(|id| self.ids.get(&id).copied()),
            };
        }
    }
}

fn func_type<'t>(types: TypesRef<'t>, id: ValidatorTypeId) -> Option<&'t FuncType> {
    match &types.get(id)?.composite_type.inner {
        CompositeInnerType::Func(ty) => Some(ty),
        _ => None,
    }
}

/// The type that a reference type names.
fn referred(ty: &ValType) -> Option<ValidatorTypeId> {
    match ty.as_reference_type()?.heap_type() {
        HeapType::Concrete(index) => index.as_core_type_id(),
        _ => None,
    }
}
