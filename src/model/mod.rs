//! Pure data: what a component is, once everything static about it is known.
//!
//! `decode` and `link` make a `Plan`; `canon` and `core` turn it into CLIF; the runtime reads the parts that go into
//! an object. Nothing here knows CLIF, wasmparser or the runtime.

pub mod adapter;
pub mod core_type;
pub mod flatten;
pub mod func_key;
pub mod layout;
#[cfg(feature = "compile")]
pub mod module;
pub mod name;
pub mod place;
#[cfg(feature = "compile")]
pub mod plan;
#[cfg(feature = "compile")]
pub mod prepared;
pub mod types;

pub use adapter::{
    Adapter, Builtin, CanonFunc, CanonOptions, Encoding, GuestSide, LiftSide, LowerSide, Memory, PointerWidth,
    StorageSlot,
};
pub use core_type::CoreTypeDecl;
pub use flatten::{FlatType, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
pub use func_key::FuncKey;
pub use layout::{Layout, discriminant_size};
pub use place::{Callee, CtxArg, Place};
pub use types::{
    Case, CoreTypeId, Field, FuncType, Resource, ResourceId, ResourceImpl, TypeDef, TypeId, Types, ValType,
};
