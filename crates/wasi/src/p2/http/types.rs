//! The functions of `wasi:http/types`, each a few lines over [`crate::http`].

use super::convert::{self, error_to_wit, fields_error};
use crate::bindings::wasi::http::types::{
    self as wit, ErrorCode, FieldName, FieldValue, FutureIncomingResponse, FutureTrailers, HeaderError, Headers,
    IncomingBody, IncomingRequest, IncomingResponse, InputStream, IoError, Method, OutgoingBody, OutgoingRequest,
    OutgoingResponse, OutputStream, Pollable, RequestOptions, ResponseOutparam, Scheme, StatusCode, Trailers,
};
use crate::http::{self, Fields, FieldsError};
use crate::p2::ctx::WasiCtx;
use crate::stream::Failure;
use cantilever_runtime::{HostError, Resource};
use std::time::Duration;

/// The stream of a body lives longer than the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the guest gave up a body whose stream it still has")]
pub struct StreamAlive;

/// What a WIT's result without an error payload is, where something can be had once.
type Once<T> = Result<Result<Resource<T>, ()>, HostError>;

impl WasiCtx {
    /// A handle of fields.
    fn push_fields(&mut self, fields: Fields) -> Result<Resource<Headers>, HostError> {
        Ok(self.http.fields.push(fields)?)
    }

    /// Changes fields.
    fn change_fields(
        &mut self,
        this: Resource<Headers>,
        change: impl FnOnce(&mut Fields) -> Result<(), FieldsError>,
    ) -> Result<Result<(), HeaderError>, HostError> {
        match change(self.http.fields.get_mut(&this)?) {
            Ok(()) => Ok(Ok(())),
            Err(error) => fields_error(error).map(Err),
        }
    }

    /// A handle of a body that arrives, unless it has been taken.
    fn consume(&mut self, body: Option<http::IncomingBody>) -> Once<IncomingBody> {
        match body {
            Some(body) => Ok(Ok(self.http.incoming_bodies.push(body)?)),
            None => Ok(Err(())),
        }
    }

    /// A handle of a body that is sent, unless it has been taken.
    fn produce(&mut self, body: Option<http::OutgoingBody>) -> Once<OutgoingBody> {
        match body {
            Some(body) => Ok(Ok(self.http.outgoing_bodies.push(body)?)),
            None => Ok(Err(())),
        }
    }

