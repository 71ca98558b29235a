//! An interface providing an optional `terminal-input` for stdin as a
//! link-time authority.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::terminal_input::TerminalInput;

/// What a host does for guests that import `wasi:cli/terminal-stdin@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait TerminalStdin {
    /// If stdin is connected to a terminal, return a `terminal-input` handle
    /// allowing further interaction with it.
    fn get_terminal_stdin(
        &mut self,
    ) -> Result<Option<Resource<TerminalInput>>, HostError>;
}

/// Defines `wasi:cli/terminal-stdin@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: TerminalStdin + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/terminal-stdin@0.2.12");
    instance.func_wrap("get-terminal-stdin", move |mut caller, ()| {
        get(caller.data_mut()).get_terminal_stdin()
    })?;
    Ok(())
}
