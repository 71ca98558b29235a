//! Loaded objects, and what all instances of one have in common. The engine is here, for it keeps
//! the identities of types and the idle blocks of its images.
//!
//! It must not know stores, instances or values.

pub(crate) mod code;
pub(crate) mod core_types;
pub(crate) mod engine;
pub(crate) mod frames;
pub(crate) mod idle;
pub(crate) mod loaded;
pub(crate) mod parts;
pub(crate) mod plan;
pub(crate) mod prepared_block;
pub(crate) mod source;
pub(crate) mod template;
pub(crate) mod type_identities;
