//! Components as the embedder sees them: what is loaded, linked, found and called by name.
//!
//! All other rooms stand below it, and none of them knows it.

pub(crate) mod component;
mod definitions;
pub(crate) mod engine;
pub(crate) mod export;
pub(crate) mod func;
pub(crate) mod func_export;
pub(crate) mod instance;
pub(crate) mod instance_pre;
pub(crate) mod linker;
pub(crate) mod resource_drop;
pub(crate) mod typed_func;
mod version;
