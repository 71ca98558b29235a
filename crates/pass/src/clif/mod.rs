//! The kit for emitting CLIF: signatures, alias regions, loads of block fields, traps, intrinsic
//! and core calls, loops.
//!
//! It knows the runtime contract (`block`) and how functions are named and placed (`abi::{place,
//! func_key}`), and nothing of core Wasm or of the Canonical ABI.

pub mod call;
pub mod control;
pub mod emit;
pub mod entry;
pub mod region;
pub mod signature;
pub mod supervision;
pub mod throw;
pub mod trap;

pub use emit::Emit;
pub use region::Region;
pub use signature::Convention;
