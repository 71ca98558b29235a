//! Cantilever: a native compiler for the Component Model's Canonical ABI.
//!
//! It lowers `resource.new`, `resource.drop`, `resource.rep` and every transfer of an `own` or `borrow` handle to inline
//! native code over a handle table in the instance block, generates an adapter for each function type that crosses a
//! component boundary, and compiles the core code around them in the same graph.
//!
//! Three ways to use it:
//!
//! * **Run components**: [`runtime`] has [`Engine`](runtime::Engine), [`Component`](runtime::Component),
//!   [`Linker`](runtime::Linker), [`Store`](runtime::Store) and typed or dynamic functions.
//! * **Compile ahead of time**: [`compile`] turns a component's bytes into a native relocatable object;
//!   [`runtime::Component::from_object`] loads one.
//! * **Embed the adapter pass**: [`canon`] emits built-ins and adapters as CLIF functions for another runtime. With default
//!   features off that is all that is built.
//!
//! `ARCHITECTURE.md` is the map of the source.

pub mod block;
pub mod canon;
pub mod clif;
pub mod handles;
pub mod model;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "compile")]
pub mod core;
#[cfg(feature = "compile")]
pub mod decode;
#[cfg(all(feature = "compile", feature = "runtime"))]
mod embed;
#[cfg(feature = "artifact")]
pub mod error;
#[cfg(feature = "compile")]
pub mod link;
#[cfg(feature = "artifact")]
pub mod object;
#[cfg(feature = "compile")]
mod parallel;
#[cfg(feature = "compile")]
pub mod pipeline;
#[cfg(feature = "runtime")]
pub mod runtime;
#[cfg(feature = "cli")]
pub mod script;

#[cfg(feature = "compile")]
pub use decode::provided::Provided;
#[cfg(feature = "artifact")]
pub use error::Error;
#[cfg(feature = "compile")]
pub use pipeline::{CompileOptions, EmitText, OptLevel, Progress, compile, emit_text};
