//! `wasi:http`: the resources of guests, and who sends their requests.
//!
//! It must not know how bytes travel: [`crate::http`] does.

mod convert;
mod serve;
mod types;

pub use self::serve::{ComponentHandler, GuestFailure, RequestLine};

use crate::bindings::wasi::http::{outgoing_handler, types as wit};
use crate::http::{
    ErrorCode, Fields, FutureResponse, FutureTrailers, IncomingBody, IncomingRequest, IncomingResponse, OutgoingBody,
    OutgoingRequest, OutgoingResponse, RequestOptions, ResponseOutparam, SendRequest,
};
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use cantilever_runtime::{HostError, LinkError, Linker, Resource, Table};
use http::Uri;
use std::sync::Arc;

/// The resource type `wasi:http/types.incoming-request`.
pub type IncomingRequestResource = wit::IncomingRequest;

/// The resource type `wasi:http/types.response-outparam`.
pub type ResponseOutparamResource = wit::ResponseOutparam;

/// How many lists of fields guests can have at one time. Each may be as large as
/// [`MAX_SIZE`](crate::http::MAX_SIZE).
const MAX_FIELDS: u32 = 1 << 12;

/// How many messages, bodies and futures of a kind guests can have at one time. A body keeps tens
/// of KiB, so there are fewer than other resources.
const MAX_MESSAGES: u32 = 1 << 10;

/// The messages of a store's guests, with all that belongs to them.
#[derive(Debug)]
pub(crate) struct Http {
    fields: Table<Fields, wit::Fields>,
    incoming_requests: Table<IncomingRequest, wit::IncomingRequest>,
    outgoing_requests: Table<OutgoingRequest, wit::OutgoingRequest>,
    options: Table<RequestOptions, wit::RequestOptions>,
    outparams: Table<ResponseOutparam, wit::ResponseOutparam>,
    incoming_responses: Table<IncomingResponse, wit::IncomingResponse>,
    outgoing_responses: Table<OutgoingResponse, wit::OutgoingResponse>,
    incoming_bodies: Table<IncomingBody, wit::IncomingBody>,
    outgoing_bodies: Table<OutgoingBody, wit::OutgoingBody>,
    trailers: Table<FutureTrailers, wit::FutureTrailers>,
    responses: Table<FutureResponse, wit::FutureIncomingResponse>,
    /// Has a guest set a `response-outparam`?
    answered: bool,
    /// Who sends requests, and which it may send.
    client: Option<(Arc<dyn SendRequest>, Arc<Permission>)>,
}

/// Says whether a request may be sent to this URI.
struct Permission(Box<dyn Fn(&Uri) -> bool + Send + Sync>);

impl std::fmt::Debug for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permission").finish_non_exhaustive()
    }
}

impl Default for Http {
    fn default() -> Self {
        Http {
            fields: Table::with_limit(MAX_FIELDS),
            incoming_requests: Table::with_limit(MAX_MESSAGES),
            outgoing_requests: Table::with_limit(MAX_MESSAGES),
            options: Table::with_limit(MAX_MESSAGES),
            outparams: Table::with_limit(MAX_MESSAGES),
            incoming_responses: Table::with_limit(MAX_MESSAGES),
            outgoing_responses: Table::with_limit(MAX_MESSAGES),
            incoming_bodies: Table::with_limit(MAX_MESSAGES),
            outgoing_bodies: Table::with_limit(MAX_MESSAGES),
            trailers: Table::with_limit(MAX_MESSAGES),
            responses: Table::with_limit(MAX_MESSAGES),
            answered: false,
            client: None,
        }
    }
}

impl Http {
    /// No more resources of a kind than this, and than there is memory for.
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.fields.set_limit(limit.min(MAX_FIELDS));
        let limit = limit.min(MAX_MESSAGES);
        self.incoming_requests.set_limit(limit);
        self.outgoing_requests.set_limit(limit);
        self.options.set_limit(limit);
        self.outparams.set_limit(limit);
        self.incoming_responses.set_limit(limit);
        self.outgoing_responses.set_limit(limit);
        self.incoming_bodies.set_limit(limit);
        self.outgoing_bodies.set_limit(limit);
        self.trailers.set_limit(limit);
        self.responses.set_limit(limit);
    }

    /// Sends a request, if that is allowed.
    fn send(&self, request: OutgoingRequest, options: RequestOptions) -> Result<FutureResponse, ErrorCode> {
        let (client, permission) = self.client.as_ref().ok_or(ErrorCode::HttpRequestDenied)?;
        let request = request.into_request()?;
        if !(permission.0)(request.uri()) {
            return Err(ErrorCode::HttpRequestDenied);
        }
        Ok(client.send(request, options))
    }
}

impl WasiCtxBuilder {
    /// Lets guests make HTTP requests: `client` sends those to URIs that are `allowed`. Others
    /// have the error `HTTP-request-denied`, and so have all without this.
    ///
    /// A URI has a scheme and an authority. The name in the authority is resolved later, so this
    /// is no check of addresses.
    pub fn allow_http(
        &mut self,
        client: Arc<dyn SendRequest>,
        allowed: impl Fn(&Uri) -> bool + Send + Sync + 'static,
    ) -> &mut Self {
        self.ctx.http.client = Some((client, Arc::new(Permission(Box::new(allowed)))));
        self
    }
}

impl WasiCtx {
    /// Gives guests a request to answer, as a handle for `incoming-handler.handle`.
    pub fn push_incoming_request(
        &mut self,
        request: IncomingRequest,
    ) -> Result<Resource<IncomingRequestResource>, HostError> {
        Ok(self.http.incoming_requests.push(request)?)
    }

    /// Gives guests the way to answer, as a handle for `incoming-handler.handle`.
    pub fn push_response_outparam(
        &mut self,
        respond: ResponseOutparam,
    ) -> Result<Resource<ResponseOutparamResource>, HostError> {
        Ok(self.http.outparams.push(respond)?)
    }

    /// Has a guest answered?
    fn has_answered(&self) -> bool {
        self.http.answered
    }
}

impl outgoing_handler::OutgoingHandler for WasiCtx {
    fn handle(
        &mut self,
        request: Resource<wit::OutgoingRequest>,
        options: Option<Resource<wit::RequestOptions>>,
    ) -> Result<Result<Resource<wit::FutureIncomingResponse>, wit::ErrorCode>, HostError> {
        let request = self.http.outgoing_requests.remove(request)?;
        let options = match options {
            Some(options) => self.http.options.remove(options)?,
            None => RequestOptions::default(),
        };
        if self.http.responses.len() >= self.http.responses.limit() {
            return Ok(Err(wit::ErrorCode::ConnectionLimitReached));
        }
        match self.http.send(request, options) {
            Ok(response) => Ok(Ok(self.http.responses.push(response)?)),
            Err(error) => Ok(Err(convert::error_to_wit(error))),
        }
    }
}

/// Defines `wasi:http/{types,outgoing-handler}`. `get` finds the context in the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    wit::add_to_linker(linker, get)?;
    outgoing_handler::add_to_linker(linker, get)
}
