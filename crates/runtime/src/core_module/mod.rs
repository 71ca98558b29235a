//! Root core modules: instantiated with imports of the host or of other instances, whose exports
//! the host uses.
//!
//! Memories, tables, globals and tags are shared by address; all live until their store is dropped.

mod host;
mod instance;
mod items;
mod linker;
mod matching;
mod val;

pub use instance::{CoreInstance, Module};
pub use items::{CoreExtern, CoreFunc, CoreGlobal, CoreMemory, CoreTable, CoreTag};
pub use linker::CoreLinker;
pub use val::{CoreVal, FuncRef};
