//! Cantilever: a native compiler for the Component Model's Canonical ABI.
pub mod block;
pub mod clif;
#[cfg(feature = "compile")]
pub mod core;
pub mod model;
#[cfg(feature = "artifact")]
pub mod object;
