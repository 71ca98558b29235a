//! Serves HTTP/1.1: accepts connections, and has a guest answer each request.
//!
//! It runs in whatever runtime of tokio it is called in. It must not know what a guest is: a
//! [`Handler`] runs it.

use super::BoxBody;
use super::error_code::ErrorCode;
use super::guests::{Guests, Interruption};
use super::message::IncomingRequest;
use super::receive::IncomingBody;
use super::respond::ResponseOutparam;
use super::send::SentBody;
use super::stalling::Stalling;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header, uri::Scheme};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

/// Runs guests.
pub trait Handler: Send + Sync + 'static {
    /// Has a guest answer a request, and returns when the guest has ended: that may be after the
    /// response. It is called on a thread for this guest alone.
    ///
    /// A `respond` that is dropped without an answer becomes an error of the server. The handler
    /// tells `interruption` how the guest is interrupted.
    fn handle(&self, request: IncomingRequest, respond: ResponseOutparam, interruption: &Interruption);
}

impl<F> Handler for F
where
    F: Fn(IncomingRequest, ResponseOutparam, &Interruption) + Send + Sync + 'static,
{
    fn handle(&self, request: IncomingRequest, respond: ResponseOutparam, interruption: &Interruption) {
        self(request, respond, interruption);
    }
}

/// What clients and guests of a server may use.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The greatest number of guests at one time, each on a thread; 128 unless it is set.
    pub guests: usize,
    /// The greatest number of requests that wait for a guest to end; 1024 unless it is set. Others
    /// are answered with the status 503.
    pub waiting: usize,
    /// How long a request waits before it is answered with the status 503; 10 s unless it is set.
    pub wait: Duration,
    /// How long a guest may run; it is then interrupted. 60 s unless it is set.
    pub guest_time: Duration,
    /// The greatest number of connections; others are not accepted meanwhile. 4096 unless it is
    /// set.
    pub connections: usize,
    /// How long a connection may take to bring the headers of a request, from when it begins or
    /// from the end of the one before: so also how long it may be idle. 30 s unless it is set.
    pub head_time: Duration,
    /// How long a client may take nothing of a response; 30 s unless it is set.
    pub write_time: Duration,
    /// The greatest number of headers of a request; 100 unless it is set.
    pub headers: usize,
    /// The greatest size of a request's headers with its first line, in bytes; at least 8 KiB, and
    /// 64 KiB unless it is set. What one read of the socket brings may go beyond it once.
    pub head_bytes: usize,
    /// The greatest size of a request's body, in bytes; 1 GiB unless it is set. The body is never
    /// kept as a whole.
    pub body_bytes: u64,
    /// How long requests may go on when the server ends; 10 s unless it is set.
    pub grace: Duration,
    /// The size of the stacks of guests' threads, in bytes; 2 MiB unless it is set.
    pub stack_bytes: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            guests: 128,
            waiting: 1024,
            wait: Duration::from_secs(10),
            guest_time: Duration::from_secs(60),
            connections: 4096,
            head_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            headers: 100,
            head_bytes: 64 << 10,
            body_bytes: 1 << 30,
            grace: Duration::from_secs(10),
            stack_bytes: 2 << 20,
        }
    }
}

/// A server. Clones share guests and limits.
#[derive(Debug)]
pub struct Server<H>(Arc<State<H>>);

#[derive(Debug)]
struct State<H> {
    handler: H,
    config: ServerConfig,
    guests: Guests,
    /// A permit for each guest that may run now.
    free: Arc<Semaphore>,
    /// A permit for each request that may wait now.
    queue: Semaphore,
    connections: Arc<Semaphore>,
}

impl<H> Clone for Server<H> {
    fn clone(&self) -> Self {
        Server(self.0.clone())
    }
}

impl<H: Handler> Server<H> {
    /// A server that serves nothing yet.
    pub fn new(handler: H, config: ServerConfig) -> Self {
        let permits = |count: usize| Semaphore::new(count.clamp(1, u32::MAX as usize));
        let guests = Guests::new(config.guests, config.stack_bytes);
        let (free, connections) = (Arc::new(permits(config.guests)), Arc::new(permits(config.connections)));
        let queue = Semaphore::new(config.waiting.min(Semaphore::MAX_PERMITS));
        Server(Arc::new(State { handler, config, guests, free, queue, connections }))
    }

    /// How many guests run now.
    pub fn running(&self) -> usize {
        self.0.guests.running()
    }

    /// Serves the connections of a listener until `ended`. Requests that run then have
    /// [`ServerConfig::grace`] to end; after that their guests are interrupted.
    pub async fn serve(&self, listener: TcpListener, ended: impl Future<Output = ()>) -> io::Result<()> {
        let (ending, _) = watch::channel(false);
        let outcome = {
            let mut ended = pin!(ended);
            let mut watching = pin!(self.watch_guests());
            tokio::select! {
                outcome = self.accept(&listener, &ending) => outcome,
                () = &mut ended => Ok(()),
                () = &mut watching => Ok(()),
            }
        };
        drop(listener);
        ending.send_replace(true);
        if timeout(self.0.config.grace, self.idle()).await.is_err() {
            self.0.guests.interrupt_older_than(Duration::ZERO);
            // Aborted bodies still have to be written, or refused by their clients.
            let _ = timeout(self.0.config.grace.min(Duration::from_secs(1)), self.idle()).await;
        }
        outcome
    }

