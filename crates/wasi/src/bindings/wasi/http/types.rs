//! This interface defines all of the types and methods for implementing
//! HTTP Requests and Responses, both incoming and outgoing, as well as
//! their headers, trailers, and bodies.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{
    ComponentType, HostError, Lift, LinkError, Linker, Lower, Resource,
};

pub use super::super::clocks::monotonic_clock::Duration;
pub use super::super::io::error::Error as IoError;
pub use super::super::io::poll::Pollable;
pub use super::super::io::streams::{InputStream, OutputStream};

/// This type corresponds to HTTP standard Methods.
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum Method {
    /// The case `get`.
    Get,
    /// The case `head`.
    Head,
    /// The case `post`.
    Post,
    /// The case `put`.
    Put,
    /// The case `delete`.
    Delete,
    /// The case `connect`.
    Connect,
    /// The case `options`.
    Options,
    /// The case `trace`.
    Trace,
    /// The case `patch`.
    Patch,
    /// The case `other`.
    Other(String),
}

/// This type corresponds to HTTP standard Related Schemes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum Scheme {
    /// The case `HTTP`.
    #[component(name = "HTTP")]
    Http,
    /// The case `HTTPS`.
    #[component(name = "HTTPS")]
    Https,
    /// The case `other`.
    Other(String),
}

/// Defines the case payload type for `DNS-error` above:
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct DnsErrorPayload {
    /// The field `rcode`.
    pub rcode: Option<String>,
    /// The field `info-code`.
    pub info_code: Option<u16>,
}

/// Defines the case payload type for `TLS-alert-received` above:
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct TlsAlertReceivedPayload {
    /// The field `alert-id`.
    pub alert_id: Option<u8>,
    /// The field `alert-message`.
    pub alert_message: Option<String>,
}

/// Defines the case payload type for `HTTP-response-{header,trailer}-size` above:
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct FieldSizePayload {
    /// The field `field-name`.
    pub field_name: Option<String>,
    /// The field `field-size`.
    pub field_size: Option<u32>,
}

/// These cases are inspired by the IANA HTTP Proxy Error Types:
///   <https://www.iana.org/assignments/http-proxy-status/http-proxy-status.xhtml#table-http-proxy-error-types>
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum ErrorCode {
    /// The case `DNS-timeout`.
    #[component(name = "DNS-timeout")]
    DnsTimeout,
    /// The case `DNS-error`.
    #[component(name = "DNS-error")]
    DnsError(DnsErrorPayload),
    /// The case `destination-not-found`.
    DestinationNotFound,
    /// The case `destination-unavailable`.
    DestinationUnavailable,
    /// The case `destination-IP-prohibited`.
    #[component(name = "destination-IP-prohibited")]
    DestinationIpProhibited,
    /// The case `destination-IP-unroutable`.
    #[component(name = "destination-IP-unroutable")]
    DestinationIpUnroutable,
    /// The case `connection-refused`.
    ConnectionRefused,
    /// The case `connection-terminated`.
    ConnectionTerminated,
    /// The case `connection-timeout`.
    ConnectionTimeout,
    /// The case `connection-read-timeout`.
    ConnectionReadTimeout,
    /// The case `connection-write-timeout`.
    ConnectionWriteTimeout,
    /// The case `connection-limit-reached`.
    ConnectionLimitReached,
    /// The case `TLS-protocol-error`.
    #[component(name = "TLS-protocol-error")]
    TlsProtocolError,
    /// The case `TLS-certificate-error`.
    #[component(name = "TLS-certificate-error")]
    TlsCertificateError,
    /// The case `TLS-alert-received`.
    #[component(name = "TLS-alert-received")]
    TlsAlertReceived(TlsAlertReceivedPayload),
    /// The case `HTTP-request-denied`.
    #[component(name = "HTTP-request-denied")]
    HttpRequestDenied,
    /// The case `HTTP-request-length-required`.
    #[component(name = "HTTP-request-length-required")]
    HttpRequestLengthRequired,
    /// The case `HTTP-request-body-size`.
    #[component(name = "HTTP-request-body-size")]
    HttpRequestBodySize(Option<u64>),
    /// The case `HTTP-request-method-invalid`.
    #[component(name = "HTTP-request-method-invalid")]
    HttpRequestMethodInvalid,
    /// The case `HTTP-request-URI-invalid`.
    #[component(name = "HTTP-request-URI-invalid")]
    HttpRequestUriInvalid,
    /// The case `HTTP-request-URI-too-long`.
    #[component(name = "HTTP-request-URI-too-long")]
    HttpRequestUriTooLong,
    /// The case `HTTP-request-header-section-size`.
    #[component(name = "HTTP-request-header-section-size")]
    HttpRequestHeaderSectionSize(Option<u32>),
    /// The case `HTTP-request-header-size`.
    #[component(name = "HTTP-request-header-size")]
    HttpRequestHeaderSize(Option<FieldSizePayload>),
    /// The case `HTTP-request-trailer-section-size`.
    #[component(name = "HTTP-request-trailer-section-size")]
    HttpRequestTrailerSectionSize(Option<u32>),
    /// The case `HTTP-request-trailer-size`.
    #[component(name = "HTTP-request-trailer-size")]
    HttpRequestTrailerSize(FieldSizePayload),
    /// The case `HTTP-response-incomplete`.
    #[component(name = "HTTP-response-incomplete")]
    HttpResponseIncomplete,
    /// The case `HTTP-response-header-section-size`.
    #[component(name = "HTTP-response-header-section-size")]
    HttpResponseHeaderSectionSize(Option<u32>),
    /// The case `HTTP-response-header-size`.
    #[component(name = "HTTP-response-header-size")]
    HttpResponseHeaderSize(FieldSizePayload),
    /// The case `HTTP-response-body-size`.
    #[component(name = "HTTP-response-body-size")]
    HttpResponseBodySize(Option<u64>),
    /// The case `HTTP-response-trailer-section-size`.
    #[component(name = "HTTP-response-trailer-section-size")]
    HttpResponseTrailerSectionSize(Option<u32>),
    /// The case `HTTP-response-trailer-size`.
    #[component(name = "HTTP-response-trailer-size")]
    HttpResponseTrailerSize(FieldSizePayload),
    /// The case `HTTP-response-transfer-coding`.
    #[component(name = "HTTP-response-transfer-coding")]
    HttpResponseTransferCoding(Option<String>),
    /// The case `HTTP-response-content-coding`.
    #[component(name = "HTTP-response-content-coding")]
    HttpResponseContentCoding(Option<String>),
    /// The case `HTTP-response-timeout`.
    #[component(name = "HTTP-response-timeout")]
    HttpResponseTimeout,
    /// The case `HTTP-upgrade-failed`.
    #[component(name = "HTTP-upgrade-failed")]
    HttpUpgradeFailed,
    /// The case `HTTP-protocol-error`.
    #[component(name = "HTTP-protocol-error")]
    HttpProtocolError,
    /// The case `loop-detected`.
    LoopDetected,
    /// The case `configuration-error`.
    ConfigurationError,
    /// This is a catch-all error for anything that doesn't fit cleanly into a
    /// more specific case. It also includes an optional string for an
    /// unstructured description of the error. Users should not depend on the
    /// string for diagnosing errors, as it's not required to be consistent
    /// between implementations.
    InternalError(Option<String>),
}