    /// One of the times of request options.
    fn time(
        &mut self,
        this: Resource<RequestOptions>,
        which: fn(&mut http::RequestOptions) -> &mut Option<Duration>,
    ) -> Result<Option<wit::Duration>, HostError> {
        let time = *which(self.http.options.get_mut(&this)?);
        Ok(time.map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// Sets one of the times of request options.
    fn set_time(
        &mut self,
        this: Resource<RequestOptions>,
        which: fn(&mut http::RequestOptions) -> &mut Option<Duration>,
        time: Option<wit::Duration>,
    ) -> Result<Result<(), ()>, HostError> {
        *which(self.http.options.get_mut(&this)?) = time.map(Duration::from_nanos);
        Ok(Ok(()))
    }
}

/// Sets what parses; what does not changes nothing.
fn set<T>(place: &mut T, parsed: Result<T, ()>) -> Result<Result<(), ()>, HostError> {
    Ok(parsed.map(|value| *place = value))
}

impl wit::Types for WasiCtx {
    fn fields_new(&mut self) -> Result<Resource<Headers>, HostError> {
        self.push_fields(Fields::new())
    }

    fn fields_from_list(
        &mut self,
        entries: Vec<(&str, &[u8])>,
    ) -> Result<Result<Resource<Headers>, HeaderError>, HostError> {
        let mut fields = Fields::new();
        match entries.into_iter().try_for_each(|(name, value)| fields.append(name, value)) {
            Ok(()) => self.push_fields(fields).map(Ok),
            Err(error) => fields_error(error).map(Err),
        }
    }

    fn fields_get(&mut self, this: Resource<Headers>, name: &str) -> Result<Vec<FieldValue>, HostError> {
        Ok(self.http.fields.get(&this)?.get(name).map(<[u8]>::to_vec).collect())
    }

    fn fields_has(&mut self, this: Resource<Headers>, name: &str) -> Result<bool, HostError> {
        Ok(self.http.fields.get(&this)?.has(name))
    }

    fn fields_set(
        &mut self,
        this: Resource<Headers>,
        name: &str,
        value: Vec<&[u8]>,
    ) -> Result<Result<(), HeaderError>, HostError> {
        self.change_fields(this, |fields| fields.set(name, value))
    }

    fn fields_delete(&mut self, this: Resource<Headers>, name: &str) -> Result<Result<(), HeaderError>, HostError> {
        self.change_fields(this, |fields| fields.delete(name))
    }

    fn fields_append(
        &mut self,
        this: Resource<Headers>,
        name: &str,
        value: &[u8],
    ) -> Result<Result<(), HeaderError>, HostError> {
        self.change_fields(this, |fields| fields.append(name, value))
    }

    fn fields_entries(&mut self, this: Resource<Headers>) -> Result<Vec<(FieldName, FieldValue)>, HostError> {
        let fields = self.http.fields.get(&this)?;
        Ok(fields.iter().map(|(name, value)| (name.to_owned(), value.to_vec())).collect())
    }

    fn fields_clone(&mut self, this: Resource<Headers>) -> Result<Resource<Headers>, HostError> {
        let copy = self.http.fields.get(&this)?.to_mutable();
        self.push_fields(copy)
    }

    fn incoming_request_method(&mut self, this: Resource<IncomingRequest>) -> Result<Method, HostError> {
        Ok(convert::method_to_wit(&self.http.incoming_requests.get(&this)?.method))
    }

    fn incoming_request_path_with_query(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Option<String>, HostError> {
        Ok(self.http.incoming_requests.get(&this)?.path_with_query.as_ref().map(ToString::to_string))
    }

    fn incoming_request_scheme(&mut self, this: Resource<IncomingRequest>) -> Result<Option<Scheme>, HostError> {
        Ok(Some(convert::scheme_to_wit(&self.http.incoming_requests.get(&this)?.scheme)))
    }

    fn incoming_request_authority(&mut self, this: Resource<IncomingRequest>) -> Result<Option<String>, HostError> {
        Ok(self.http.incoming_requests.get(&this)?.authority.as_ref().map(ToString::to_string))
    }

    fn incoming_request_headers(&mut self, this: Resource<IncomingRequest>) -> Result<Resource<Headers>, HostError> {
        let headers = self.http.incoming_requests.get(&this)?.headers.clone();
        self.push_fields(headers)
    }

    fn incoming_request_consume(&mut self, this: Resource<IncomingRequest>) -> Once<IncomingBody> {
        let body = self.http.incoming_requests.get_mut(&this)?.body.take();
        self.consume(body)
    }

    fn outgoing_request_new(&mut self, headers: Resource<Headers>) -> Result<Resource<OutgoingRequest>, HostError> {
        let headers = self.http.fields.remove(headers)?;
        Ok(self.http.outgoing_requests.push(http::OutgoingRequest::new(headers))?)
    }

    fn outgoing_request_body(&mut self, this: Resource<OutgoingRequest>) -> Once<OutgoingBody> {
        let body = self.http.outgoing_requests.get_mut(&this)?.body();
        self.produce(body)
    }

    fn outgoing_request_method(&mut self, this: Resource<OutgoingRequest>) -> Result<Method, HostError> {
        Ok(convert::method_to_wit(&self.http.outgoing_requests.get(&this)?.method))
    }

    fn outgoing_request_set_method(
        &mut self,
        this: Resource<OutgoingRequest>,
        method: Method,
    ) -> Result<Result<(), ()>, HostError> {
        set(&mut self.http.outgoing_requests.get_mut(&this)?.method, convert::method(method))
    }

    fn outgoing_request_path_with_query(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Option<String>, HostError> {
        Ok(self.http.outgoing_requests.get(&this)?.path_with_query.as_ref().map(ToString::to_string))
    }

    fn outgoing_request_set_path_with_query(
        &mut self,
        this: Resource<OutgoingRequest>,
        path_with_query: Option<&str>,
    ) -> Result<Result<(), ()>, HostError> {
        let parsed = path_with_query.map(convert::path_with_query).transpose();
        set(&mut self.http.outgoing_requests.get_mut(&this)?.path_with_query, parsed)
    }

    fn outgoing_request_scheme(&mut self, this: Resource<OutgoingRequest>) -> Result<Option<Scheme>, HostError> {
        Ok(self.http.outgoing_requests.get(&this)?.scheme.as_ref().map(convert::scheme_to_wit))
    }

    fn outgoing_request_set_scheme(
        &mut self,
        this: Resource<OutgoingRequest>,
        scheme: Option<Scheme>,
    ) -> Result<Result<(), ()>, HostError> {
        let parsed = scheme.map(convert::scheme).transpose();
        set(&mut self.http.outgoing_requests.get_mut(&this)?.scheme, parsed)
    }

    fn outgoing_request_authority(&mut self, this: Resource<OutgoingRequest>) -> Result<Option<String>, HostError> {
        Ok(self.http.outgoing_requests.get(&this)?.authority.as_ref().map(ToString::to_string))
    }

    fn outgoing_request_set_authority(
        &mut self,
        this: Resource<OutgoingRequest>,
        authority: Option<&str>,
    ) -> Result<Result<(), ()>, HostError> {
        let parsed = authority.map(convert::authority).transpose();
        set(&mut self.http.outgoing_requests.get_mut(&this)?.authority, parsed)
    }

    fn outgoing_request_headers(&mut self, this: Resource<OutgoingRequest>) -> Result<Resource<Headers>, HostError> {
        let headers = self.http.outgoing_requests.get(&this)?.headers().clone();
        self.push_fields(headers)
    }

    fn request_options_new(&mut self) -> Result<Resource<RequestOptions>, HostError> {
        Ok(self.http.options.push(http::RequestOptions::default())?)
    }

    fn request_options_connect_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<wit::Duration>, HostError> {
        self.time(this, |options| &mut options.connect)
    }

    fn request_options_set_connect_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<wit::Duration>,
    ) -> Result<Result<(), ()>, HostError> {
        self.set_time(this, |options| &mut options.connect, duration)
    }

    fn request_options_first_byte_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<wit::Duration>, HostError> {
        self.time(this, |options| &mut options.first_byte)
    }

    fn request_options_set_first_byte_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<wit::Duration>,
    ) -> Result<Result<(), ()>, HostError> {
        self.set_time(this, |options| &mut options.first_byte, duration)
    }

    fn request_options_between_bytes_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<wit::Duration>, HostError> {
        self.time(this, |options| &mut options.between_bytes)
    }

    fn request_options_set_between_bytes_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<wit::Duration>,
    ) -> Result<Result<(), ()>, HostError> {
        self.set_time(this, |options| &mut options.between_bytes, duration)
    }

    fn response_outparam_send_informational(
        &mut self,
        _this: Resource<ResponseOutparam>,
        status: u16,
        headers: Resource<Headers>,
    ) -> Result<Result<(), ErrorCode>, HostError> {
        self.http.fields.remove(headers)?;
        if !(100..200).contains(&status) {
            return Ok(Err(ErrorCode::HttpProtocolError));
        }
        Ok(Err(ErrorCode::InternalError(Some("informational responses are not supported".to_owned()))))
    }

    fn response_outparam_set(
        &mut self,
        param: Resource<ResponseOutparam>,
        response: Result<Resource<OutgoingResponse>, ErrorCode>,
    ) -> Result<(), HostError> {
        let respond = self.http.outparams.remove(param)?;
        self.http.answered = true;
        respond.set(match response {
            Ok(response) => Ok(self.http.outgoing_responses.remove(response)?),
            Err(error) => Err(convert::error(error)),
        });
        Ok(())
    }

    fn incoming_response_status(&mut self, this: Resource<IncomingResponse>) -> Result<StatusCode, HostError> {
        Ok(self.http.incoming_responses.get(&this)?.status.as_u16())
    }

    fn incoming_response_headers(&mut self, this: Resource<IncomingResponse>) -> Result<Resource<Headers>, HostError> {
        let headers = self.http.incoming_responses.get(&this)?.headers.clone();
        self.push_fields(headers)
    }

    fn incoming_response_consume(&mut self, this: Resource<IncomingResponse>) -> Once<IncomingBody> {
        let body = self.http.incoming_responses.get_mut(&this)?.body.take();
        self.consume(body)
    }

    fn incoming_body_stream(&mut self, this: Resource<IncomingBody>) -> Once<InputStream> {
        match self.http.incoming_bodies.get_mut(&this)?.stream() {
            Some(input) => self.io.push_input(input).map(Ok),
            None => Ok(Err(())),
        }
    }

    fn incoming_body_finish(&mut self, this: Resource<IncomingBody>) -> Result<Resource<FutureTrailers>, HostError> {
        let body = self.http.incoming_bodies.remove(this)?;
        if body.is_streaming() {
            return Err(StreamAlive.into());
        }
        Ok(self.http.trailers.push(body.finish())?)
    }

    fn future_trailers_subscribe(&mut self, this: Resource<FutureTrailers>) -> Result<Resource<Pollable>, HostError> {
        let pollable = self.http.trailers.get(&this)?.pollable();
        self.io.subscribe(pollable)
    }

    fn future_trailers_get(
        &mut self,
        this: Resource<FutureTrailers>,
    ) -> Result<Option<Result<Result<Option<Resource<Trailers>>, ErrorCode>, ()>>, HostError> {
        Ok(match self.http.trailers.get_mut(&this)?.get() {
            None => None,
            Some(Err(())) => Some(Err(())),
            Some(Ok(Err(error))) => Some(Ok(Err(error_to_wit(error)))),
            Some(Ok(Ok(None))) => Some(Ok(Ok(None))),
            Some(Ok(Ok(Some(trailers)))) => Some(Ok(Ok(Some(self.push_fields(trailers)?)))),
        })
    }

    fn outgoing_response_new(&mut self, headers: Resource<Headers>) -> Result<Resource<OutgoingResponse>, HostError> {
        let headers = self.http.fields.remove(headers)?;
        Ok(self.http.outgoing_responses.push(http::OutgoingResponse::new(headers))?)
    }

    fn outgoing_response_status_code(&mut self, this: Resource<OutgoingResponse>) -> Result<StatusCode, HostError> {
        Ok(self.http.outgoing_responses.get(&this)?.status.as_u16())
    }

    fn outgoing_response_set_status_code(
        &mut self,
        this: Resource<OutgoingResponse>,
        status_code: StatusCode,
    ) -> Result<Result<(), ()>, HostError> {
        set(&mut self.http.outgoing_responses.get_mut(&this)?.status, convert::status(status_code))
    }

    fn outgoing_response_headers(&mut self, this: Resource<OutgoingResponse>) -> Result<Resource<Headers>, HostError> {
        let headers = self.http.outgoing_responses.get(&this)?.headers().clone();
        self.push_fields(headers)
    }

    fn outgoing_response_body(&mut self, this: Resource<OutgoingResponse>) -> Once<OutgoingBody> {
        let body = self.http.outgoing_responses.get_mut(&this)?.body();
        self.produce(body)
    }

    fn outgoing_body_write(&mut self, this: Resource<OutgoingBody>) -> Once<OutputStream> {
        match self.http.outgoing_bodies.get_mut(&this)?.stream() {
            Some(output) => self.io.push_output(output).map(Ok),
            None => Ok(Err(())),
        }
    }

    fn outgoing_body_finish(
        &mut self,
        this: Resource<OutgoingBody>,
        trailers: Option<Resource<Trailers>>,
    ) -> Result<Result<(), ErrorCode>, HostError> {
        let body = self.http.outgoing_bodies.remove(this)?;
        if body.is_streaming() {
            return Err(StreamAlive.into());
        }
        let trailers = trailers.map(|trailers| self.http.fields.remove(trailers)).transpose()?;
        Ok(body.finish(trailers).map_err(error_to_wit))
    }

    fn future_incoming_response_subscribe(
        &mut self,
        this: Resource<FutureIncomingResponse>,
    ) -> Result<Resource<Pollable>, HostError> {
        let pollable = self.http.responses.get(&this)?.pollable();
        self.io.subscribe(pollable)
    }

    fn future_incoming_response_get(
        &mut self,
        this: Resource<FutureIncomingResponse>,
    ) -> Result<Option<Result<Result<Resource<IncomingResponse>, ErrorCode>, ()>>, HostError> {
        Ok(match self.http.responses.get_mut(&this)?.get() {
            None => None,
            Some(Err(())) => Some(Err(())),
            Some(Ok(Err(error))) => Some(Ok(Err(error_to_wit(error)))),
            Some(Ok(Ok(response))) => Some(Ok(Ok(self.http.incoming_responses.push(response)?))),
        })
    }

    fn http_error_code(&mut self, err: Resource<IoError>) -> Result<Option<ErrorCode>, HostError> {
        let Failure::Typed(error) = self.io.errors.get(&err)? else { return Ok(None) };
        Ok(error.downcast_ref::<http::ErrorCode>().map(|code| error_to_wit(code.clone())))
    }

    fn drop_fields(&mut self, this: Resource<Headers>) -> Result<(), HostError> {
        self.http.fields.remove(this)?;
        Ok(())
    }

    fn drop_incoming_request(&mut self, this: Resource<IncomingRequest>) -> Result<(), HostError> {
        self.http.incoming_requests.remove(this)?;
        Ok(())
    }

    fn drop_outgoing_request(&mut self, this: Resource<OutgoingRequest>) -> Result<(), HostError> {
        self.http.outgoing_requests.remove(this)?;
        Ok(())
    }

    fn drop_request_options(&mut self, this: Resource<RequestOptions>) -> Result<(), HostError> {
        self.http.options.remove(this)?;
        Ok(())
    }

    fn drop_response_outparam(&mut self, this: Resource<ResponseOutparam>) -> Result<(), HostError> {
        self.http.outparams.remove(this)?;
        Ok(())
    }

    fn drop_incoming_response(&mut self, this: Resource<IncomingResponse>) -> Result<(), HostError> {
        self.http.incoming_responses.remove(this)?;
        Ok(())
    }

    fn drop_incoming_body(&mut self, this: Resource<IncomingBody>) -> Result<(), HostError> {
        match self.http.incoming_bodies.remove(this)?.is_streaming() {
            true => Err(StreamAlive.into()),
            false => Ok(()),
        }
    }

    fn drop_future_trailers(&mut self, this: Resource<FutureTrailers>) -> Result<(), HostError> {
        self.http.trailers.remove(this)?;
        Ok(())
    }

    fn drop_outgoing_response(&mut self, this: Resource<OutgoingResponse>) -> Result<(), HostError> {
        self.http.outgoing_responses.remove(this)?;
        Ok(())
    }

    fn drop_outgoing_body(&mut self, this: Resource<OutgoingBody>) -> Result<(), HostError> {
        match self.http.outgoing_bodies.remove(this)?.is_streaming() {
            true => Err(StreamAlive.into()),
            false => Ok(()),
        }
    }

    fn drop_future_incoming_response(&mut self, this: Resource<FutureIncomingResponse>) -> Result<(), HostError> {
        self.http.responses.remove(this)?;
        Ok(())
    }
}
