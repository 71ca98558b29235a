//! Loads objects and runs them: the embedder's library.
//!
//! An [`Engine`] holds what stores share, a [`Component`] is loaded code, a [`Store`] owns instances and the host's
//! data, a [`Linker`] binds imports to host functions, and an [`Instance`] has [`Func`]s to call. Core modules have
//! [`Module`], [`CoreLinker`] and [`CoreInstance`]. What guests may use is bounded by [`Limits`], by fuel
//! ([`Store::set_fuel`]), and by an [`InterruptHandle`].
//!
//! The runtime knows the block's contract, the metadata in an object, and the model's types. It must not know how code
//! is made: neither the compiler's passes nor Cranelift.

extern crate self as cantilever_runtime;

mod address_space;
mod arena;
mod backtrace;
mod block_memory;
mod borrow_scope;
mod code;
mod component;
mod core_types;
mod engine;
mod entry;
mod error;
mod exception;
mod export;
mod fences;
mod frames;
mod func;
mod handle_history;
mod handle_life;
mod handle_trace;
mod host_func;
mod host_handles;
mod idle;
mod image;
mod instance;
mod instance_plan;
mod instantiate;
mod intrinsics;
mod lifted;
mod limits;
mod linear_memory;
mod linker;
mod memory_image;
mod module;
mod native_stack;
mod prepared_block;
mod profiler;
mod resource;
mod signal_stack;
mod stack;
mod store;
mod supervision;
mod table;
mod template;
mod trap;
mod type_reflection;
mod typed;
mod unwinder;
mod val;
mod val_layout;
mod value_error;
mod variance;
#[cfg(feature = "wave")]
pub mod wave;

pub use self::component::{Component, ImportKind, ImportedItem};
pub use self::engine::{Config, Engine};
pub use self::error::{Error, HostError, HostFailure, LinkError, Result};
pub use self::export::{ExportKind, ExportedItem};
pub use self::func::Func;
pub use self::handle_trace::{HandleHolder, HandleSite, LiveHandle};
pub use self::instance::Instance;
pub use self::limits::{LimitExceeded, Limits};
pub use self::linker::{InstancePre, Linker, LinkerInstance};
pub use self::module::{
    CoreExtern, CoreFunc, CoreGlobal, CoreInstance, CoreLinker, CoreMemory, CoreTable, CoreTag, CoreVal, FuncRef,
    Module,
};
pub use self::native_stack::StackError;
pub use self::profiler::Profiler;
pub use self::resource::{Resource, ResourceAny};
pub use self::stack::with_stack;
pub use self::store::{AsContextMut, Caller, Store, StoreContextMut};
pub use self::supervision::InterruptHandle;
pub use self::trap::{Backtrace, Frame, SourceLine, Trap};
pub use self::type_reflection::{FuncSignature, ResourceType, Type, TypeShape};
#[doc(hidden)]
pub use self::typed::derived;
pub use self::typed::{
    ComponentType, Lift, LiftContext, LiftParams, Lower, LowerContext, LowerParams, Params, Plain, RawSlice,
    TypeContext, TypedFunc, View, ViewParams,
};
pub use self::val::{ErrorContext, Val};
pub use self::value_error::{HandleEnd, HandleUse, Place, ValueError};

/// Derives of the traits for Rust structs and enums.
#[cfg(feature = "derive")]
pub use cantilever_macros::{ComponentType, Lift, Lower};

#[cfg(test)]
mod tests;
