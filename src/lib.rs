//! Cantilever: a native compiler for the Component Model's Canonical ABI.
pub mod block;
pub mod canon;
pub mod clif;
pub mod handles;
pub mod model;
#[cfg(feature = "artifact")]
pub mod object;
