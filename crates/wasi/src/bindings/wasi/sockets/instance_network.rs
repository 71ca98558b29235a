//! This interface provides a value-export of the default network handle..
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::network::Network;

/// What a host does for guests that import `wasi:sockets/instance-network@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait InstanceNetwork {
    /// Get a handle to the default network.
    fn instance_network(&mut self) -> Result<Resource<Network>, HostError>;
}

/// Defines `wasi:sockets/instance-network@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: InstanceNetwork + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:sockets/instance-network@0.2.12");
    instance.func_wrap("instance-network", move |mut caller, ()| {
        get(caller.data_mut()).instance_network()
    })?;
    Ok(())
}
