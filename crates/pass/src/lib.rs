//! The adapter pass alone: the Canonical ABI as CLIF functions, for this compiler and for other
//! runtimes.
//!
//! [`canon`] emits built-ins and adapters, under the specification's names. It stands on
//! [`handles`], the inline handle table, and on [`clif`], the kit for emitting. What it emits
//! follows the contract in [`cantilever_abi::block`]. Nothing here knows how components are
//! decoded, how core code is compiled, or what a runtime does.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod canon;
pub mod clif;
pub mod handles;