/// This type enumerates the different kinds of errors that may occur when
/// setting or appending to a `fields` resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum HeaderError {
    /// This error indicates that a `field-name` or `field-value` was
    /// syntactically invalid when used with an operation that sets headers in a
    /// `fields`.
    InvalidSyntax,
    /// This error indicates that a forbidden `field-name` was used when trying
    /// to set a header in a `fields`.
    Forbidden,
    /// This error indicates that the operation on the `fields` was not
    /// permitted because the fields are immutable.
    Immutable,
}

/// Field keys are always strings.
///
/// Field keys should always be treated as case insensitive by the `fields`
/// resource for the purposes of equality checking.
///
/// # Deprecation
///
/// This type has been deprecated in favor of the `field-name` type.
pub type FieldKey = String;

/// Field names are always strings.
///
/// Field names should always be treated as case insensitive by the `fields`
/// resource for the purposes of equality checking.
pub type FieldName = FieldKey;

/// Field values should always be ASCII strings. However, in
/// reality, HTTP implementations often have to interpret malformed values,
/// so they are provided as a list of bytes.
pub type FieldValue = Vec<u8>;

/// This following block defines the `fields` resource which corresponds to
/// HTTP standard Fields. Fields are a common representation used for both
/// Headers and Trailers.
///
/// A `fields` may be mutable or immutable. A `fields` created using the
/// constructor, `from-list`, or `clone` will be mutable, but a `fields`
/// resource given by other means (including, but not limited to,
/// `incoming-request.headers`, `outgoing-request.headers`) might be
/// immutable. In an immutable fields, the `set`, `append`, and `delete`
/// operations will fail with `header-error.immutable`.
#[derive(Debug)]
pub enum Fields {}

/// Headers is an alias for Fields.
pub type Headers = Fields;

/// Trailers is an alias for Fields.
pub type Trailers = Fields;

/// Represents an incoming HTTP Request.
#[derive(Debug)]
pub enum IncomingRequest {}

/// Represents an outgoing HTTP Request.
#[derive(Debug)]
pub enum OutgoingRequest {}

/// Parameters for making an HTTP Request. Each of these parameters is
/// currently an optional timeout applicable to the transport layer of the
/// HTTP protocol.
///
/// These timeouts are separate from any the user may use to bound a
/// blocking call to `wasi:io/poll.poll`.
#[derive(Debug)]
pub enum RequestOptions {}

/// Represents the ability to send an HTTP Response.
///
/// This resource is used by the `wasi:http/incoming-handler` interface to
/// allow a Response to be sent corresponding to the Request provided as the
/// other argument to `incoming-handler.handle`.
#[derive(Debug)]
pub enum ResponseOutparam {}

/// This type corresponds to the HTTP standard Status Code.
pub type StatusCode = u16;

/// Represents an incoming HTTP Response.
#[derive(Debug)]
pub enum IncomingResponse {}

/// Represents an incoming HTTP Request or Response's Body.
///
/// A body has both its contents - a stream of bytes - and a (possibly
/// empty) set of trailers, indicating that the full contents of the
/// body have been received. This resource represents the contents as
/// an `input-stream` and the delivery of trailers as a `future-trailers`,
/// and ensures that the user of this interface may only be consuming either
/// the body contents or waiting on trailers at any given time.
#[derive(Debug)]
pub enum IncomingBody {}

