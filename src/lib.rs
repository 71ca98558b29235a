//! Cantilever: a native compiler for the Component Model's Canonical ABI.
pub mod block;
pub mod model;
#[cfg(feature = "artifact")]
pub mod object;
#[cfg(feature = "runtime")]
pub mod runtime;
