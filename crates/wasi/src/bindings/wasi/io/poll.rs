//! A poll API intended to let users wait for I/O events on multiple handles
//! at once.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

/// `pollable` represents a single I/O event which may be ready, or not.
#[derive(Debug)]
pub enum Pollable {}

/// What a host does for guests that import `wasi:io/poll@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Poll {
    /// Return the readiness of a pollable. This function never blocks.
    ///
    /// Returns `true` when the pollable is ready, and `false` otherwise.
    fn pollable_ready(&mut self, this: Resource<Pollable>) -> Result<bool, HostError>;

    /// `block` returns immediately if the pollable is ready, and otherwise
    /// blocks until ready.
    ///
    /// This function is equivalent to calling `poll.poll` on a list
    /// containing only this pollable.
    fn pollable_block(&mut self, this: Resource<Pollable>) -> Result<(), HostError>;

    /// Poll for completion on a set of pollables.
    ///
    /// This function takes a list of pollables, which identify I/O sources of
    /// interest, and waits until one or more of the events is ready for I/O.
    ///
    /// The result `list<u32>` contains one or more indices of handles in the
    /// argument list that is ready for I/O.
    ///
    /// This function traps if either:
    /// - the list is empty, or:
    /// - the list contains more elements than can be indexed with a `u32` value.
    ///
    /// A timeout can be implemented by adding a pollable from the
    /// wasi-clocks API to the list.
    ///
    /// This function does not return a `result`; polling in itself does not
    /// do any I/O so it doesn't fail. If any of the I/O sources identified by
    /// the pollables has an error, it is indicated by marking the source as
    /// being ready for I/O.
    fn poll(&mut self, r#in: Vec<Resource<Pollable>>) -> Result<Vec<u32>, HostError>;

    /// Ends this `pollable`: its owner has dropped it.
    fn drop_pollable(&mut self, this: Resource<Pollable>) -> Result<(), HostError>;
}

/// Defines `wasi:io/poll@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Poll + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:io/poll@0.2.12");
    instance.resource::<Pollable>("pollable", move |mut caller, rep| {
        get(caller.data_mut()).drop_pollable(Resource::new(rep))
    })?;
    instance.func_wrap("[method]pollable.ready", move |mut caller, (this,)| {
        get(caller.data_mut()).pollable_ready(this)
    })?;
    instance.func_wrap("[method]pollable.block", move |mut caller, (this,)| {
        get(caller.data_mut()).pollable_block(this)
    })?;
    instance.func_wrap("poll", move |mut caller, (r#in,)| {
        get(caller.data_mut()).poll(r#in)
    })?;
    Ok(())
}
