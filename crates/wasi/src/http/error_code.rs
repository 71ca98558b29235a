//! What can go wrong between two ends of HTTP, by the names of `wasi:http/types.error-code`.
//!
//! Errors of sockets, of name resolution, of TLS and of hyper become these codes here and nowhere
//! else.

use http::StatusCode;
use std::error::Error;
use std::io;

/// The size of one field, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSize {
    /// Which field.
    pub name: Option<String>,
    /// Its size in bytes.
    pub size: Option<u32>,
}

/// A case of `error-code`. The names are those of the WIT, which has what they mean.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the cases are those of the WIT")]
pub enum ErrorCode {
    #[error("name resolution took too long")]
    DnsTimeout,
    #[error("the name cannot be resolved{}", .rcode.as_ref().map(|code| format!(": {code}")).unwrap_or_default())]
    DnsError { rcode: Option<String>, code: Option<u16> },
    #[error("the destination was not found")]
    DestinationNotFound,
    #[error("the destination is unavailable")]
    DestinationUnavailable,
    #[error("the destination's address is prohibited")]
    DestinationIpProhibited,
    #[error("there is no route to the destination's address")]
    DestinationIpUnroutable,
    #[error("the connection was refused")]
    ConnectionRefused,
    #[error("the connection was terminated")]
    ConnectionTerminated,
    #[error("connecting took too long")]
    ConnectionTimeout,
    #[error("reading from the connection took too long")]
    ConnectionReadTimeout,
    #[error("writing to the connection took too long")]
    ConnectionWriteTimeout,
    #[error("there are too many connections")]
    ConnectionLimitReached,
    #[error("a mistake in the TLS protocol")]
    TlsProtocolError,
    #[error("the TLS certificate was not accepted")]
    TlsCertificateError,
    #[error("the peer sent a TLS alert")]
    TlsAlertReceived { id: Option<u8>, message: Option<String> },
    #[error("the request is denied")]
    HttpRequestDenied,
    #[error("the request needs a content length")]
    HttpRequestLengthRequired,
    #[error("the request's body has another size than allowed or announced")]
    HttpRequestBodySize(Option<u64>),
    #[error("the request's method is invalid")]
    HttpRequestMethodInvalid,
    #[error("the request's URI is invalid")]
    HttpRequestUriInvalid,
    #[error("the request's URI is too long")]
    HttpRequestUriTooLong,
    #[error("the request's headers are too large")]
    HttpRequestHeaderSectionSize(Option<u32>),
    #[error("a header of the request is too large")]
    HttpRequestHeaderSize(Option<FieldSize>),
    #[error("the request's trailers are too large")]
    HttpRequestTrailerSectionSize(Option<u32>),
    #[error("a trailer of the request is too large")]
    HttpRequestTrailerSize(FieldSize),
    #[error("the response is incomplete")]
    HttpResponseIncomplete,
    #[error("the response's headers are too large")]
    HttpResponseHeaderSectionSize(Option<u32>),
    #[error("a header of the response is too large")]
    HttpResponseHeaderSize(FieldSize),
    #[error("the response's body has another size than allowed or announced")]
    HttpResponseBodySize(Option<u64>),
    #[error("the response's trailers are too large")]
    HttpResponseTrailerSectionSize(Option<u32>),
    #[error("a trailer of the response is too large")]
    HttpResponseTrailerSize(FieldSize),
    #[error("the response's transfer coding is not understood")]
    HttpResponseTransferCoding(Option<String>),
    #[error("the response's content coding is not understood")]
    HttpResponseContentCoding(Option<String>),
    #[error("the response took too long")]
    HttpResponseTimeout,
    #[error("the protocol could not be upgraded")]
    HttpUpgradeFailed,
    #[error("a mistake in the HTTP protocol")]
    HttpProtocolError,
    #[error("the request goes round in a loop")]
    LoopDetected,
    #[error("the host is not configured for this")]
    ConfigurationError,
    #[error("{}", .0.as_deref().unwrap_or("an internal error"))]
    InternalError(Option<String>),
}

/// A name that could not be resolved; the connector wraps it in errors of its own.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved: {0}")]
pub(super) struct Unresolved(pub(super) io::Error);

impl ErrorCode {
    /// An error of hyper.
    pub fn from_hyper(error: &hyper::Error) -> Self {
        in_sources(error).unwrap_or_else(|| ErrorCode::InternalError(Some(error.to_string())))
    }

    /// An error of a client that keeps connections.
    pub fn from_client(error: &hyper_util::client::legacy::Error) -> Self {
        if let Some(code) = in_sources(error) {
            return code;
        }
        if error.is_connect() { ErrorCode::DestinationUnavailable } else { ErrorCode::ConnectionTerminated }
    }

