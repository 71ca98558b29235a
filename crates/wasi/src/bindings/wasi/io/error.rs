//! The interface `wasi:io/error@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

/// A resource which represents some error information.
///
/// The only method provided by this resource is `to-debug-string`,
/// which provides some human-readable information about the error.
///
/// In the `wasi:io` package, this resource is returned through the
/// `wasi:io/streams.stream-error` type.
///
/// To provide more specific error information, other interfaces may
/// offer functions to "downcast" this error into more specific types. For example,
/// errors returned from streams derived from filesystem types can be described using
/// the filesystem's own error-code type. This is done using the function
/// `wasi:filesystem/types.filesystem-error-code`, which takes a `borrow<error>`
/// parameter and returns an `option<wasi:filesystem/types.error-code>`.
///
/// The set of functions which can "downcast" an `error` into a more
/// concrete type is open.
#[derive(Debug)]
pub enum Error {}

/// What a host does for guests that import `wasi:io/error@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait ErrorInterface {
    /// Returns a string that is suitable to assist humans in debugging
    /// this error.
    ///
    /// WARNING: The returned string should not be consumed mechanically!
    /// It may change across platforms, hosts, or other implementation
    /// details. Parsing this string is a major platform-compatibility
    /// hazard.
    fn error_to_debug_string(
        &mut self,
        this: Resource<Error>,
    ) -> Result<String, HostError>;

    /// Ends this `error`: its owner has dropped it.
    fn drop_error(&mut self, this: Resource<Error>) -> Result<(), HostError>;
}

/// Defines `wasi:io/error@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: ErrorInterface + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:io/error@0.2.12");
    instance.resource::<Error>("error", move |mut caller, rep| {
        get(caller.data_mut()).drop_error(Resource::new(rep))
    })?;
    instance.func_wrap("[method]error.to-debug-string", move |mut caller, (this,)| {
        get(caller.data_mut()).error_to_debug_string(this)
    })?;
    Ok(())
}
