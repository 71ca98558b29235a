//! WASI 0.2: the functions that guests call, each a few lines over the rooms that do the work.
//!
//! The traits that they implement are generated from the WIT, into [`bindings`](crate::bindings).
//! A host adds all domains to a linker, or those that it wants. The interfaces of `wasi:io` belong
//! to most of the others.

pub mod cli;
pub mod clocks;
pub mod config;
pub mod ctx;
pub mod filesystem;
#[cfg(feature = "http")]
pub mod http;
pub mod io;
pub mod misuse;
pub mod random;
pub mod sockets;
#[cfg(test)]
mod tests;

use self::ctx::WasiCtx;
use cantilever_runtime::{LinkError, Linker};

/// How many resources of a kind guests can have at one time, unless the host chooses.
pub(crate) const MAX_RESOURCES: u32 = 1 << 16;

/// Defines every interface. `get` finds the context in the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    io::add_to_linker(linker, get)?;
    cli::add_to_linker(linker, get)?;
    clocks::add_to_linker(linker, get)?;
    random::add_to_linker(linker, get)?;
    config::add_to_linker(linker, get)?;
    sockets::add_to_linker(linker, get)?;
    filesystem::add_to_linker(linker, get)?;
    #[cfg(feature = "http")]
    http::add_to_linker(linker, get)?;
    Ok(())
}
