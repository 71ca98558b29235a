//! Tests of HTTP: hyper's client and plain sockets against the server, with guests that are
//! closures, and the client against that server.

mod bodies;
mod client;
mod limits;
mod server;

use super::*;
use crate::signal::Wakeup;
use crate::stream::{Input, Mode, Output, Stop};
use crate::wait::{Pollable, Readiness};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

type HyperClient = legacy::Client<legacy::connect::HttpConnector, Full<Bytes>>;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn hyper_client() -> HyperClient {
    legacy::Client::builder(TokioExecutor::new()).build_http()
}

/// Waits as a guest does.
fn wait(pollable: &Pollable) {
    let wakeup = Arc::new(Wakeup::new().unwrap());
    loop {
        match pollable.readiness() {
            Readiness::Ready => return,
            Readiness::Signal(signal) => {
                signal.notify(&wakeup);
                poll(&mut [PollFd::new(&wakeup, PollFlags::IN)], None).unwrap();
                wakeup.clear();
                signal.forget(&wakeup);
            }
            Readiness::At(_) => {}
            Readiness::Fd(..) => unreachable!("HTTP has no descriptors for guests"),
        }
    }
}

/// Reads until the end.
fn read_all(input: &mut Input) -> Result<Vec<u8>, Stop> {
    let (mut all, mut room) = (Vec::new(), vec![0; 10_000]);
    loop {
        match input.read(&mut room, Mode::Block) {
            Ok(len) => all.extend_from_slice(&room[..len]),
            Err(Stop::WouldBlock) => wait(&input.pollable()),
            Err(Stop::Closed) => return Ok(all),
            Err(stop) => return Err(stop),
        }
    }
}

fn write_all(output: &mut Output, mut bytes: &[u8]) -> Result<(), Stop> {
    while !bytes.is_empty() {
        let room = output.check_write()? as usize;
        if room == 0 {
            wait(&output.pollable());
        }
        let (now, later) = bytes.split_at(room.min(bytes.len()));
        output.write(now, Mode::Block)?;
        bytes = later;
    }
    Ok(())
}

/// The code of a stream's error.
fn code(stop: Stop) -> ErrorCode {
    match stop {
        Stop::Failed(crate::stream::Failure::Typed(error)) => *error.downcast().unwrap(),
        stop => panic!("{stop:?}"),
    }
}

/// A server that runs until the test ends.
struct Running {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
    runtime: Runtime,
}

impl Running {
    fn new(config: ServerConfig, handler: impl Handler) -> Self {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let (end, ending) = oneshot::channel();
        let address = listener.local_addr().unwrap();
        let server = Server::new(handler, config);
        let serve = async move { server.serve(listener, async { drop(ending.await) }).await };
        let ended = runtime.spawn(serve);
        Running { address, end, ended, runtime }
    }

    fn uri(&self, path: &str) -> http::Uri {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// A connection, and what came back when the server had closed it.
    fn connect(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    fn raw(&self, text: &str) -> String {
        let mut answer = Vec::new();
        // A reset ends it, too.
        let _ = self.connect(text).read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Ends the server as a signal does.
    fn end(self) {
        self.end.send(()).unwrap();
        self.runtime.block_on(self.ended).unwrap().unwrap();
    }
}

/// Answers with this body.
fn answer(respond: ResponseOutparam, text: &[u8]) {
    let mut response = OutgoingResponse::new(Fields::new());
    let mut body = response.body().unwrap();
    respond.set(Ok(response));
    let mut output = body.stream().unwrap();
    if write_all(&mut output, text).is_ok() {
        drop(output);
        body.finish(None).unwrap();
    }
}

/// Answers, and does not finish the body. More is written than the body keeps, so the response has
/// begun by then.
fn abort(respond: ResponseOutparam) {
    let mut response = OutgoingResponse::new(Fields::new());
    let mut body = response.body().unwrap();
    respond.set(Ok(response));
    write_all(&mut body.stream().unwrap(), &[0; 100_000]).unwrap();
}

/// Reads the request's body, and answers with it.
fn echo(mut request: IncomingRequest, respond: ResponseOutparam, _: &Interruption) {
    let mut input = request.body.as_mut().unwrap().stream().unwrap();
    let mut response = OutgoingResponse::new(Fields::new());
    let mut body = response.body().unwrap();
    respond.set(Ok(response));
    let mut output = body.stream().unwrap();
    let mut room = vec![0; 70_000];
    loop {
        match input.read(&mut room, Mode::Block) {
            Ok(len) => write_all(&mut output, &room[..len]).unwrap(),
            Err(Stop::WouldBlock) => wait(&input.pollable()),
            Err(_) => break,
        }
    }
    body.finish(None).unwrap();
}
