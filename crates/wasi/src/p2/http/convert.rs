//! Between the types of the WIT and those of the `http` crate.

use crate::bindings::wasi::http::types as wit;
use crate::http::{ErrorCode, FieldSize, FieldsError};
use cantilever_runtime::HostError;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, StatusCode};

pub(super) fn method_to_wit(method: &Method) -> wit::Method {
    match *method {
        Method::GET => wit::Method::Get,
        Method::HEAD => wit::Method::Head,
        Method::POST => wit::Method::Post,
        Method::PUT => wit::Method::Put,
        Method::DELETE => wit::Method::Delete,
        Method::CONNECT => wit::Method::Connect,
        Method::OPTIONS => wit::Method::Options,
        Method::TRACE => wit::Method::Trace,
        Method::PATCH => wit::Method::Patch,
        _ => wit::Method::Other(method.as_str().to_owned()),
    }
}

pub(super) fn method(method: wit::Method) -> Result<Method, ()> {
    Ok(match method {
        wit::Method::Get => Method::GET,
        wit::Method::Head => Method::HEAD,
        wit::Method::Post => Method::POST,
        wit::Method::Put => Method::PUT,
        wit::Method::Delete => Method::DELETE,
        wit::Method::Connect => Method::CONNECT,
        wit::Method::Options => Method::OPTIONS,
        wit::Method::Trace => Method::TRACE,
        wit::Method::Patch => Method::PATCH,
        wit::Method::Other(name) => Method::from_bytes(name.as_bytes()).map_err(drop)?,
    })
}

pub(super) fn scheme_to_wit(scheme: &Scheme) -> wit::Scheme {
    match scheme.as_str() {
        "http" => wit::Scheme::Http,
        "https" => wit::Scheme::Https,
        other => wit::Scheme::Other(other.to_owned()),
    }
}

pub(super) fn scheme(scheme: wit::Scheme) -> Result<Scheme, ()> {
    match scheme {
        wit::Scheme::Http => Ok(Scheme::HTTP),
        wit::Scheme::Https => Ok(Scheme::HTTPS),
        wit::Scheme::Other(name) => Scheme::try_from(name.as_str()).map_err(drop),
    }
}

/// A path begins with a slash, or is that of `OPTIONS *`. An empty one is that of the root, with a
/// query or without.
pub(super) fn path_with_query(text: &str) -> Result<PathAndQuery, ()> {
    match text.bytes().next() {
        None | Some(b'?') => PathAndQuery::try_from(format!("/{text}")).map_err(drop),
        Some(b'/') => PathAndQuery::try_from(text).map_err(drop),
        _ if text == "*" => Ok(PathAndQuery::from_static("*")),
        _ => Err(()),
    }
}

pub(super) fn authority(text: &str) -> Result<Authority, ()> {
    Authority::try_from(text).map_err(drop)
}

/// A status of three digits. 1xx are not those of a response.
pub(super) fn status(code: u16) -> Result<StatusCode, ()> {
    if (200..1000).contains(&code) { StatusCode::from_u16(code).map_err(drop) } else { Err(()) }
}

/// What a guest hears of fields that cannot be changed so. Those that are too large have no case:
/// the guest traps.
pub(super) fn fields_error(error: FieldsError) -> Result<wit::HeaderError, HostError> {
    match error {
        FieldsError::InvalidSyntax => Ok(wit::HeaderError::InvalidSyntax),
        FieldsError::Forbidden => Ok(wit::HeaderError::Forbidden),
        FieldsError::Immutable => Ok(wit::HeaderError::Immutable),
        FieldsError::TooLarge => Err(error.into()),
    }
}

fn size_to_wit(field: FieldSize) -> wit::FieldSizePayload {
    wit::FieldSizePayload { field_name: field.name, field_size: field.size }
}

fn size(field: wit::FieldSizePayload) -> FieldSize {
    FieldSize { name: field.field_name, size: field.field_size }
}