    /// Waits until no connection is open and no guest runs.
    async fn idle(&self) {
        let State { connections, free, config, .. } = &*self.0;
        // The semaphores are never closed.
        let _open = connections.acquire_many(config.connections.clamp(1, u32::MAX as usize) as u32).await;
        let _running = free.acquire_many(config.guests.clamp(1, u32::MAX as usize) as u32).await;
    }

    /// Interrupts guests that have run for too long, now and then.
    async fn watch_guests(&self) {
        let time = self.0.config.guest_time;
        loop {
            sleep((time / 8).clamp(Duration::from_millis(5), Duration::from_millis(250))).await;
            self.0.guests.interrupt_older_than(time);
        }
    }

    async fn accept(&self, listener: &TcpListener, ending: &watch::Sender<bool>) -> io::Result<()> {
        loop {
            let permit = self.0.connections.clone().acquire_owned().await.map_err(io::Error::other)?;
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) if is_of_connection(&error) => continue,
                Err(error) if is_shortage(&error) => {
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            // Only a connection that has ended refuses it.
            let _ = stream.set_nodelay(true);
            let (server, mut ending) = (self.clone(), ending.subscribe());
            tokio::spawn(async move {
                // It fails only where nobody serves any more, and then it ends, too.
                let ended = async move { drop(ending.wait_for(|ending| *ending).await) };
                let _ = server.serve_connection(stream, ended).await;
                drop(permit);
            });
        }
    }

    /// Serves one connection, which an embedder accepted. When it has `ended`, the requests that
    /// are in it are still answered.
    ///
    /// Guests are interrupted only while [`serve`](Self::serve) runs, too, or the embedder does so.
    pub async fn serve_connection<S>(&self, stream: S, ended: impl Future<Output = ()>) -> hyper::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let config = &self.0.config;
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(config.head_time)
            .max_headers(config.headers)
            .max_buf_size(config.head_bytes.max(8 << 10));
        let service = service_fn(|request| async { Ok::<_, Infallible>(self.answer(request).await) });
        let stream = TokioIo::new(Stalling::new(stream, config.write_time));
        let mut connection = pin!(builder.serve_connection(stream, service));
        tokio::select! {
            outcome = &mut connection => return outcome,
            () = ended => connection.as_mut().graceful_shutdown(),
        }
        connection.await
    }

    /// Has a guest answer a request.
    async fn answer(&self, request: Request<Incoming>) -> Response<SentBody> {
        let answers_head = request.method() == Method::HEAD;
        let request = match self.admit(request) {
            Ok(request) => request,
            Err(error) => return refusal(error.status()),
        };
        let Some(permit) = self.permit().await else { return overload() };
        let (respond, answer) = ResponseOutparam::new(answers_head);
        let (server, interruption) = (self.clone(), Interruption::default());
        let started = self.0.guests.run(interruption.clone(), move |interruption| {
            server.0.handler.handle(request, respond, interruption);
            drop(permit);
        });
        if !started {
            return overload();
        }
        match answer.await {
            // The client has seen nothing of it: so it may see what happened.
            Ok(Ok(response)) if response.body().is_aborted() => refusal(StatusCode::INTERNAL_SERVER_ERROR),
            Ok(Ok(response)) => response,
            Ok(Err(error)) => refusal(error.status()),
            Err(_) if interruption.is_interrupted() => refusal(StatusCode::GATEWAY_TIMEOUT),
            Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The request for a guest, if it may reach one.
    fn admit(&self, request: Request<Incoming>) -> Result<IncomingRequest, ErrorCode> {
        let limit = self.0.config.body_bytes;
        let (head, body) = request.into_parts();
        if body.size_hint().lower() > limit {
            return Err(ErrorCode::HttpRequestBodySize(Some(body.size_hint().lower())));
        }
        let body = match body.is_end_stream() {
            true => IncomingBody::empty(),
            false => IncomingBody::new(BoxBody::new(body.map_err(|error| ErrorCode::from_hyper(&error))), limit),
        };
        debug_assert!(head.version <= Version::HTTP_11, "nothing else is served");
        IncomingRequest::new(head, Scheme::HTTP, body)
    }

    /// Room for a guest, if there is some in time.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = self.0.free.clone().try_acquire_owned() {
            return Some(permit);
        }
        let _waiting = self.0.queue.try_acquire().ok()?;
        timeout(self.0.config.wait, self.0.free.clone().acquire_owned()).await.ok()?.ok()
    }
}

/// A response without a body.
fn refusal(status: StatusCode) -> Response<SentBody> {
    let mut response = Response::new(SentBody::empty());
    *response.status_mut() = status;
    response
}

/// The response where there is no room for a guest.
fn overload() -> Response<SentBody> {
    let mut response = refusal(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Is it the error of one connection, which ended before it was accepted?
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, PermissionDenied};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | PermissionDenied)
}

/// Does the system lack something that it may have later: descriptors, memory?
fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|errno| shortages.contains(&errno))
}
