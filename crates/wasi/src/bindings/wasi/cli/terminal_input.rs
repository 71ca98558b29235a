//! Terminal input.
//!
//! In the future, this may include functions for disabling echoing,
//! disabling input buffering so that keyboard events are sent through
//! immediately, querying supported features, and so on.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

/// The input side of a terminal.
#[derive(Debug)]
pub enum TerminalInput {}

/// What a host does for guests that import `wasi:cli/terminal-input@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait TerminalInputInterface {
    /// Ends this `terminal-input`: its owner has dropped it.
    fn drop_terminal_input(
        &mut self,
        this: Resource<TerminalInput>,
    ) -> Result<(), HostError>;
}

/// Defines `wasi:cli/terminal-input@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: TerminalInputInterface + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/terminal-input@0.2.12");
    instance.resource::<TerminalInput>("terminal-input", move |mut caller, rep| {
        get(caller.data_mut()).drop_terminal_input(Resource::new(rep))
    })?;
    Ok(())
}
