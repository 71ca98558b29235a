//! Core types of modules as the metadata of an object has them.

use cantilever_abi::CoreTypeId;
use cantilever_abi::block::memory::DEFAULT_PAGE_LOG2;
use cantilever_object::artifact::{CoreFuncType, CoreValType, MemoryLimits, TableLimits};
use std::collections::HashMap;
use wasmparser::{HeapType, ValType};

/// Identities of core function types by those of the validator.
pub type CoreTypeIds = HashMap<wasmparser::types::CoreTypeId, CoreTypeId>;

/// A core value type. Reference types beyond those of the host's vocabulary are refused in
/// decoding.
pub fn core_value_type(ids: &CoreTypeIds, ty: ValType) -> CoreValType {
    match ty {
        ValType::I32 => CoreValType::I32,
        ValType::I64 => CoreValType::I64,
        ValType::F32 => CoreValType::F32,
        ValType::F64 => CoreValType::F64,
        ValType::V128 => CoreValType::V128,
        ValType::Ref(reference) => reference_type(ids, reference),
    }
}

fn reference_type(ids: &CoreTypeIds, ty: wasmparser::RefType) -> CoreValType {
    use wasmparser::AbstractHeapType::{Exn, Extern, NoExn, NoExtern, NoFunc};
    let nullable = ty.is_nullable();
    match ty.heap_type() {
        HeapType::Abstract { ty: Extern, .. } => CoreValType::ExternRef { nullable },
        HeapType::Abstract { ty: NoExtern, .. } => CoreValType::NoExternRef { nullable },
        HeapType::Abstract { ty: Exn, .. } => CoreValType::ExnRef { nullable },
        HeapType::Abstract { ty: NoExn, .. } => CoreValType::NoExnRef { nullable },
        HeapType::Abstract { ty: NoFunc, .. } => CoreValType::NoFuncRef { nullable },
        HeapType::Abstract { .. } => CoreValType::FuncRef { nullable },
        HeapType::Concrete(index) | HeapType::Exact(index) => {
            let id = index.as_core_type_id().expect("the validator has resolved the index");
            CoreValType::TypedFuncRef { nullable, ty: ids[&id] }
        }
    }
}

/// A core function type.
pub fn core_func_type(ids: &CoreTypeIds, ty: &wasmparser::FuncType) -> CoreFuncType {
    let list = |types: &[ValType]| types.iter().map(|ty| core_value_type(ids, *ty)).collect();
    CoreFuncType { params: list(ty.params()), results: list(ty.results()) }
}

/// The limits of a memory.
pub fn memory_limits(ty: &wasmparser::MemoryType) -> MemoryLimits {
    MemoryLimits {
        min: ty.initial,
        max: ty.maximum,
        memory64: ty.memory64,
        page_log2: ty.page_size_log2.unwrap_or(DEFAULT_PAGE_LOG2) as u8,
    }
}

/// The limits of a table.
pub fn table_limits(ids: &CoreTypeIds, ty: &wasmparser::TableType) -> TableLimits {
    let element = reference_type(ids, ty.element_type);
    TableLimits { min: ty.initial, max: ty.maximum, table64: ty.table64, element }
}
