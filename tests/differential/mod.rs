//! Random core modules and what they do: made from a seed, run, and observed, whichever engine runs
//! them.
//!
//! The test beside this folder and the package `differential` share it. The test compares what
//! Cantilever does with what Wasmtime did when `wasmtime.txt` was recorded; the package runs both.

mod component;
mod drivers;
mod encode;
pub mod generate;
mod layout;
pub mod lifted;
pub mod observe;
mod operators;
pub mod random;
pub mod recorded;
mod rewrite;
pub mod shape;
pub mod subject;
pub mod value;
