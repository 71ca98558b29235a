//! An interface providing an optional `terminal-output` for stdout as a
//! link-time authority.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::terminal_output::TerminalOutput;

/// What a host does for guests that import `wasi:cli/terminal-stdout@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait TerminalStdout {
    /// If stdout is connected to a terminal, return a `terminal-output` handle
    /// allowing further interaction with it.
    fn get_terminal_stdout(
        &mut self,
    ) -> Result<Option<Resource<TerminalOutput>>, HostError>;
}

/// Defines `wasi:cli/terminal-stdout@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: TerminalStdout + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/terminal-stdout@0.2.12");
    instance.func_wrap("get-terminal-stdout", move |mut caller, ()| {
        get(caller.data_mut()).get_terminal_stdout()
    })?;
    Ok(())
}
