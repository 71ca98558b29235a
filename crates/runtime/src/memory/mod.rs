//! What guests' data lies in: instance blocks, linear memories, tables, and the arena for values on
//! their way.
//!
//! It must not know objects, instances or stores.

pub(crate) mod arena;
pub(crate) mod block;
pub(crate) mod contents;
pub(crate) mod fences;
pub(crate) mod lifted;
pub(crate) mod linear_memory;
pub(crate) mod table;
