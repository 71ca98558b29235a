//! The interface `wasi:filesystem/preopens@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::types::Descriptor;

/// What a host does for guests that import `wasi:filesystem/preopens@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Preopens {
    /// Return the set of preopened directories, and their paths.
    fn get_directories(
        &mut self,
    ) -> Result<Vec<(Resource<Descriptor>, String)>, HostError>;
}

/// Defines `wasi:filesystem/preopens@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Preopens + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:filesystem/preopens@0.2.12");
    instance.func_wrap("get-directories", move |mut caller, ()| {
        get(caller.data_mut()).get_directories()
    })?;
    Ok(())
}
