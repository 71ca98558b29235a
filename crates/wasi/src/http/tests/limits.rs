//! What bounds a server, and how it ends.

use super::*;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

fn config(change: impl FnOnce(&mut ServerConfig)) -> ServerConfig {
    let mut config = ServerConfig::default();
    change(&mut config);
    config
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A handler that tells that it has begun, and answers when it is told to.
fn on_command() -> (impl Handler, Receiver<()>, Sender<()>) {
    let (began, beginning) = channel();
    let (command, commands) = channel::<()>();
    let (began, commands) = (Mutex::new(began), Mutex::new(commands));
    let handler = move |_: IncomingRequest, respond: ResponseOutparam, _: &Interruption| {
        began.lock().unwrap().send(()).unwrap();
        commands.lock().unwrap().recv().unwrap();
        answer(respond, b"done");
    };
    (handler, beginning, command)
}

/// A handler that runs until it is interrupted, after it has begun a response if it shall.
fn endless(begins: bool) -> impl Handler {
    move |_: IncomingRequest, respond: ResponseOutparam, interruption: &Interruption| {
        let (interrupt, interrupted) = channel();
        interruption.on_interrupt(move || interrupt.send(()).unwrap());
        let mut response = OutgoingResponse::new(Fields::new());
        let mut body = response.body().unwrap();
        let _unanswered = if begins {
            respond.set(Ok(response));
            write_all(&mut body.stream().unwrap(), b"begun").unwrap();
            None
        } else {
            Some(respond)
        };
        interrupted.recv().unwrap();
    }
}

#[test]
fn requests_beyond_the_limit_wait_and_then_are_refused() {
    let (handler, began, command) = on_command();
    let server = Running::new(config(|c| (c.guests, c.waiting, c.wait) = (1, 1, Duration::from_secs(60))), handler);
    let address = server.address;
    let ask = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(GET.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let asking: Vec<_> = (0..3).map(|_| std::thread::spawn(ask)).collect();
    began.recv().unwrap();
    // One runs, one waits, and one is refused, whichever comes last. Only then the first may end.
    while !asking.iter().any(|thread| thread.is_finished()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    command.send(()).unwrap();
    command.send(()).unwrap();
    let mut answers: Vec<_> = asking.into_iter().map(|thread| thread.join().unwrap()[9..12].to_owned()).collect();
    answers.sort();
    assert_eq!(answers, ["200", "200", "503"]);
    server.end();
}

#[test]
fn requests_do_not_wait_for_ever() {
    let (handler, began, command) = on_command();
    let server = Running::new(config(|c| (c.guests, c.wait) = (1, Duration::from_millis(20))), handler);
    let mut first = server.connect(GET);
    began.recv().unwrap();
    assert!(server.raw(GET).starts_with("HTTP/1.1 503 "));
    command.send(()).unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\r\ndone"), "{answer}");
    server.end();
}

#[test]
fn guests_that_run_too_long_are_interrupted() {
    let time = Duration::from_millis(40);
    let server = Running::new(config(|c| c.guest_time = time), endless(false));
    assert!(server.raw(GET).starts_with("HTTP/1.1 504 "));
    server.end();
    let server = Running::new(config(|c| c.guest_time = time), endless(true));
    let answer = server.raw(GET);
    assert!(answer.contains("begun") && !answer.ends_with("0\r\n\r\n"), "{answer}");
    server.end();
}

#[test]
fn requests_that_are_too_large_are_refused() {
    let server = Running::new(config(|c| (c.body_bytes, c.headers) = (10, 8)), echo);
    let with = |headers: &str, body: &str| {
        server.raw(&format!("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n{body}"))
    };
    assert!(with("Content-Length: 10\r\n", "0123456789").contains("\r\n0123456789"));
    assert!(with("Content-Length: 11\r\n", "0123456789x").starts_with("HTTP/1.1 413 "));
    let chunked = with("Transfer-Encoding: chunked\r\n", "6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n");
    assert!(chunked.contains("\r\n012345\r\n") && !chunked.contains("012345012345"), "{chunked}");
    assert!(with(&"X-A: b\r\n".repeat(10), "").starts_with("HTTP/1.1 431 "));
    // A client that still sends may see a reset instead of the answer.
    let large = with(&format!("X-A: {}\r\n", "b".repeat(300_000)), "");
    assert!(large.is_empty() || large.starts_with("HTTP/1.1 431 "), "{large}");
    server.end();
}

#[test]
fn slow_clients_are_disconnected() {
    let server = Running::new(
        config(|c| (c.head_time, c.write_time) = (Duration::from_millis(50), Duration::from_millis(50))),
        |_: IncomingRequest, respond: ResponseOutparam, _: &Interruption| {
            let mut response = OutgoingResponse::new(Fields::new());
            let mut body = response.body().unwrap();
            respond.set(Ok(response));
            let mut output = body.stream().unwrap();
            // It ends when the client has been disconnected.
            while write_all(&mut output, &[0; 60_000]).is_ok() {}
        },
    );
    // Neither of these ever sends more.
    assert_eq!(server.raw(""), "");
    assert!(!server.raw("GET / HTTP/1.1\r\nHost: a\r\n").starts_with("HTTP/1.1 200"));
    // This one does not read: the guest ends, and so the server can.
    let stream = server.connect(GET);
    server.end();
    drop(stream);
}

#[test]
fn requests_that_run_are_finished_when_the_server_ends() {
    let (handler, began, command) = on_command();
    let server = Running::new(config(|c| c.grace = Duration::from_secs(60)), handler);
    let mut idle = server.connect("");
    let mut stream = server.connect("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    began.recv().unwrap();
    let Running { address, end, ended, runtime } = server;
    end.send(()).unwrap();
    // The connection that has no request is closed, and none is accepted any more.
    assert_eq!(idle.read(&mut [0; 9]).unwrap(), 0);
    assert!(TcpStream::connect(address).is_err());
    command.send(()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\r\ndone"), "{answer}");
    runtime.block_on(ended).unwrap().unwrap();
}

#[test]
fn guests_that_go_on_are_interrupted_when_the_server_ends() {
    let server = Running::new(config(|c| c.grace = Duration::from_millis(20)), endless(true));
    let mut stream = server.connect(GET);
    stream.read_exact(&mut [0; 9]).unwrap();
    server.end();
}

#[test]
fn threads_end_when_there_are_no_guests() {
    let guests = super::super::guests::Guests::new(4, 1 << 20);
    let (sender, receiver) = channel();
    for _ in 0..100 {
        let sender = sender.clone();
        assert!(guests.run(Interruption::default(), move |_| sender.send(std::thread::current().id()).unwrap()));
    }
    let threads: std::collections::HashSet<_> = (0..100).map(|_| receiver.recv().unwrap()).collect();
    assert!(threads.len() <= 4);
    drop(guests);
}