/// Represents a future which may eventually return trailers, or an error.
///
/// In the case that the incoming HTTP Request or Response did not have any
/// trailers, this future will resolve to the empty set of trailers once the
/// complete Request or Response body has been received.
#[derive(Debug)]
pub enum FutureTrailers {}

/// Represents an outgoing HTTP Response.
#[derive(Debug)]
pub enum OutgoingResponse {}

/// Represents an outgoing HTTP Request or Response's Body.
///
/// A body has both its contents - a stream of bytes - and a (possibly
/// empty) set of trailers, inducating the full contents of the body
/// have been sent. This resource represents the contents as an
/// `output-stream` child resource, and the completion of the body (with
/// optional trailers) with a static function that consumes the
/// `outgoing-body` resource, and ensures that the user of this interface
/// may not write to the body contents after the body has been finished.
///
/// If the user code drops this resource, as opposed to calling the static
/// method `finish`, the implementation should treat the body as incomplete,
/// and that an error has occurred. The implementation should propagate this
/// error to the HTTP protocol by whatever means it has available,
/// including: corrupting the body on the wire, aborting the associated
/// Request, or sending a late status code for the Response.
#[derive(Debug)]
pub enum OutgoingBody {}

/// Represents a future which may eventually return an incoming HTTP
/// Response, or an error.
///
/// This resource is returned by the `wasi:http/outgoing-handler` interface to
/// provide the HTTP Response corresponding to the sent Request.
#[derive(Debug)]
pub enum FutureIncomingResponse {}

