//! Writes readable Rust bindings for WIT worlds.
//!
//! It knows WIT and the names of the runtime's public types. It must not know how values are lifted
//! or lowered.
