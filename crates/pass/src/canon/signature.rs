//! The native signatures of the functions that the pass emits.

use super::CanonEnv;
use crate::clif::Convention;
use crate::clif::signature::{POINTER, flat_type};
use alloc::vec;
use cantilever_abi::flatten::{flatten_functype, flatten_many, pointer};
use cantilever_abi::{Adapter, Builtin, LowerSide, PointerWidth};
use cranelift_codegen::ir::{Signature, types};

/// The signature of an adapter: what flattening gives for a guest, pointers to parameters and results for the host.
pub fn core_signature(env: &CanonEnv, adapter: &Adapter) -> Signature {
    match &adapter.lower {
        LowerSide::Guest(side) => {
            let flat = flatten_functype(env.types, &adapter.ty, side.options.width(), side.options.lower_context());
            env.convention.core(flat.params.into_iter().map(flat_type), flat.results.into_iter().map(flat_type))
        }
        LowerSide::Host => env.convention.core([POINTER; 2], []),
    }
}

/// The signature of a built-in.
pub fn builtin_signature(env: &CanonEnv, builtin: Builtin) -> Signature {
    match builtin {
        Builtin::ResourceNew(_) | Builtin::ResourceRep(_) => env.convention.core([types::I32], [types::I32]),
        Builtin::ResourceDrop(_) => env.convention.core([types::I32], []),
        Builtin::TaskReturn { result, memory, .. } => {
            let width = memory.map_or(PointerWidth::W32, |memory| memory.width);
            let flat = flatten_many(env.types, result.into_iter(), width).unwrap_or_else(|| vec![pointer(width)]);
            env.convention.core(flat.into_iter().map(flat_type), [])
        }
        Builtin::ContextGet(slot) => env.convention.core([], [flat_type(slot.ty)]),
        Builtin::ContextSet(slot) => env.convention.core([flat_type(slot.ty)], []),
        Builtin::BackpressureInc | Builtin::BackpressureDec => env.convention.core([], []),
        Builtin::ErrorContextNew(width) => env.convention.core([flat_type(pointer(width)); 2], [types::I32]),
        Builtin::ErrorContextDebugMessage { memory, .. } => {
            env.convention.core([types::I32, flat_type(pointer(memory.width))], [])
        }
        Builtin::ErrorContextDrop => env.convention.core([types::I32], []),
        Builtin::Unsupported(ty) => env.core_types[ty].clone(),
    }
}

/// The signature of a destructor: it takes the representation.
pub fn dtor_signature(convention: Convention) -> Signature {
    convention.core([types::I32], [])
}
