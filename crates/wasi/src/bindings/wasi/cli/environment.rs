//! The interface `wasi:cli/environment@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker};

/// What a host does for guests that import `wasi:cli/environment@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Environment {
    /// Get the POSIX-style environment variables.
    ///
    /// Each environment variable is provided as a pair of string variable names
    /// and string value.
    ///
    /// Morally, these are a value import, but until value imports are available
    /// in the component model, this import function should return the same
    /// values each time it is called.
    fn get_environment(&mut self) -> Result<Vec<(String, String)>, HostError>;

    /// Get the POSIX-style arguments to the program.
    fn get_arguments(&mut self) -> Result<Vec<String>, HostError>;

    /// Return a path that programs should use as their initial current working
    /// directory, interpreting `.` as shorthand for this.
    fn initial_cwd(&mut self) -> Result<Option<String>, HostError>;
}

/// Defines `wasi:cli/environment@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Environment + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:cli/environment@0.2.12");
    instance.func_wrap("get-environment", move |mut caller, ()| {
        get(caller.data_mut()).get_environment()
    })?;
    instance.func_wrap("get-arguments", move |mut caller, ()| {
        get(caller.data_mut()).get_arguments()
    })?;
    instance.func_wrap("initial-cwd", move |mut caller, ()| {
        get(caller.data_mut()).initial_cwd()
    })?;
    Ok(())
}
