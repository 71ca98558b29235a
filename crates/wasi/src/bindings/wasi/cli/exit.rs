//! The interface `wasi:cli/exit@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker};

/// What a host does for guests that import `wasi:cli/exit@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Exit {
    /// Exit the current instance and any linked instances.
    fn exit(&mut self, status: Result<(), ()>) -> Result<(), HostError>;

    /// Exit the current instance and any linked instances, reporting the
    /// specified status code to the host.
    ///
    /// The meaning of the code depends on the context, with 0 usually meaning
    /// "success", and other values indicating various types of failure.
    ///
    /// This function does not return; the effect is analogous to a trap, but
    /// without the connotation that something bad has happened.
    fn exit_with_code(&mut self, status_code: u8) -> Result<(), HostError>;
}

/// Defines `wasi:cli/exit@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Exit + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/exit@0.2.12");
    instance.func_wrap("exit", move |mut caller, (status,)| {
        get(caller.data_mut()).exit(status)
    })?;
    instance.func_wrap("exit-with-code", move |mut caller, (status_code,)| {
        get(caller.data_mut()).exit_with_code(status_code)
    })?;
    Ok(())
}
