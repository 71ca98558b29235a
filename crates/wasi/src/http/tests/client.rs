//! What a client does with requests of guests.

use super::*;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, StatusCode};
use std::time::Duration;

fn request(address: SocketAddr, path: &str) -> OutgoingRequest {
    let mut request = OutgoingRequest::new(Fields::new());
    request.scheme = Some(Scheme::HTTP);
    request.authority = Some(Authority::try_from(address.to_string()).unwrap());
    request.path_with_query = Some(PathAndQuery::try_from(path).unwrap());
    request
}

fn outcome(mut future: FutureResponse) -> Result<IncomingResponse, ErrorCode> {
    wait(&future.pollable());
    let outcome = future.get().unwrap().unwrap();
    assert!(matches!(future.get(), Some(Err(()))));
    outcome
}

fn send(client: &Client, request: OutgoingRequest, options: RequestOptions) -> Result<IncomingResponse, ErrorCode> {
    outcome(client.send(request.into_request().unwrap(), options))
}

/// Answers as `echo` does, or never, or with a body that stops in the middle.
fn handler(request: IncomingRequest, respond: ResponseOutparam, interruption: &Interruption) {
    let (interrupt, interrupted) = std::sync::mpsc::channel();
    interruption.on_interrupt(move || interrupt.send(()).unwrap_or_default());
    match request.path_with_query.as_ref().unwrap().as_str() {
        "/never" => interrupted.recv().unwrap(),
        "/half" => {
            let mut response = OutgoingResponse::new(Fields::new());
            let mut body = response.body().unwrap();
            respond.set(Ok(response));
            write_all(&mut body.stream().unwrap(), b"half").unwrap();
            interrupted.recv().unwrap();
        }
        "/aborted" => abort(respond),
        _ => echo(request, respond, interruption),
    }
}

fn server() -> Running {
    let config = ServerConfig { grace: Duration::from_millis(10), ..ServerConfig::default() };
    Running::new(config, handler)
}

fn client(runtime: &Runtime) -> Client {
    Client::new(&ClientConfig::default(), runtime.handle().clone())
}

#[test]
fn guests_ask_and_are_answered() {
    let server = server();
    let client = client(&server.runtime);
    for _ in 0..3 {
        let mut request = request(server.address, "/");
        request.method = Method::POST;
        let mut body = request.body().unwrap();
        let future = client.send(request.into_request().unwrap(), RequestOptions::default());
        let bytes = vec![9; 500_000];
        write_all(&mut body.stream().unwrap(), &bytes[..60_000]).unwrap();
        let mut response = outcome(future).unwrap();
        assert_eq!(response.status, StatusCode::OK);
        let reading = std::thread::spawn(move || read_all(&mut response.body.as_mut().unwrap().stream().unwrap()));
        // The stream was dropped above; the body may not be written without it.
        assert!(body.stream().is_none());
        body.finish(None).unwrap();
        assert_eq!(reading.join().unwrap().unwrap(), &bytes[..60_000]);
    }
    server.end();
}

#[test]
fn answers_that_take_too_long_are_errors() {
    let server = server();
    let client = client(&server.runtime);
    let short = Some(Duration::from_millis(30));
    let options = RequestOptions { first_byte: short, ..RequestOptions::default() };
    let error = send(&client, request(server.address, "/never"), options).unwrap_err();
    assert_eq!(error, ErrorCode::ConnectionReadTimeout);
    let options = RequestOptions { between_bytes: short, ..RequestOptions::default() };
    let mut response = send(&client, request(server.address, "/half"), options).unwrap();
    let error = read_all(&mut response.body.as_mut().unwrap().stream().unwrap()).unwrap_err();
    assert_eq!(code(error), ErrorCode::ConnectionReadTimeout);
    server.end();
}

#[test]
fn errors_have_their_codes() {
    let server = server();
    let client = client(&server.runtime);
    let options = RequestOptions::default();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(send(&client, request(free, "/"), options).unwrap_err(), ErrorCode::ConnectionRefused);
    let mut unknown = request(free, "/");
    unknown.authority = Some(Authority::from_static("does-not-exist.invalid"));
    assert!(matches!(send(&client, unknown, options), Err(ErrorCode::DnsError { .. })));
    let mut response = send(&client, request(server.address, "/aborted"), options).unwrap();
    let error = read_all(&mut response.body.as_mut().unwrap().stream().unwrap()).unwrap_err();
    assert_eq!(code(error), ErrorCode::ConnectionTerminated);
    server.end();
}

#[test]
fn what_is_no_http_is_an_error() {
    let runtime = runtime();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        for text in ["SSH-2.0-x\r\n\r\n", ""] {
            let mut stream = listener.accept().unwrap().0;
            let _ = stream.read(&mut [0; 1000]).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
        }
    });
    let client = client(&runtime);
    let options = RequestOptions::default();
    assert_eq!(send(&client, request(address, "/"), options).unwrap_err(), ErrorCode::HttpProtocolError);
    assert_eq!(send(&client, request(address, "/"), options).unwrap_err(), ErrorCode::ConnectionTerminated);
    answering.join().unwrap();
}

#[test]
fn exchanges_are_bounded() {
    let server = server();
    let config = ClientConfig { exchanges: 1, ..ClientConfig::default() };
    let client = Client::new(&config, server.runtime.handle().clone());
    let held = send(&client, request(server.address, "/half"), RequestOptions::default()).unwrap();
    let options = RequestOptions { connect: Some(Duration::from_millis(20)), ..RequestOptions::default() };
    let error = send(&client, request(server.address, "/"), options).unwrap_err();
    assert_eq!(error, ErrorCode::ConnectionTimeout);
    drop(held);
    assert!(send(&client, request(server.address, "/"), RequestOptions::default()).is_ok());
    server.end();
}

#[test]
fn requests_that_cannot_be_sent_are_refused() {
    let error = |change: fn(&mut OutgoingRequest)| {
        let mut request = request("127.0.0.1:80".parse().unwrap(), "/");
        change(&mut request);
        request.into_request().unwrap_err()
    };
    assert_eq!(error(|request| request.authority = None), ErrorCode::HttpRequestUriInvalid);
    assert_eq!(error(|request| request.method = Method::CONNECT), ErrorCode::HttpRequestMethodInvalid);
    assert_eq!(error(|request| request.scheme = Some("ftp".parse().unwrap())), ErrorCode::HttpProtocolError);
}

#[cfg(feature = "tls")]
#[test]
fn servers_without_tls_are_not_spoken_to_in_secret() {
    let server = server();
    let client = client(&server.runtime);
    let mut request = request(server.address, "/");
    request.scheme = None;
    assert_eq!(send(&client, request, RequestOptions::default()).unwrap_err(), ErrorCode::TlsProtocolError);
    server.end();
}
