//! Core types of modules as the metadata of an object has them.

use crate::object::artifact::{CoreFuncType, CoreValType, MemoryLimits, TableLimits};
use wasmparser::{HeapType, ValType};

/// A core value type. Reference types beyond those of the host's vocabulary are refused in decoding.
pub fn core_value_type(ty: ValType) -> CoreValType {
    match ty {
        ValType::I32 => CoreValType::I32,
        ValType::I64 => CoreValType::I64,
        ValType::F32 => CoreValType::F32,
        ValType::F64 => CoreValType::F64,
        ValType::V128 => CoreValType::V128,
        ValType::Ref(reference) => reference_type(reference),
    }
}

fn reference_type(ty: wasmparser::RefType) -> CoreValType {
    use wasmparser::AbstractHeapType::{Exn, Extern, NoExn, NoExtern};
    let nullable = ty.is_nullable();
    match ty.heap_type() {
        HeapType::Abstract { ty: Extern | NoExtern, .. } => CoreValType::ExternRef { nullable },
        HeapType::Abstract { ty: Exn | NoExn, .. } => CoreValType::ExnRef { nullable },
        _ => CoreValType::FuncRef { nullable },
    }
}

/// A core function type.
pub fn core_func_type(ty: &wasmparser::FuncType) -> CoreFuncType {
    let list = |types: &[ValType]| types.iter().copied().map(core_value_type).collect();
    CoreFuncType { params: list(ty.params()), results: list(ty.results()) }
}

/// The limits of a memory.
pub fn memory_limits(ty: &wasmparser::MemoryType) -> MemoryLimits {
    /// The logarithm of the page size where the type does not say.
    const DEFAULT_PAGE_LOG2: u32 = 16;
    MemoryLimits {
        min: ty.initial,
        max: ty.maximum,
        memory64: ty.memory64,
        page_log2: ty.page_size_log2.unwrap_or(DEFAULT_PAGE_LOG2) as u8,
    }
}

/// The limits of a table.
pub fn table_limits(ty: &wasmparser::TableType) -> TableLimits {
    TableLimits { min: ty.initial, max: ty.maximum, table64: ty.table64, element: reference_type(ty.element_type) }
}
