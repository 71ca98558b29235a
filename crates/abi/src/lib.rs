//! What every part of Cantilever speaks of: component types with their layout and flattening,
//! descriptions of adapters and built-ins, and in [`block`] the contract between compiled code and
//! a runtime.
//!
//! Pure data. Nothing here knows CLIF, WebAssembly binaries, object files or a runtime.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod adapter;
pub mod block;
pub mod builtin;
pub mod core_type;
pub mod flatten;
pub mod func_key;
pub mod layout;
pub mod options;
pub mod place;
pub mod pointer_width;
pub mod types;

pub use adapter::{Adapter, CanonFunc, GuestSide, LiftSide, LowerSide};
pub use builtin::{Builtin, StorageSlot, UnsupportedBuiltin};
pub use core_type::CoreTypeDecl;
pub use flatten::{FlatType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
pub use func_key::FuncKey;
pub use layout::{Layout, discriminant_size};
pub use options::{CanonOptions, Encoding, MapRefs, Memory, Placed, Refs};
pub use place::{Callee, CtxArg, Place};
pub use pointer_width::PointerWidth;
pub use types::{
    Case, CoreTypeId, Field, FuncType, Resource, ResourceId, ResourceImpl, TypeDef, TypeId, Types, ValType,
};
