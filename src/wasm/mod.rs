//! Core WebAssembly to CLIF: one native function for each function that a module defines, and one
//! that initialises it.
//!
//! Bodies are read from the input, which has been validated, in one pass; nesting of blocks costs
//! heap, never native stack. Where memories, tables, globals and callees lie is given
//! ([`ModulePlaces`]): this module must not know how a block is laid out, what a component is, or
//! who runs the code.
//!
//! A file per family of operators; `operators.rs` is their table of contents.

mod address;
mod branch;
mod bulk;
mod call;
mod cast;
mod control;
mod env;
mod error;
mod exception;
mod fuel;
mod function;
mod global;
mod init;
mod local;
mod memory;
mod numeric;
mod operators;
mod places;
mod reference;
mod simd;
mod table;
mod translator;

pub use env::{ModuleEnv, Tunables, clif_type, core_signature};
pub use error::Error;
pub use function::translate_function;
pub use init::{needs_init, translate_init};
pub use places::{ElemPlace, KnownElement, ModulePlaces};