/// The same cases, by the same names, in both directions: those with a payload that is the same in
/// both types, those without one, and the rest, for which an expression is given each way.
macro_rules! error_codes {
    (same: $($same:ident)*; plain: $($plain:ident)*;) => {
        pub(super) fn error_to_wit(error: ErrorCode) -> wit::ErrorCode {
            match error {
                $(ErrorCode::$same(payload) => wit::ErrorCode::$same(payload),)*
                $(ErrorCode::$plain => wit::ErrorCode::$plain,)*
                ErrorCode::DnsError { rcode, code } => {
                    wit::ErrorCode::DnsError(wit::DnsErrorPayload { rcode, info_code: code })
                }
                ErrorCode::TlsAlertReceived { id, message } => {
                    let payload = wit::TlsAlertReceivedPayload { alert_id: id, alert_message: message };
                    wit::ErrorCode::TlsAlertReceived(payload)
                }
                ErrorCode::HttpRequestHeaderSize(field) => {
                    wit::ErrorCode::HttpRequestHeaderSize(field.map(size_to_wit))
                }
                ErrorCode::HttpRequestTrailerSize(field) => wit::ErrorCode::HttpRequestTrailerSize(size_to_wit(field)),
                ErrorCode::HttpResponseHeaderSize(field) => wit::ErrorCode::HttpResponseHeaderSize(size_to_wit(field)),
                ErrorCode::HttpResponseTrailerSize(field) => {
                    wit::ErrorCode::HttpResponseTrailerSize(size_to_wit(field))
                }
            }
        }

        pub(super) fn error(error: wit::ErrorCode) -> ErrorCode {
            match error {
                $(wit::ErrorCode::$same(payload) => ErrorCode::$same(payload),)*
                $(wit::ErrorCode::$plain => ErrorCode::$plain,)*
                wit::ErrorCode::DnsError(wit::DnsErrorPayload { rcode, info_code }) => {
                    ErrorCode::DnsError { rcode, code: info_code }
                }
                wit::ErrorCode::TlsAlertReceived(payload) => {
                    ErrorCode::TlsAlertReceived { id: payload.alert_id, message: payload.alert_message }
                }
                wit::ErrorCode::HttpRequestHeaderSize(field) => ErrorCode::HttpRequestHeaderSize(field.map(size)),
                wit::ErrorCode::HttpRequestTrailerSize(field) => ErrorCode::HttpRequestTrailerSize(size(field)),
                wit::ErrorCode::HttpResponseHeaderSize(field) => ErrorCode::HttpResponseHeaderSize(size(field)),
                wit::ErrorCode::HttpResponseTrailerSize(field) => ErrorCode::HttpResponseTrailerSize(size(field)),
            }
        }
    };
}

error_codes! {
    same: HttpRequestBodySize HttpRequestHeaderSectionSize HttpRequestTrailerSectionSize HttpResponseHeaderSectionSize
        HttpResponseBodySize HttpResponseTrailerSectionSize HttpResponseTransferCoding HttpResponseContentCoding
        InternalError;
    plain: DnsTimeout DestinationNotFound DestinationUnavailable DestinationIpProhibited DestinationIpUnroutable
        ConnectionRefused ConnectionTerminated ConnectionTimeout ConnectionReadTimeout ConnectionWriteTimeout
        ConnectionLimitReached TlsProtocolError TlsCertificateError HttpRequestDenied HttpRequestLengthRequired
        HttpRequestMethodInvalid HttpRequestUriInvalid HttpRequestUriTooLong HttpResponseIncomplete
        HttpResponseTimeout HttpUpgradeFailed HttpProtocolError LoopDetected ConfigurationError;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_schemes_go_both_ways() {
        for name in ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND"] {
            let known = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(method(method_to_wit(&known)), Ok(known));
        }
        assert_eq!(method(wit::Method::Other("A B".into())), Err(()));
        for name in ["http", "https", "ftp"] {
            let known = Scheme::try_from(name).unwrap();
            assert_eq!(scheme(scheme_to_wit(&known)), Ok(known));
        }
        assert_eq!(scheme(wit::Scheme::Other("a:b".into())), Err(()));
    }

    #[test]
    fn what_is_no_path_authority_or_status_is_refused() {
        assert!(path_with_query("/a?b").is_ok() && path_with_query("").is_ok() && path_with_query("?b").is_ok());
        assert!(path_with_query("a").is_err() && path_with_query("/a b").is_err() && path_with_query("/\r\n").is_err());
        assert!(authority("example.org:80").is_ok());
        assert!(authority("").is_err() && authority("a b").is_err() && authority("a/b").is_err());
        assert!(status(200).is_ok() && status(999).is_ok());
        assert!(status(0).is_err() && status(101).is_err() && status(1000).is_err());
    }

    #[test]
    fn error_codes_go_both_ways() {
        let codes = [
            ErrorCode::DnsTimeout,
            ErrorCode::DnsError { rcode: Some("x".into()), code: Some(3) },
            ErrorCode::TlsAlertReceived { id: Some(40), message: None },
            ErrorCode::HttpRequestHeaderSize(Some(FieldSize { name: None, size: Some(1) })),
            ErrorCode::HttpResponseTrailerSize(FieldSize::default()),
            ErrorCode::InternalError(None),
        ];
        for code in codes {
            assert_eq!(error(error_to_wit(code.clone())), code);
        }
    }
}
