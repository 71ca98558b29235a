//! Loads objects and runs them: the embedder's library.
//!
//! An [`Engine`] holds what stores share. A [`Component`] is loaded code. A [`Store`] owns
//! instances and the host's data. A [`Linker`] binds imports to host functions, and an [`Instance`]
//! has [`Func`]s to call. A [`Table`] holds what the host's resources stand for. Core modules have
//! [`Module`], [`CoreLinker`] and [`CoreInstance`]. What guests may use is bounded by [`Limits`],
//! by fuel ([`Store::set_fuel`]), and by an [`InterruptHandle`].
//!
//! The rooms of the crate stand on one another, each on those before it: `sys`, `bytes`, `error`,
//! `stack`, `memory`, `image`, `handle`, `store`, `value`, `resource_table`, `intrinsics`, `call`,
//! `core_module`, `api`.
//!
//! The runtime knows the block's contract, the metadata in an object, and the model's types. It
//! must not know how code is made: neither the compiler's passes nor Cranelift.

extern crate self as cantilever_runtime;

mod api;
mod bytes;
mod call;
mod core_module;
mod error;
mod handle;
mod image;
mod intrinsics;
mod memory;
mod resource_table;
mod stack;
mod store;
mod sys;
mod value;

pub use self::api::component::{Component, ImportKind, ImportedItem};
pub use self::api::export::{ExportKind, ExportedItem};
pub use self::api::func::Func;
pub use self::api::func_export::{FuncExport, TypedFuncExport};
pub use self::api::instance_pre::InstancePre;
pub use self::api::linker::{DefinedItem, DefinedKind, Linker, LinkerInstance};
pub use self::api::typed_func::TypedFunc;
pub use self::call::fill::Fill;
pub use self::call::with_stack::with_stack;
pub use self::core_module::{
    CoreExtern, CoreFunc, CoreGlobal, CoreInstance, CoreLinker, CoreMemory, CoreTable, CoreTag, CoreVal, FuncRef,
    Module,
};
pub use self::error::frame::{Backtrace, Frame, SourceLine};
pub use self::error::host_error::{Exit, Interrupted};
pub use self::error::limits::{LimitExceeded, Limits};
pub use self::error::trap::Trap;
pub use self::error::unknown_imports::{UnknownImports, UnknownInterface, UnknownItem};
pub use self::error::value::{HandleEnd, HandleUse, PathStep, ValueError};
pub use self::error::{Error, HostError, HostFailure, LinkError, Result};
pub use self::handle::trace::{HandleHolder, HandleSite, LiveHandle};
pub use self::image::engine::{Config, Engine};
pub use self::resource_table::erased::{ResourceTable, ResourceTableError};
pub use self::resource_table::slab::{NoSuchEntry, TableFull};
pub use self::resource_table::table::Table;
pub use self::store::interrupt_event::InterruptEvent;
pub use self::store::record::Instance;
pub use self::store::state::{AsContextMut, Caller, Store, StoreContextMut};
pub use self::store::supervision::InterruptHandle;
pub use self::sys::native_stack::StackError;
pub use self::sys::profiler::Profiler;
#[doc(hidden)]
pub use self::value::derived;
pub use self::value::fill::{Filled, FilledString};
pub use self::value::reflection::{FuncSignature, ResourceType, Type, TypeShape};
pub use self::value::resource::{Resource, ResourceAny};
pub use self::value::val::{ErrorContext, Val};
#[cfg(feature = "wave")]
pub use self::value::wave;
pub use self::value::{
    ComponentType, Lift, LiftContext, LiftParams, Lower, LowerContext, LowerParams, Params, Plain, RawSlice,
    TypeContext, View, ViewParams,
};

/// Derives of the traits for Rust structs and enums.
#[cfg(feature = "derive")]
pub use cantilever_macros::{ComponentType, Lift, Lower};

#[cfg(test)]
mod tests;
