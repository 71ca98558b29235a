//! What a server does with requests.

use super::*;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use std::collections::BTreeSet;

/// The status and body of an answer. No body if it was aborted.
fn fetch(server: &Running, request: Request<Full<Bytes>>) -> (StatusCode, Option<Bytes>) {
    server.runtime.block_on(async {
        let response = hyper_client().request(request).await.unwrap();
        let (head, body) = response.into_parts();
        (head.status, body.collect().await.ok().map(|body| body.to_bytes()))
    })
}

fn get(server: &Running, path: &str) -> (StatusCode, Option<Bytes>) {
    fetch(server, Request::get(server.uri(path)).body(Full::default()).unwrap())
}

/// A handler that does a thing for each path.
fn by_path(request: IncomingRequest, respond: ResponseOutparam, interruption: &Interruption) {
    match request.path_with_query.as_ref().unwrap().as_str() {
        "/hello?a=1" => answer(respond, b"hello"),
        "/echo" => echo(request, respond, interruption),
        "/silent" => drop(respond),
        "/denied" => respond.set(Err(ErrorCode::HttpRequestDenied)),
        "/aborted" => abort(respond),
        "/panic" => panic!("a handler of the test panics"),
        "/empty" => {
            let mut response = OutgoingResponse::new(Fields::new());
            response.status = StatusCode::NO_CONTENT;
            respond.set(Ok(response));
        }
        "/large" => answer(respond, &vec![7; 9 << 20]),
        _ => respond.set(Err(ErrorCode::DestinationNotFound)),
    }
}

fn server() -> Running {
    Running::new(ServerConfig::default(), by_path)
}

#[test]
fn guests_answer() {
    let server = server();
    assert_eq!(get(&server, "/hello?a=1"), (StatusCode::OK, Some("hello".into())));
    assert_eq!(get(&server, "/empty"), (StatusCode::NO_CONTENT, Some("".into())));
    let (status, body) = get(&server, "/large");
    assert_eq!((status, body.map(|body| body.len())), (StatusCode::OK, Some(9 << 20)));
    server.end();
}

#[test]
fn large_bodies_go_both_ways_at_once() {
    let server = server();
    let body: Bytes = (0..5_000_000u32).flat_map(|i| i.to_le_bytes()).collect();
    let request = Request::post(server.uri("/echo")).body(Full::new(body.clone())).unwrap();
    assert!(fetch(&server, request) == (StatusCode::OK, Some(body)));
    server.end();
}

#[test]
fn guests_that_fail_are_errors_of_the_server_or_aborted_bodies() {
    let server = server();
    assert_eq!(get(&server, "/silent").0, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(get(&server, "/panic").0, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(get(&server, "/denied").0, StatusCode::FORBIDDEN);
    assert_eq!(get(&server, "/aborted"), (StatusCode::OK, None));
    assert_eq!(get(&server, "/hello?a=1").0, StatusCode::OK);
    server.end();
}

#[test]
fn an_answer_to_head_announces_a_body_that_it_does_not_have() {
    let head = |request: IncomingRequest, respond: ResponseOutparam, _: &Interruption| {
        assert_eq!(request.method, Method::HEAD);
        let mut fields = Fields::new();
        fields.append("content-length", b"5").unwrap();
        let mut response = OutgoingResponse::new(fields);
        let body = response.body().unwrap();
        respond.set(Ok(response));
        body.finish(None).unwrap();
    };
    let server = Running::new(ServerConfig::default(), head);
    let answer = server.raw("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("content-length: 5\r\n"), "{answer}");
    server.end();
}

#[test]
fn requests_arrive_whole() {
    let seen = |mut request: IncomingRequest, respond: ResponseOutparam, _: &Interruption| {
        let mut body = request.body.take().unwrap();
        let bytes = read_all(&mut body.stream().unwrap()).unwrap();
        let mut trailers = body.finish();
        wait(&trailers.pollable());
        let Some(Ok(Ok(Some(trailers)))) = trailers.get() else { panic!("no trailers") };
        let text = format!(
            "{} {} {} {} {} {} {:?}",
            request.method,
            request.scheme,
            request.authority.unwrap(),
            request.path_with_query.unwrap(),
            request.headers.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().into_iter().collect::<String>(),
            String::from_utf8(bytes).unwrap(),
            trailers.get("x-sum").next(),
        );
        answer(respond, text.as_bytes());
    };
    let server = Running::new(ServerConfig::default(), seen);
    let answer = server.raw(
        "PUT /a?b HTTP/1.1\r\nHost: example.org:81\r\nX-A: 1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
         Trailer: x-sum\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 7\r\n\r\n",
    );
    let expected = "PUT http example.org:81 /a?b trailerx-a abcde Some([55])";
    assert!(answer.contains(expected), "{answer}");
    server.end();
}

#[test]
fn requests_without_one_host_are_refused() {
    let server = server();
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a b\r\n", "Host: a@b\r\n"] {
        let answer = server.raw(&format!("GET /hello?a=1 HTTP/1.1\r\nConnection: close\r\n{hosts}\r\n"));
        assert!(answer.starts_with("HTTP/1.1 400 "), "{hosts}: {answer}");
    }
    let answer = server.raw("GET /hello?a=1 HTTP/1.0\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    server.end();
}

#[test]
fn trailers_are_sent_to_who_wants_them() {
    let trailing = |_: IncomingRequest, respond: ResponseOutparam, _: &Interruption| {
        let mut fields = Fields::new();
        fields.append(header::TRAILER.as_str(), b"x-sum").unwrap();
        let mut response = OutgoingResponse::new(fields);
        let mut body = response.body().unwrap();
        respond.set(Ok(response));
        write_all(&mut body.stream().unwrap(), b"abc").unwrap();
        let mut trailers = Fields::new();
        trailers.append("x-sum", b"7").unwrap();
        body.finish(Some(trailers)).unwrap();
    };
    let server = Running::new(ServerConfig::default(), trailing);
    let answer = server.raw("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n");
    assert!(answer.ends_with("\r\n0\r\nx-sum: 7\r\n\r\n"), "{answer}");
    server.end();
}

#[test]
fn many_clients_are_served() {
    let server = server();
    let (client, uri) = (hyper_client(), server.uri("/hello?a=1"));
    server.runtime.block_on(async {
        let clients = (0..64).map(|_| {
            let (client, uri) = (client.clone(), uri.clone());
            tokio::spawn(async move {
                for _ in 0..50 {
                    let response = client.get(uri.clone()).await.unwrap();
                    assert_eq!(response.status(), StatusCode::OK);
                    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
                }
            })
        });
        for client in clients.collect::<Vec<_>>() {
            client.await.unwrap();
        }
    });
    server.end();
}
