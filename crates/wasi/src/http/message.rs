//! Requests and responses, as guests take them apart and put them together.

use super::error_code::ErrorCode;
use super::fields::Fields;
use super::receive::IncomingBody;
use super::send::{self, Message, OutgoingBody, SentBody};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};

/// A request that a guest is to answer.
#[derive(Debug)]
pub struct IncomingRequest {
    /// What is to be done.
    pub method: Method,
    /// The path and the query, if the request has them.
    pub path_with_query: Option<PathAndQuery>,
    /// The scheme that it came by.
    pub scheme: Scheme,
    /// Host and port that the client asked for.
    pub authority: Option<Authority>,
    /// The headers, without those of the connection.
    pub headers: Fields,
    /// The body, until somebody takes it.
    pub body: Option<IncomingBody>,
}

impl IncomingRequest {
    /// A request as hyper read it. Fails if it does not name its host as HTTP/1.1 wants it (RFC
    /// 9112, section 3.2).
    pub fn new(parts: Parts, scheme: Scheme, body: IncomingBody) -> Result<Self, ErrorCode> {
        let uri = parts.uri.into_parts();
        let authority = match uri.authority {
            Some(authority) => Some(authority),
            None => host(&parts.headers)?,
        };
        if authority.is_none() && parts.version == http::Version::HTTP_11 {
            return Err(ErrorCode::HttpRequestUriInvalid);
        }
        Ok(IncomingRequest {
            method: parts.method,
            path_with_query: uri.path_and_query,
            scheme,
            authority,
            headers: Fields::received(parts.headers),
            body: Some(body),
        })
    }
}

/// The host that the headers name. There may be one.
fn host(headers: &HeaderMap) -> Result<Option<Authority>, ErrorCode> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => Ok(None),
        (Some(host), None) => match Authority::try_from(host.as_bytes()) {
            Ok(host) if !host.as_str().contains('@') => Ok(Some(host)),
            _ => Err(ErrorCode::HttpRequestUriInvalid),
        },
        _ => Err(ErrorCode::HttpRequestUriInvalid),
    }
}

/// A response that a guest asked for.
#[derive(Debug)]
pub struct IncomingResponse {
    /// How it went.
    pub status: StatusCode,
    /// The headers, without those of the connection.
    pub headers: Fields,
    /// The body, until somebody takes it.
    pub body: Option<IncomingBody>,
}

/// A request that a guest makes.
#[derive(Debug)]
pub struct OutgoingRequest {
    /// What is to be done.
    pub method: Method,
    /// The path and the query; an empty path if there is nothing.
    pub path_with_query: Option<PathAndQuery>,
    /// The scheme; HTTPS if there is nothing.
    pub scheme: Option<Scheme>,
    /// Host and port. A request needs it.
    pub authority: Option<Authority>,
    headers: Fields,
    body: Option<SentBody>,
}

impl OutgoingRequest {
    /// A `GET` without anything else.
    pub fn new(headers: Fields) -> Self {
        let headers = headers.to_immutable();
        OutgoingRequest {
            method: Method::GET,
            path_with_query: None,
            scheme: None,
            authority: None,
            headers,
            body: None,
        }
    }

    /// The headers, which cannot be changed any more.
    pub fn headers(&self) -> &Fields {
        &self.headers
    }

    /// The body, the first time. `None` then, and a body of no length if the headers announce one
    /// that is no number.
    pub fn body(&mut self) -> Option<OutgoingBody> {
        make_body(&mut self.body, Message::Request, &self.headers)
    }

    /// The request, to be sent. Tunnels are not made, so there is no `CONNECT`.
    pub fn into_request(self) -> Result<Request<SentBody>, ErrorCode> {
        if self.method == Method::CONNECT {
            return Err(ErrorCode::HttpRequestMethodInvalid);
        }
        let mut uri = http::uri::Parts::default();
        let scheme = self.scheme.unwrap_or(Scheme::HTTPS);
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(ErrorCode::HttpProtocolError);
        }
        uri.scheme = Some(scheme);
        uri.authority = Some(self.authority.ok_or(ErrorCode::HttpRequestUriInvalid)?);
        uri.path_and_query = Some(self.path_with_query.unwrap_or_else(|| PathAndQuery::from_static("/")));
        let mut request = Request::new(self.body.unwrap_or_else(SentBody::empty));
        *request.uri_mut() = Uri::from_parts(uri).map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
        *request.method_mut() = self.method;
        *request.headers_mut() = self.headers.into_map();
        Ok(request)
    }
}

/// A response that a guest makes.
#[derive(Debug)]
pub struct OutgoingResponse {
    /// How it went.
    pub status: StatusCode,
    headers: Fields,
    body: Option<SentBody>,
}

impl OutgoingResponse {
    /// A response with the status 200.
    pub fn new(headers: Fields) -> Self {
        OutgoingResponse { status: StatusCode::OK, headers: headers.to_immutable(), body: None }
    }

    /// The headers, which cannot be changed any more.
    pub fn headers(&self) -> &Fields {
        &self.headers
    }

    /// The body, the first time.
    pub fn body(&mut self) -> Option<OutgoingBody> {
        make_body(&mut self.body, Message::Response, &self.headers)
    }

    /// The response, to be sent as the answer to a request. It may be one of `HEAD`, whose answers
    /// announce the length of a body that they do not have (RFC 9110, section 8.6).
    pub(super) fn into_response(self, answers_head: bool) -> Response<SentBody> {
        let body = self.body.unwrap_or_else(SentBody::empty);
        if answers_head || self.status == StatusCode::NOT_MODIFIED {
            body.announces_nothing();
        }
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.into_map();
        response
    }
}

/// Makes the body of a message, unless it has one. A length that is no number is not one that the
/// body can have, so hyper judges the header.
fn make_body(body: &mut Option<SentBody>, message: Message, headers: &Fields) -> Option<OutgoingBody> {
    if body.is_some() {
        return None;
    }
    let (outgoing, sent) = send::body(message, headers.content_length().unwrap_or(None));
    *body = Some(sent);
    Some(outgoing)
}
