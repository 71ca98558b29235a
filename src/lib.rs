//! Cantilever: a native compiler for the Component Model's Canonical ABI.
pub mod block;
pub mod clif;
#[cfg(feature = "cli")]
pub mod cli;
pub mod model;
#[cfg(feature = "artifact")]
pub mod object;
#[cfg(feature = "cli")]
pub mod script;
