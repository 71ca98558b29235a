//! Which WebAssembly features an input may use, and the names of those it may not.

use crate::error::Error;
use wasmparser::{Validator, WasmFeatures};

/// Features that the whole compiler has. Those of the asynchronous ABI are among them: most of its
/// built-ins link, and trap when they are called.
pub(super) fn supported() -> WasmFeatures {
    let core = WasmFeatures::WASM2
        | WasmFeatures::RELAXED_SIMD
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::EXCEPTIONS
        | WasmFeatures::MEMORY64
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::FUNCTION_REFERENCES
        // For recursion groups, subtypes of function types and constant expressions; collected
        // types are refused, see `garbage_collection`.
        | WasmFeatures::GC
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::WIDE_ARITHMETIC
        | WasmFeatures::COMPACT_IMPORTS;
    let component = WasmFeatures::COMPONENT_MODEL
        | WasmFeatures::CM_VALUES
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_ASYNC_STACKFUL
        | WasmFeatures::CM_MORE_ASYNC_BUILTINS
        | WasmFeatures::CM_THREADING
        | WasmFeatures::CM_ERROR_CONTEXT
        | WasmFeatures::CM_FIXED_LENGTH_LISTS
        | WasmFeatures::CM_MAP
        | WasmFeatures::CM64
        | WasmFeatures::CM_IMPLEMENTS
        | WasmFeatures::CM_FORWARD
        | WasmFeatures::CM_ACCESSORS;
    core | component
}

/// Features that an input may name and that are refused. Names with nested namespaces are not among
/// them: the specification's grammar does not have them, so they are invalid.
const REFUSED: &[(WasmFeatures, &str, Option<&str>)] = &[
    (WasmFeatures::THREADS, "the threads proposal (shared memory, atomics)", Some("compile the guest without threads")),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "the shared-everything-threads proposal", None),
    (
        WasmFeatures::LEGACY_EXCEPTIONS,
        "the legacy exception-handling proposal",
        Some("compile the guest with the standard exception instructions (`try_table`)"),
    ),
    (WasmFeatures::STACK_SWITCHING, "the stack-switching proposal", None),
    (WasmFeatures::MEMORY_CONTROL, "the memory-control proposal", None),
    (WasmFeatures::CUSTOM_DESCRIPTORS, "the custom-descriptors proposal", None),
    (WasmFeatures::ACQUIRE_RELEASE_ATOMICS, "the acquire-release-atomics proposal", None),
    (WasmFeatures::MULTIBYTE_ARRAY_ACCESS, "the multibyte-array-access proposal", None),
    (WasmFeatures::CM_GC, "the canonical ABI for garbage-collected types", None),
    (WasmFeatures::CM_CANON_NAMES, "version suffixes in names", None),
];

/// The validator's error as ours.
pub(super) fn error(found: wasmparser::Error) -> Error {
    Error::invalid(found.message(), usize::try_from(found.offset()).unwrap_or(usize::MAX))
}

/// Names the refused feature that would make an invalid input valid, if there is one. The
/// validator's own account of missing features is not complete, so this validates again.
pub(super) fn explain(bytes: &[u8], error: Error) -> Error {
    let Error::Invalid { offset, .. } = error else { return error };
    let valid_with = |more| Validator::new_with_features(supported() | more).validate_all(bytes).is_ok();
    if !valid_with(REFUSED.iter().fold(WasmFeatures::empty(), |all, (feature, ..)| all | *feature)) {
        return error;
    }
    match REFUSED.iter().find(|(feature, ..)| valid_with(*feature)) {
        Some((_, name, None)) => Error::unsupported(*name, offset),
        Some((_, name, Some(remedy))) => Error::unsupported(*name, offset).with_remedy(remedy),
        None => Error::unsupported("this combination of WebAssembly proposals", offset),
    }
}
