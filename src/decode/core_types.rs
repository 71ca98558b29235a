//! Core function types, deduplicated over all modules of the input.

use crate::model::CoreTypeId;
use cranelift_entity::PrimaryMap;
use std::collections::HashMap;
use wasmparser::types::{CoreTypeId as ValidatorTypeId, TypesRef};
use wasmparser::{CompositeInnerType, FuncType};

/// The interner. The validator canonicalises types over everything that it validates, so its identities are ours.
#[derive(Debug, Default)]
pub(super) struct CoreTypes {
    types: PrimaryMap<CoreTypeId, FuncType>,
    ids: HashMap<ValidatorTypeId, CoreTypeId>,
}

impl CoreTypes {
    /// The identity of a type, if it is a function type.
    pub(super) fn intern(&mut self, types: TypesRef, id: ValidatorTypeId) -> Option<CoreTypeId> {
        let CompositeInnerType::Func(ty) = &types[id].composite_type.inner else { return None };
        Some(*self.ids.entry(id).or_insert_with(|| self.types.push(ty.clone())))
    }

    /// The identity of the type of a function or tag.
    pub(super) fn intern_func(&mut self, types: TypesRef, id: ValidatorTypeId) -> CoreTypeId {
        self.intern(types, id).expect("functions and tags have function types")
    }

    /// All types.
    pub(super) fn into_types(self) -> PrimaryMap<CoreTypeId, FuncType> {
        self.types
    }
}