    /// An error of a socket.
    pub fn from_io(error: &io::Error) -> Self {
        use io::ErrorKind::*;
        match error.kind() {
            ConnectionRefused => ErrorCode::ConnectionRefused,
            ConnectionReset | ConnectionAborted | BrokenPipe | NotConnected | UnexpectedEof => {
                ErrorCode::ConnectionTerminated
            }
            TimedOut => ErrorCode::ConnectionTimeout,
            HostUnreachable | NetworkUnreachable | NetworkDown => ErrorCode::DestinationIpUnroutable,
            AddrNotAvailable | PermissionDenied => ErrorCode::DestinationUnavailable,
            _ => ErrorCode::InternalError(Some(error.to_string())),
        }
    }

    /// With what a server answers in the guest's stead, when it gives this instead of a response.
    pub fn status(&self) -> StatusCode {
        use ErrorCode::*;
        match self {
            HttpRequestDenied => StatusCode::FORBIDDEN,
            HttpRequestLengthRequired => StatusCode::LENGTH_REQUIRED,
            HttpRequestBodySize(_) => StatusCode::PAYLOAD_TOO_LARGE,
            HttpRequestMethodInvalid | HttpRequestUriInvalid => StatusCode::BAD_REQUEST,
            HttpRequestUriTooLong => StatusCode::URI_TOO_LONG,
            HttpRequestHeaderSectionSize(_) | HttpRequestHeaderSize(_) => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            ConnectionLimitReached => StatusCode::SERVICE_UNAVAILABLE,
            DnsTimeout | ConnectionTimeout | ConnectionReadTimeout | ConnectionWriteTimeout | HttpResponseTimeout => {
                StatusCode::GATEWAY_TIMEOUT
            }
            DnsError { .. } | DestinationNotFound | DestinationUnavailable | DestinationIpUnroutable => {
                StatusCode::BAD_GATEWAY
            }
            ConnectionRefused | ConnectionTerminated => StatusCode::BAD_GATEWAY,
            LoopDetected => StatusCode::LOOP_DETECTED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The longest chain of errors that is followed.
const SOURCES: usize = 16;

/// The code that an error, or one that it came from, stands for.
fn in_sources(error: &(dyn Error + 'static)) -> Option<ErrorCode> {
    let chain = std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    chain.take(SOURCES).find_map(code_of)
}

fn code_of(error: &(dyn Error + 'static)) -> Option<ErrorCode> {
    if let Some(error) = error.downcast_ref() {
        return of_hyper(error);
    }
    if let Some(code) = error.downcast_ref::<ErrorCode>() {
        return Some(code.clone());
    }
    if let Some(Unresolved(cause)) = error.downcast_ref() {
        return Some(ErrorCode::DnsError { rcode: Some(cause.to_string()), code: None });
    }
    #[cfg(feature = "tls")]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error));
    }
    let error = error.downcast_ref::<io::Error>()?;
    // An `io::Error` that wraps another one does not name itself as its source.
    let inner = error.get_ref().and_then(|inner| code_of(inner));
    Some(inner.unwrap_or_else(|| ErrorCode::from_io(error)))
}

/// What hyper says of itself. It may have come from an error that says more.
fn of_hyper(error: &hyper::Error) -> Option<ErrorCode> {
    if error.is_parse_too_large() {
        return Some(ErrorCode::HttpResponseHeaderSectionSize(None));
    }
    if error.is_parse() {
        return Some(ErrorCode::HttpProtocolError);
    }
    if error.is_timeout() {
        return Some(ErrorCode::ConnectionReadTimeout);
    }
    let ended = error.is_incomplete_message() || error.is_closed() || error.is_body_write_aborted();
    ended.then_some(ErrorCode::ConnectionTerminated)
}

#[cfg(feature = "tls")]
fn of_tls(error: &rustls::Error) -> ErrorCode {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => ErrorCode::TlsCertificateError,
        rustls::Error::AlertReceived(alert) => {
            ErrorCode::TlsAlertReceived { id: Some(u8::from(*alert)), message: Some(format!("{alert:?}")) }
        }
        _ => ErrorCode::TlsProtocolError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_others_wrapped_are_found() {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(in_sources(&io::Error::other(refused())), Some(ErrorCode::ConnectionRefused));
        let unresolved = io::Error::other(Unresolved(refused()));
        assert!(matches!(in_sources(&unresolved), Some(ErrorCode::DnsError { .. })));
        let ours = io::Error::other(ErrorCode::LoopDetected);
        assert_eq!(in_sources(&ours), Some(ErrorCode::LoopDetected));
        assert_eq!(in_sources(&std::fmt::Error), None);
    }

    #[cfg(feature = "tls")]
    #[test]
    fn certificates_and_alerts_have_codes_of_their_own() {
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        assert_eq!(of_tls(&certificate), ErrorCode::TlsCertificateError);
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure);
        assert!(matches!(of_tls(&alert), ErrorCode::TlsAlertReceived { id: Some(40), .. }));
    }
}
