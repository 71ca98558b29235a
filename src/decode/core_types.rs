//! Core function types, deduplicated over all modules of the input.

use crate::model::CoreTypeId;
use cranelift_entity::PrimaryMap;
use std::collections::{BTreeSet, HashMap};
use wasmparser::types::{CoreTypeId as ValidatorTypeId, TypesRef};
use wasmparser::{CompositeInnerType, FuncType, HeapType, ValType};

/// The interner. The validator canonicalises types over everything that it validates, so its identities are ours.
///
/// Invariant: a type comes after those that it refers to, but for itself.
#[derive(Debug, Default)]
pub(super) struct CoreTypes {
    types: PrimaryMap<CoreTypeId, FuncType>,
    ids: HashMap<ValidatorTypeId, CoreTypeId>,
}

impl CoreTypes {
    /// The identity of a type, if it is a function type.
    pub(super) fn intern(&mut self, types: TypesRef, id: ValidatorTypeId) -> Option<CoreTypeId> {
        func_type(types, id)?;
        if !self.ids.contains_key(&id) {
            for id in self.new_types(types, id) {
                if let Some(ty) = func_type(types, id) {
                    self.ids.insert(id, self.types.push(ty.clone()));
                }
            }
        }
        self.ids.get(&id).copied()
    }

    /// The identity of the type of a function or tag.
    pub(super) fn intern_func(&mut self, types: TypesRef, id: ValidatorTypeId) -> CoreTypeId {
        self.intern(types, id).expect("functions and tags have function types")
    }

    /// A type and what it refers to, as far as that is new. The validator's identities ascend with use.
    fn new_types(&self, types: TypesRef, id: ValidatorTypeId) -> BTreeSet<ValidatorTypeId> {
        let mut found = BTreeSet::from([id]);
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let Some(ty) = func_type(types, id) else { continue };
            for referred in ty.params().iter().chain(ty.results()).filter_map(referred) {
                if !self.ids.contains_key(&referred) && found.insert(referred) {
                    pending.push(referred);
                }
            }
        }
        found
    }

    /// All types, and their identities by the validator's.
    pub(super) fn into_parts(self) -> (PrimaryMap<CoreTypeId, FuncType>, HashMap<ValidatorTypeId, CoreTypeId>) {
        (self.types, self.ids)
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
