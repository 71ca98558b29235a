//! Cantilever: a native compiler for the Component Model's Canonical ABI.
pub mod block;
#[cfg(feature = "compile")]
pub mod decode;
pub mod error;
#[cfg(feature = "compile")]
pub mod link;
pub mod model;
#[cfg(feature = "artifact")]
pub mod object;
