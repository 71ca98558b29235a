//! The native signatures of the functions that the pass emits.

use crate::canon::CanonEnv;
use crate::clif::Convention;
use crate::clif::signature::{POINTER, flat_type};
use cantilever_abi::builtin::BuiltinSignature;
use cantilever_abi::flatten::flatten_functype;
use cantilever_abi::{Adapter, Builtin, LowerSide};
use cranelift_codegen::ir::{Signature, types};

/// The signature of an adapter: what flattening gives for a guest, pointers to parameters and
/// results for the host.
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
pub fn builtin_signature(env: &CanonEnv, builtin: &Builtin) -> Signature {
    match builtin.signature(env.types) {
        BuiltinSignature::Flat(params, results) => {
            env.convention.core(params.into_iter().map(flat_type), results.into_iter().map(flat_type))
        }
        BuiltinSignature::Declared(ty) => env.core_types[ty].clone(),
    }
}

/// The signature of a destructor: it takes the representation.
pub fn dtor_signature(convention: Convention) -> Signature {
    convention.core([types::I32], [])
}
