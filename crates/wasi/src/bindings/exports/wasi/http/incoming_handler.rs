//! This interface defines a handler of incoming HTTP Requests. It should
//! be exported by components which can respond to HTTP Requests.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{AsContextMut, Instance, Resource, TypedFunc};

pub use super::super::super::super::wasi::http::types::{
    IncomingRequest, ResponseOutparam,
};

/// The functions of `wasi:http/incoming-handler@0.2.12` that a guest exports.
#[derive(Debug, Clone)]
pub struct IncomingHandler {
    handle: TypedFunc<(Resource<IncomingRequest>, Resource<ResponseOutparam>), ()>,
}

impl IncomingHandler {
    /// Finds the functions in an instance, and checks their types.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever_runtime::Result<Self> {
        Ok(IncomingHandler {
            handle: instance
                .get_typed_func(&mut store, "wasi:http/incoming-handler@0.2.12#handle")?,
        })
    }

    /// This function is invoked with an incoming HTTP Request, and a resource
    /// `response-outparam` which provides the capability to reply with an HTTP
    /// Response. The response is sent by calling the `response-outparam.set`
    /// method, which allows execution to continue after the response has been
    /// sent. This enables both streaming to the response body, and performing other
    /// work.
    ///
    /// The implementor of this function must write a response to the
    /// `response-outparam` before returning, or else the caller will respond
    /// with an error on its behalf.
    pub fn handle(
        &self,
        store: impl AsContextMut,
        request: Resource<IncomingRequest>,
        response_out: Resource<ResponseOutparam>,
    ) -> cantilever_runtime::Result<()> {
        self.handle.call(store, (request, response_out))
    }
}
