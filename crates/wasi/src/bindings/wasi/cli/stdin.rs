//! The interface `wasi:cli/stdin@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::super::io::streams::InputStream;

/// What a host does for guests that import `wasi:cli/stdin@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Stdin {
    /// The function `get-stdin`.
    fn get_stdin(&mut self) -> Result<Resource<InputStream>, HostError>;
}

/// Defines `wasi:cli/stdin@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Stdin + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/stdin@0.2.12");
    instance.func_wrap("get-stdin", move |mut caller, ()| {
        get(caller.data_mut()).get_stdin()
    })?;
    Ok(())
}
