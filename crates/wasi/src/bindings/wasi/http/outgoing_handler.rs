//! This interface defines a handler of outgoing HTTP Requests. It should be
//! imported by components which wish to make HTTP Requests.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::types::{
    OutgoingRequest, RequestOptions, FutureIncomingResponse, ErrorCode,
};

/// What a host does for guests that import `wasi:http/outgoing-handler@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait OutgoingHandler {
    /// This function is invoked with an outgoing HTTP Request, and it returns
    /// a resource `future-incoming-response` which represents an HTTP Response
    /// which may arrive in the future.
    ///
    /// The `options` argument accepts optional parameters for the HTTP
    /// protocol's transport layer.
    ///
    /// This function may return an error if the `outgoing-request` is invalid
    /// or not allowed to be made. Otherwise, protocol errors are reported
    /// through the `future-incoming-response`.
    fn handle(
        &mut self,
        request: Resource<OutgoingRequest>,
        options: Option<Resource<RequestOptions>>,
    ) -> Result<Result<Resource<FutureIncomingResponse>, ErrorCode>, HostError>;
}

/// Defines `wasi:http/outgoing-handler@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: OutgoingHandler + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:http/outgoing-handler@0.2.12");
    instance.func_wrap("handle", move |mut caller, (request, options)| {
        get(caller.data_mut()).handle(request, options)
    })?;
    Ok(())
}
