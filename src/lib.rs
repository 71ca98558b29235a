//! Cantilever: a native compiler for the Component Model's Canonical ABI.
//!
//! It lowers `resource.new`, `resource.drop`, `resource.rep` and every transfer of an `own` or
//! `borrow` handle to inline native code. That code works on a handle table in the instance block.
//! Cantilever generates an adapter for each function type that crosses a component boundary. It
//! compiles the core code around them in the same graph.
//!
//! Four ways to use it:
//!
//! * **Run components**: [`runtime`] has [`Engine`](runtime::Engine),
//!   [`Component`](runtime::Component), [`Linker`](runtime::Linker), [`Store`](runtime::Store) and
//!   typed or dynamic functions. [`Compile`] adds `Component::new`, which compiles for the running
//!   process.
//! * **Compile ahead of time**: [`compile`] turns a component's bytes into a native relocatable
//!   object. A host that only runs objects depends on the crate `cantilever-runtime` alone, which
//!   has no compiler.
//! * **Compile once**: with the feature `cache`, a [`Cache`](cache::Cache) keeps what was compiled in
//!   a directory.
//! * **Embed the adapter pass**: the crate `cantilever-pass` ([`pass`]) emits built-ins and
//!   adapters as CLIF functions for another runtime.
//!
//! `ARCHITECTURE.md` is the map of the source.

pub mod analyse;
#[cfg(feature = "cache")]
pub mod cache;
mod codegen;
pub mod decode;
#[cfg(feature = "runtime")]
mod embed;
pub mod error;
pub mod link;
mod options;
mod parallel;
mod pipeline;
mod place;
pub mod plan;
pub mod wasm;

pub use cantilever_abi as abi;
pub use cantilever_object as object;
pub use cantilever_pass as pass;
#[cfg(feature = "runtime")]
pub use cantilever_runtime as runtime;
pub use codegen::listing::EmitText;
pub use decode::provided::Provided;
#[cfg(feature = "runtime")]
pub use embed::Compile;
pub use error::Error;
pub use options::{CompileOptions, OptLevel, Progress};
pub use pipeline::{compile, emit_text};
