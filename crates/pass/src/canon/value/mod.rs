//! Values: `lift`, `lower` and the two in one, by type.
//!
//! Each dispatch (`lift`, `lower`, `transfer`) is one match on the `shape` of a type. A file for
//! each family of types does the work. Only `operand` asks where a value lies. It must not know
//! what is called, nor in which order the values of a call cross: `call` does.

pub(super) mod fill;
pub(super) mod flags;
pub(super) mod handle;
pub(super) mod lift;
pub(super) mod list;
pub(super) mod lower;
pub(super) mod operand;
pub(super) mod record;
pub(super) mod scalar;
pub(super) mod shape;
pub(super) mod transfer;
pub(super) mod variant;
