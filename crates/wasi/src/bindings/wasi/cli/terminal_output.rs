//! Terminal output.
//!
//! In the future, this may include functions for querying the terminal
//! size, being notified of terminal size changes, querying supported
//! features, and so on.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

/// The output side of a terminal.
#[derive(Debug)]
pub enum TerminalOutput {}

/// What a host does for guests that import `wasi:cli/terminal-output@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait TerminalOutputInterface {
    /// Ends this `terminal-output`: its owner has dropped it.
    fn drop_terminal_output(
        &mut self,
        this: Resource<TerminalOutput>,
    ) -> Result<(), HostError>;
}

/// Defines `wasi:cli/terminal-output@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: TerminalOutputInterface + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/terminal-output@0.2.12");
    instance.resource::<TerminalOutput>("terminal-output", move |mut caller, rep| {
        get(caller.data_mut()).drop_terminal_output(Resource::new(rep))
    })?;
    Ok(())
}
