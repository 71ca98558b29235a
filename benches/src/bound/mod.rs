//! What the work costs without any boundary: the least that an implementation could hope for.

pub mod bytes;
pub mod handles;
mod table;
pub mod wasi;