/// What a host does for guests that import `wasi:http/types@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Types {
    /// Construct an empty HTTP Fields.
    ///
    /// The resulting `fields` is mutable.
    fn fields_new(&mut self) -> Result<Resource<Fields>, HostError>;

    /// Construct an HTTP Fields.
    ///
    /// The resulting `fields` is mutable.
    ///
    /// The list represents each name-value pair in the Fields. Names
    /// which have multiple values are represented by multiple entries in this
    /// list with the same name.
    ///
    /// The tuple is a pair of the field name, represented as a string, and
    /// Value, represented as a list of bytes.
    ///
    /// An error result will be returned if any `field-name` or `field-value` is
    /// syntactically invalid, or if a field is forbidden.
    fn fields_from_list(
        &mut self,
        entries: Vec<(&str, &[u8])>,
    ) -> Result<Result<Resource<Fields>, HeaderError>, HostError>;

    /// Get all of the values corresponding to a name. If the name is not present
    /// in this `fields` or is syntactically invalid, an empty list is returned.
    /// However, if the name is present but empty, this is represented by a list
    /// with one or more empty field-values present.
    fn fields_get(
        &mut self,
        this: Resource<Fields>,
        name: &str,
    ) -> Result<Vec<FieldValue>, HostError>;

    /// Returns `true` when the name is present in this `fields`. If the name is
    /// syntactically invalid, `false` is returned.
    fn fields_has(
        &mut self,
        this: Resource<Fields>,
        name: &str,
    ) -> Result<bool, HostError>;

    /// Set all of the values for a name. Clears any existing values for that
    /// name, if they have been set.
    ///
    /// Fails with `header-error.immutable` if the `fields` are immutable.
    ///
    /// Fails with `header-error.invalid-syntax` if the `field-name` or any of
    /// the `field-value`s are syntactically invalid.
    fn fields_set(
        &mut self,
        this: Resource<Fields>,
        name: &str,
        value: Vec<&[u8]>,
    ) -> Result<Result<(), HeaderError>, HostError>;

    /// Delete all values for a name. Does nothing if no values for the name
    /// exist.
    ///
    /// Fails with `header-error.immutable` if the `fields` are immutable.
    ///
    /// Fails with `header-error.invalid-syntax` if the `field-name` is
    /// syntactically invalid.
    fn fields_delete(
        &mut self,
        this: Resource<Fields>,
        name: &str,
    ) -> Result<Result<(), HeaderError>, HostError>;

    /// Append a value for a name. Does not change or delete any existing
    /// values for that name.
    ///
    /// Fails with `header-error.immutable` if the `fields` are immutable.
    ///
    /// Fails with `header-error.invalid-syntax` if the `field-name` or
    /// `field-value` are syntactically invalid.
    fn fields_append(
        &mut self,
        this: Resource<Fields>,
        name: &str,
        value: &[u8],
    ) -> Result<Result<(), HeaderError>, HostError>;

    /// Retrieve the full set of names and values in the Fields. Like the
    /// constructor, the list represents each name-value pair.
    ///
    /// The outer list represents each name-value pair in the Fields. Names
    /// which have multiple values are represented by multiple entries in this
    /// list with the same name.
    ///
    /// The names and values are always returned in the original casing and in
    /// the order in which they will be serialized for transport.
    fn fields_entries(
        &mut self,
        this: Resource<Fields>,
    ) -> Result<Vec<(FieldName, FieldValue)>, HostError>;

    /// Make a deep copy of the Fields. Equivalent in behavior to calling the
    /// `fields` constructor on the return value of `entries`. The resulting
    /// `fields` is mutable.
    fn fields_clone(
        &mut self,
        this: Resource<Fields>,
    ) -> Result<Resource<Fields>, HostError>;

    /// Returns the method of the incoming request.
    fn incoming_request_method(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Method, HostError>;

    /// Returns the path with query parameters from the request, as a string.
    fn incoming_request_path_with_query(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Option<String>, HostError>;

    /// Returns the protocol scheme from the request.
    fn incoming_request_scheme(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Option<Scheme>, HostError>;

    /// Returns the authority of the Request's target URI, if present.
    fn incoming_request_authority(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Option<String>, HostError>;

    /// Get the `headers` associated with the request.
    ///
    /// The returned `headers` resource is immutable: `set`, `append`, and
    /// `delete` operations will fail with `header-error.immutable`.
    ///
    /// The `headers` returned are a child resource: it must be dropped before
    /// the parent `incoming-request` is dropped. Dropping this
    /// `incoming-request` before all children are dropped will trap.
    fn incoming_request_headers(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Resource<Headers>, HostError>;

    /// Gives the `incoming-body` associated with this request. Will only
    /// return success at most once, and subsequent calls will return error.
    fn incoming_request_consume(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<Result<Resource<IncomingBody>, ()>, HostError>;

    /// Construct a new `outgoing-request` with a default `method` of `GET`, and
    /// `none` values for `path-with-query`, `scheme`, and `authority`.
    ///
    /// * `headers` is the HTTP Headers for the Request.
    ///
    /// It is possible to construct, or manipulate with the accessor functions
    /// below, an `outgoing-request` with an invalid combination of `scheme`
    /// and `authority`, or `headers` which are not permitted to be sent.
    /// It is the obligation of the `outgoing-handler.handle` implementation
    /// to reject invalid constructions of `outgoing-request`.
    fn outgoing_request_new(
        &mut self,
        headers: Resource<Headers>,
    ) -> Result<Resource<OutgoingRequest>, HostError>;

    /// Returns the resource corresponding to the outgoing Body for this
    /// Request.
    ///
    /// Returns success on the first call: the `outgoing-body` resource for
    /// this `outgoing-request` can be retrieved at most once. Subsequent
    /// calls will return error.
    fn outgoing_request_body(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Result<Resource<OutgoingBody>, ()>, HostError>;

    /// Get the Method for the Request.
    fn outgoing_request_method(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Method, HostError>;

    /// Set the Method for the Request. Fails if the string present in a
    /// `method.other` argument is not a syntactically valid method.
    fn outgoing_request_set_method(
        &mut self,
        this: Resource<OutgoingRequest>,
        method: Method,
    ) -> Result<Result<(), ()>, HostError>;

    /// Get the combination of the HTTP Path and Query for the Request.
    /// When `none`, this represents an empty Path and empty Query.
    fn outgoing_request_path_with_query(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Option<String>, HostError>;

    /// Set the combination of the HTTP Path and Query for the Request.
    /// When `none`, this represents an empty Path and empty Query. Fails is the
    /// string given is not a syntactically valid path and query uri component.
    fn outgoing_request_set_path_with_query(
        &mut self,
        this: Resource<OutgoingRequest>,
        path_with_query: Option<&str>,
    ) -> Result<Result<(), ()>, HostError>;

    /// Get the HTTP Related Scheme for the Request. When `none`, the
    /// implementation may choose an appropriate default scheme.
    fn outgoing_request_scheme(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Option<Scheme>, HostError>;

    /// Set the HTTP Related Scheme for the Request. When `none`, the
    /// implementation may choose an appropriate default scheme. Fails if the
    /// string given is not a syntactically valid uri scheme.
    fn outgoing_request_set_scheme(
        &mut self,
        this: Resource<OutgoingRequest>,
        scheme: Option<Scheme>,
    ) -> Result<Result<(), ()>, HostError>;

    /// Get the authority of the Request's target URI. A value of `none` may be used
    /// with Related Schemes which do not require an authority. The HTTP and
    /// HTTPS schemes always require an authority.
    fn outgoing_request_authority(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Option<String>, HostError>;

    /// Set the authority of the Request's target URI. A value of `none` may be used
    /// with Related Schemes which do not require an authority. The HTTP and
    /// HTTPS schemes always require an authority. Fails if the string given is
    /// not a syntactically valid URI authority.
    fn outgoing_request_set_authority(
        &mut self,
        this: Resource<OutgoingRequest>,
        authority: Option<&str>,
    ) -> Result<Result<(), ()>, HostError>;

    /// Get the headers associated with the Request.
    ///
    /// The returned `headers` resource is immutable: `set`, `append`, and
    /// `delete` operations will fail with `header-error.immutable`.
    ///
    /// This headers resource is a child: it must be dropped before the parent
    /// `outgoing-request` is dropped, or its ownership is transferred to
    /// another component by e.g. `outgoing-handler.handle`.
    fn outgoing_request_headers(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<Resource<Headers>, HostError>;

    /// Construct a default `request-options` value.
    fn request_options_new(&mut self) -> Result<Resource<RequestOptions>, HostError>;

    /// The timeout for the initial connect to the HTTP Server.
    fn request_options_connect_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<Duration>, HostError>;

    /// Set the timeout for the initial connect to the HTTP Server. An error
    /// return value indicates that this timeout is not supported.
    fn request_options_set_connect_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<Duration>,
    ) -> Result<Result<(), ()>, HostError>;

    /// The timeout for receiving the first byte of the Response body.
    fn request_options_first_byte_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<Duration>, HostError>;

    /// Set the timeout for receiving the first byte of the Response body. An
    /// error return value indicates that this timeout is not supported.
    fn request_options_set_first_byte_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<Duration>,
    ) -> Result<Result<(), ()>, HostError>;

    /// The timeout for receiving subsequent chunks of bytes in the Response
    /// body stream.
    fn request_options_between_bytes_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<Duration>, HostError>;

    /// Set the timeout for receiving subsequent chunks of bytes in the Response
    /// body stream. An error return value indicates that this timeout is not
    /// supported.
    fn request_options_set_between_bytes_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<Duration>,
    ) -> Result<Result<(), ()>, HostError>;

    /// Send an HTTP 1xx response.
    ///
    /// Unlike `response-outparam.set`, this does not consume the
    /// `response-outparam`, allowing the guest to send an arbitrary number of
    /// informational responses before sending the final response using
    /// `response-outparam.set`.
    ///
    /// This will return an `HTTP-protocol-error` if `status` is not in the
    /// range \[100-199], or an `internal-error` if the implementation does not
    /// support informational responses.
    fn response_outparam_send_informational(
        &mut self,
        this: Resource<ResponseOutparam>,
        status: u16,
        headers: Resource<Headers>,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Set the value of the `response-outparam` to either send a response,
    /// or indicate an error.
    ///
    /// This method consumes the `response-outparam` to ensure that it is
    /// called at most once. If it is never called, the implementation
    /// will respond with an error.
    ///
    /// The user may provide an `error` to `response` to allow the
    /// implementation determine how to respond with an HTTP error response.
    fn response_outparam_set(
        &mut self,
        param: Resource<ResponseOutparam>,
        response: Result<Resource<OutgoingResponse>, ErrorCode>,
    ) -> Result<(), HostError>;

    /// Returns the status code from the incoming response.
    fn incoming_response_status(
        &mut self,
        this: Resource<IncomingResponse>,
    ) -> Result<StatusCode, HostError>;

    /// Returns the headers from the incoming response.
    ///
    /// The returned `headers` resource is immutable: `set`, `append`, and
    /// `delete` operations will fail with `header-error.immutable`.
    ///
    /// This headers resource is a child: it must be dropped before the parent
    /// `incoming-response` is dropped.
    fn incoming_response_headers(
        &mut self,
        this: Resource<IncomingResponse>,
    ) -> Result<Resource<Headers>, HostError>;

    /// Returns the incoming body. May be called at most once. Returns error
    /// if called additional times.
    fn incoming_response_consume(
        &mut self,
        this: Resource<IncomingResponse>,
    ) -> Result<Result<Resource<IncomingBody>, ()>, HostError>;

    /// Returns the contents of the body, as a stream of bytes.
    ///
    /// Returns success on first call: the stream representing the contents
    /// can be retrieved at most once. Subsequent calls will return error.
    ///
    /// The returned `input-stream` resource is a child: it must be dropped
    /// before the parent `incoming-body` is dropped, or consumed by
    /// `incoming-body.finish`.
    ///
    /// This invariant ensures that the implementation can determine whether
    /// the user is consuming the contents of the body, waiting on the
    /// `future-trailers` to be ready, or neither. This allows for network
    /// backpressure is to be applied when the user is consuming the body,
    /// and for that backpressure to not inhibit delivery of the trailers if
    /// the user does not read the entire body.
    fn incoming_body_stream(
        &mut self,
        this: Resource<IncomingBody>,
    ) -> Result<Result<Resource<InputStream>, ()>, HostError>;

    /// Takes ownership of `incoming-body`, and returns a `future-trailers`.
    /// This function will trap if the `input-stream` child is still alive.
    fn incoming_body_finish(
        &mut self,
        this: Resource<IncomingBody>,
    ) -> Result<Resource<FutureTrailers>, HostError>;

    /// Returns a pollable which becomes ready when either the trailers have
    /// been received, or an error has occurred. When this pollable is ready,
    /// the `get` method will return `some`.
    fn future_trailers_subscribe(
        &mut self,
        this: Resource<FutureTrailers>,
    ) -> Result<Resource<Pollable>, HostError>;

    /// Returns the contents of the trailers, or an error which occurred,
    /// once the future is ready.
    ///
    /// The outer `option` represents future readiness. Users can wait on this
    /// `option` to become `some` using the `subscribe` method.
    ///
    /// The outer `result` is used to retrieve the trailers or error at most
    /// once. It will be success on the first call in which the outer option
    /// is `some`, and error on subsequent calls.
    ///
    /// The inner `result` represents that either the HTTP Request or Response
    /// body, as well as any trailers, were received successfully, or that an
    /// error occurred receiving them. The optional `trailers` indicates whether
    /// or not trailers were present in the body.
    ///
    /// When some `trailers` are returned by this method, the `trailers`
    /// resource is immutable, and a child. Use of the `set`, `append`, or
    /// `delete` methods will return an error, and the resource must be
    /// dropped before the parent `future-trailers` is dropped.
    fn future_trailers_get(
        &mut self,
        this: Resource<FutureTrailers>,
    ) -> Result<
        Option<Result<Result<Option<Resource<Trailers>>, ErrorCode>, ()>>,
        HostError,
    >;

    /// Construct an `outgoing-response`, with a default `status-code` of `200`.
    /// If a different `status-code` is needed, it must be set via the
    /// `set-status-code` method.
    ///
    /// * `headers` is the HTTP Headers for the Response.
    fn outgoing_response_new(
        &mut self,
        headers: Resource<Headers>,
    ) -> Result<Resource<OutgoingResponse>, HostError>;

    /// Get the HTTP Status Code for the Response.
    fn outgoing_response_status_code(
        &mut self,
        this: Resource<OutgoingResponse>,
    ) -> Result<StatusCode, HostError>;

    /// Set the HTTP Status Code for the Response. Fails if the status-code
    /// given is not a valid http status code.
    fn outgoing_response_set_status_code(
        &mut self,
        this: Resource<OutgoingResponse>,
        status_code: StatusCode,
    ) -> Result<Result<(), ()>, HostError>;

    /// Get the headers associated with the Request.
    ///
    /// The returned `headers` resource is immutable: `set`, `append`, and
    /// `delete` operations will fail with `header-error.immutable`.
    ///
    /// This headers resource is a child: it must be dropped before the parent
    /// `outgoing-request` is dropped, or its ownership is transferred to
    /// another component by e.g. `outgoing-handler.handle`.
    fn outgoing_response_headers(
        &mut self,
        this: Resource<OutgoingResponse>,
    ) -> Result<Resource<Headers>, HostError>;

    /// Returns the resource corresponding to the outgoing Body for this Response.
    ///
    /// Returns success on the first call: the `outgoing-body` resource for
    /// this `outgoing-response` can be retrieved at most once. Subsequent
    /// calls will return error.
    fn outgoing_response_body(
        &mut self,
        this: Resource<OutgoingResponse>,
    ) -> Result<Result<Resource<OutgoingBody>, ()>, HostError>;

    /// Returns a stream for writing the body contents.
    ///
    /// The returned `output-stream` is a child resource: it must be dropped
    /// before the parent `outgoing-body` resource is dropped (or finished),
    /// otherwise the `outgoing-body` drop or `finish` will trap.
    ///
    /// Returns success on the first call: the `output-stream` resource for
    /// this `outgoing-body` may be retrieved at most once. Subsequent calls
    /// will return error.
    fn outgoing_body_write(
        &mut self,
        this: Resource<OutgoingBody>,
    ) -> Result<Result<Resource<OutputStream>, ()>, HostError>;

    /// Finalize an outgoing body, optionally providing trailers. This must be
    /// called to signal that the response is complete. If the `outgoing-body`
    /// is dropped without calling `outgoing-body.finalize`, the implementation
    /// should treat the body as corrupted.
    ///
    /// Fails if the body's `outgoing-request` or `outgoing-response` was
    /// constructed with a Content-Length header, and the contents written
    /// to the body (via `write`) does not match the value given in the
    /// Content-Length.
    fn outgoing_body_finish(
        &mut self,
        this: Resource<OutgoingBody>,
        trailers: Option<Resource<Trailers>>,
    ) -> Result<Result<(), ErrorCode>, HostError>;

    /// Returns a pollable which becomes ready when either the Response has
    /// been received, or an error has occurred. When this pollable is ready,
    /// the `get` method will return `some`.
    fn future_incoming_response_subscribe(
        &mut self,
        this: Resource<FutureIncomingResponse>,
    ) -> Result<Resource<Pollable>, HostError>;

    /// Returns the incoming HTTP Response, or an error, once one is ready.
    ///
    /// The outer `option` represents future readiness. Users can wait on this
    /// `option` to become `some` using the `subscribe` method.
    ///
    /// The outer `result` is used to retrieve the response or error at most
    /// once. It will be success on the first call in which the outer option
    /// is `some`, and error on subsequent calls.
    ///
    /// The inner `result` represents that either the incoming HTTP Response
    /// status and headers have received successfully, or that an error
    /// occurred. Errors may also occur while consuming the response body,
    /// but those will be reported by the `incoming-body` and its
    /// `output-stream` child.
    fn future_incoming_response_get(
        &mut self,
        this: Resource<FutureIncomingResponse>,
    ) -> Result<
        Option<Result<Result<Resource<IncomingResponse>, ErrorCode>, ()>>,
        HostError,
    >;

    /// Attempts to extract a http-related `error` from the wasi:io `error`
    /// provided.
    ///
    /// Stream operations which return
    /// `wasi:io/stream.stream-error.last-operation-failed` have a payload of
    /// type `wasi:io/error.error` with more information about the operation
    /// that failed. This payload can be passed through to this function to see
    /// if there's http-related information about the error to return.
    ///
    /// Note that this function is fallible because not all io-errors are
    /// http-related errors.
    fn http_error_code(
        &mut self,
        err: Resource<IoError>,
    ) -> Result<Option<ErrorCode>, HostError>;

    /// Ends this `fields`: its owner has dropped it.
    fn drop_fields(&mut self, this: Resource<Fields>) -> Result<(), HostError>;

    /// Ends this `incoming-request`: its owner has dropped it.
    fn drop_incoming_request(
        &mut self,
        this: Resource<IncomingRequest>,
    ) -> Result<(), HostError>;

    /// Ends this `outgoing-request`: its owner has dropped it.
    fn drop_outgoing_request(
        &mut self,
        this: Resource<OutgoingRequest>,
    ) -> Result<(), HostError>;

    /// Ends this `request-options`: its owner has dropped it.
    fn drop_request_options(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<(), HostError>;

    /// Ends this `response-outparam`: its owner has dropped it.
    fn drop_response_outparam(
        &mut self,
        this: Resource<ResponseOutparam>,
    ) -> Result<(), HostError>;

    /// Ends this `incoming-response`: its owner has dropped it.
    fn drop_incoming_response(
        &mut self,
        this: Resource<IncomingResponse>,
    ) -> Result<(), HostError>;

    /// Ends this `incoming-body`: its owner has dropped it.
    fn drop_incoming_body(
        &mut self,
        this: Resource<IncomingBody>,
    ) -> Result<(), HostError>;

    /// Ends this `future-trailers`: its owner has dropped it.
    fn drop_future_trailers(
        &mut self,
        this: Resource<FutureTrailers>,
    ) -> Result<(), HostError>;

    /// Ends this `outgoing-response`: its owner has dropped it.
    fn drop_outgoing_response(
        &mut self,
        this: Resource<OutgoingResponse>,
    ) -> Result<(), HostError>;

    /// Ends this `outgoing-body`: its owner has dropped it.
    fn drop_outgoing_body(
        &mut self,
        this: Resource<OutgoingBody>,
    ) -> Result<(), HostError>;

    /// Ends this `future-incoming-response`: its owner has dropped it.
    fn drop_future_incoming_response(
        &mut self,
        this: Resource<FutureIncomingResponse>,
    ) -> Result<(), HostError>;
}

/// Defines `wasi:http/types@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Types + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:http/types@0.2.12");
    instance.resource::<Fields>("fields", move |mut caller, rep| {
        get(caller.data_mut()).drop_fields(Resource::new(rep))
    })?;
    instance.resource::<IncomingRequest>("incoming-request", move |mut caller, rep| {
        get(caller.data_mut()).drop_incoming_request(Resource::new(rep))
    })?;
    instance.resource::<OutgoingRequest>("outgoing-request", move |mut caller, rep| {
        get(caller.data_mut()).drop_outgoing_request(Resource::new(rep))
    })?;
    instance.resource::<RequestOptions>("request-options", move |mut caller, rep| {
        get(caller.data_mut()).drop_request_options(Resource::new(rep))
    })?;
    instance.resource::<ResponseOutparam>("response-outparam", move |mut caller, rep| {
        get(caller.data_mut()).drop_response_outparam(Resource::new(rep))
    })?;
    instance.resource::<IncomingResponse>("incoming-response", move |mut caller, rep| {
        get(caller.data_mut()).drop_incoming_response(Resource::new(rep))
    })?;
    instance.resource::<IncomingBody>("incoming-body", move |mut caller, rep| {
        get(caller.data_mut()).drop_incoming_body(Resource::new(rep))
    })?;
    instance.resource::<FutureTrailers>("future-trailers", move |mut caller, rep| {
        get(caller.data_mut()).drop_future_trailers(Resource::new(rep))
    })?;
    instance.resource::<OutgoingResponse>("outgoing-response", move |mut caller, rep| {
        get(caller.data_mut()).drop_outgoing_response(Resource::new(rep))
    })?;
    instance.resource::<OutgoingBody>("outgoing-body", move |mut caller, rep| {
        get(caller.data_mut()).drop_outgoing_body(Resource::new(rep))
    })?;
    instance.resource::<FutureIncomingResponse>("future-incoming-response", move |mut caller, rep| {
        get(caller.data_mut()).drop_future_incoming_response(Resource::new(rep))
    })?;
    instance.func_wrap("[constructor]fields", move |mut caller, ()| {
        get(caller.data_mut()).fields_new()
    })?;
    instance.func_view::<(Vec<(&str, &[u8])>,), _, _>(
        "[static]fields.from-list",
        move |data, (entries,)| get(data).fields_from_list(entries),
    )?;
    instance.func_view::<(Resource<Fields>, &str), _, _>(
        "[method]fields.get",
        move |data, (this, name)| get(data).fields_get(this, name),
    )?;
    instance.func_view::<(Resource<Fields>, &str), _, _>(
        "[method]fields.has",
        move |data, (this, name)| get(data).fields_has(this, name),
    )?;
    instance.func_view::<(Resource<Fields>, &str, Vec<&[u8]>), _, _>(
        "[method]fields.set",
        move |data, (this, name, value)| get(data).fields_set(this, name, value),
    )?;
    instance.func_view::<(Resource<Fields>, &str), _, _>(
        "[method]fields.delete",
        move |data, (this, name)| get(data).fields_delete(this, name),
    )?;
    instance.func_view::<(Resource<Fields>, &str, &[u8]), _, _>(
        "[method]fields.append",
        move |data, (this, name, value)| get(data).fields_append(this, name, value),
    )?;
    instance.func_wrap("[method]fields.entries", move |mut caller, (this,)| {
        get(caller.data_mut()).fields_entries(this)
    })?;
    instance.func_wrap("[method]fields.clone", move |mut caller, (this,)| {
        get(caller.data_mut()).fields_clone(this)
    })?;
    instance.func_wrap("[method]incoming-request.method", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_request_method(this)
    })?;
    instance.func_wrap("[method]incoming-request.path-with-query", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_request_path_with_query(this)
    })?;
    instance.func_wrap("[method]incoming-request.scheme", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_request_scheme(this)
    })?;
    instance.func_wrap("[method]incoming-request.authority", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_request_authority(this)
    })?;
    instance.func_wrap("[method]incoming-request.headers", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_request_headers(this)
    })?;
    instance.func_wrap("[method]incoming-request.consume", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_request_consume(this)
    })?;
    instance.func_wrap("[constructor]outgoing-request", move |mut caller, (headers,)| {
        get(caller.data_mut()).outgoing_request_new(headers)
    })?;
    instance.func_wrap("[method]outgoing-request.body", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_request_body(this)
    })?;
    instance.func_wrap("[method]outgoing-request.method", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_request_method(this)
    })?;
    instance.func_wrap("[method]outgoing-request.set-method", move |mut caller, (this, method)| {
        get(caller.data_mut()).outgoing_request_set_method(this, method)
    })?;
    instance.func_wrap("[method]outgoing-request.path-with-query", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_request_path_with_query(this)
    })?;
    instance.func_view::<(Resource<OutgoingRequest>, Option<&str>), _, _>(
        "[method]outgoing-request.set-path-with-query",
        move |data, (this, path_with_query)| {
            get(data).outgoing_request_set_path_with_query(this, path_with_query)
        },
    )?;
    instance.func_wrap("[method]outgoing-request.scheme", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_request_scheme(this)
    })?;
    instance.func_wrap("[method]outgoing-request.set-scheme", move |mut caller, (this, scheme)| {
        get(caller.data_mut()).outgoing_request_set_scheme(this, scheme)
    })?;
    instance.func_wrap("[method]outgoing-request.authority", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_request_authority(this)
    })?;
    instance.func_view::<(Resource<OutgoingRequest>, Option<&str>), _, _>(
        "[method]outgoing-request.set-authority",
        move |data, (this, authority)| get(data).outgoing_request_set_authority(this, authority),
    )?;
    instance.func_wrap("[method]outgoing-request.headers", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_request_headers(this)
    })?;
    instance.func_wrap("[constructor]request-options", move |mut caller, ()| {
        get(caller.data_mut()).request_options_new()
    })?;
    instance.func_wrap("[method]request-options.connect-timeout", move |mut caller, (this,)| {
        get(caller.data_mut()).request_options_connect_timeout(this)
    })?;
    instance.func_wrap(
        "[method]request-options.set-connect-timeout",
        move |mut caller, (this, duration)| {
            get(caller.data_mut()).request_options_set_connect_timeout(this, duration)
        },
    )?;
    instance.func_wrap("[method]request-options.first-byte-timeout", move |mut caller, (this,)| {
        get(caller.data_mut()).request_options_first_byte_timeout(this)
    })?;
    instance.func_wrap(
        "[method]request-options.set-first-byte-timeout",
        move |mut caller, (this, duration)| {
            get(caller.data_mut()).request_options_set_first_byte_timeout(this, duration)
        },
    )?;
    instance.func_wrap("[method]request-options.between-bytes-timeout", move |mut caller, (this,)| {
        get(caller.data_mut()).request_options_between_bytes_timeout(this)
    })?;
    instance.func_wrap(
        "[method]request-options.set-between-bytes-timeout",
        move |mut caller, (this, duration)| {
            get(caller.data_mut()).request_options_set_between_bytes_timeout(this, duration)
        },
    )?;
    instance.func_wrap(
        "[method]response-outparam.send-informational",
        move |mut caller, (this, status, headers)| {
            get(caller.data_mut()).response_outparam_send_informational(this, status, headers)
        },
    )?;
    instance.func_wrap("[static]response-outparam.set", move |mut caller, (param, response)| {
        get(caller.data_mut()).response_outparam_set(param, response)
    })?;
    instance.func_wrap("[method]incoming-response.status", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_response_status(this)
    })?;
    instance.func_wrap("[method]incoming-response.headers", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_response_headers(this)
    })?;
    instance.func_wrap("[method]incoming-response.consume", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_response_consume(this)
    })?;
    instance.func_wrap("[method]incoming-body.stream", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_body_stream(this)
    })?;
    instance.func_wrap("[static]incoming-body.finish", move |mut caller, (this,)| {
        get(caller.data_mut()).incoming_body_finish(this)
    })?;
    instance.func_wrap("[method]future-trailers.subscribe", move |mut caller, (this,)| {
        get(caller.data_mut()).future_trailers_subscribe(this)
    })?;
    instance.func_wrap("[method]future-trailers.get", move |mut caller, (this,)| {
        get(caller.data_mut()).future_trailers_get(this)
    })?;
    instance.func_wrap("[constructor]outgoing-response", move |mut caller, (headers,)| {
        get(caller.data_mut()).outgoing_response_new(headers)
    })?;
    instance.func_wrap("[method]outgoing-response.status-code", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_response_status_code(this)
    })?;
    instance.func_wrap(
        "[method]outgoing-response.set-status-code",
        move |mut caller, (this, status_code)| {
            get(caller.data_mut()).outgoing_response_set_status_code(this, status_code)
        },
    )?;
    instance.func_wrap("[method]outgoing-response.headers", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_response_headers(this)
    })?;
    instance.func_wrap("[method]outgoing-response.body", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_response_body(this)
    })?;
    instance.func_wrap("[method]outgoing-body.write", move |mut caller, (this,)| {
        get(caller.data_mut()).outgoing_body_write(this)
    })?;
    instance.func_wrap("[static]outgoing-body.finish", move |mut caller, (this, trailers)| {
        get(caller.data_mut()).outgoing_body_finish(this, trailers)
    })?;
    instance.func_wrap("[method]future-incoming-response.subscribe", move |mut caller, (this,)| {
        get(caller.data_mut()).future_incoming_response_subscribe(this)
    })?;
    instance.func_wrap("[method]future-incoming-response.get", move |mut caller, (this,)| {
        get(caller.data_mut()).future_incoming_response_get(this)
    })?;
    instance.func_wrap("http-error-code", move |mut caller, (err,)| {
        get(caller.data_mut()).http_error_code(err)
    })?;
    Ok(())
}
