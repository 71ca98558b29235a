//! Handles that the host holds: until when they live, what became of them, and their table in a
//! block.
//!
//! It must not know the Rust types that stand for them, nor stores.

pub(crate) mod borrow_scope;
pub(crate) mod history;
pub(crate) mod host_table;
pub(crate) mod life;
pub(crate) mod trace;
