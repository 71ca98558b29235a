//! Requests of guests: sent by hyper's client, which keeps connections for later requests.

use super::BoxBody;
use super::error_code::{ErrorCode, Unresolved};
use super::fields::Fields;
use super::message::IncomingResponse;
use super::receive::IncomingBody;
use super::send::SentBody;
use crate::signal::Signal;
use crate::wait::Pollable;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// What a `request-options` stands for: how long the parts of an exchange may take.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestOptions {
    /// To connect, or to get a connection that is there.
    pub connect: Option<Duration>,
    /// From then until the response begins.
    pub first_byte: Option<Duration>,
    /// Between chunks of the response's body.
    pub between_bytes: Option<Duration>,
}

/// Somebody that sends the requests of guests.
pub trait SendRequest: std::fmt::Debug + Send + Sync {
    /// Sends a request. It has an absolute URI. The guest goes on meanwhile.
    fn send(&self, request: Request<SentBody>, options: RequestOptions) -> FutureResponse;
}

/// What a client may use.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The greatest number of exchanges at one time; others wait, as for a connection. 256 unless
    /// it is set.
    pub exchanges: usize,
    /// The greatest number of idle connections to one host; 32 unless it is set.
    pub idle_per_host: usize,
    /// How long a connection stays idle; 30 s unless it is set.
    pub idle: Duration,
    /// What holds where a guest asks for nothing, and the most that it may ask for. 60 s each,
    /// unless it is set.
    pub timeouts: RequestOptions,
}

impl Default for ClientConfig {
    fn default() -> Self {
        let time = Some(Duration::from_secs(60));
        ClientConfig {
            exchanges: 256,
            idle_per_host: 32,
            idle: Duration::from_secs(30),
            timeouts: RequestOptions { connect: time, first_byte: time, between_bytes: time },
        }
    }
}

#[cfg(not(feature = "tls"))]
type Connector = HttpConnector<Resolver>;
#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector<Resolver>>;

/// Sends requests, in a runtime of tokio. Clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    client: legacy::Client<Connector, SentBody>,
    exchanges: Arc<Semaphore>,
    timeouts: RequestOptions,
    runtime: Handle,
}

impl Client {
    /// A client whose exchanges run in this runtime, which needs its drivers of time and I/O.
    pub fn new(config: &ClientConfig, runtime: Handle) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(config.idle_per_host)
            .pool_idle_timeout(config.idle)
            .build(connector());
        let exchanges = Arc::new(Semaphore::new(config.exchanges.min(Semaphore::MAX_PERMITS)));
        Client { client, exchanges, timeouts: config.timeouts, runtime }
    }

    /// One exchange, up to the head of the response.
    async fn exchange(self, mut request: Request<SentBody>, options: RequestOptions) -> Outcome {
        let connected = capture_connection(&mut request);
        let connecting = async {
            // The semaphore is never closed.
            let permit = self.exchanges.acquire_owned().await.map_err(|_| ErrorCode::ConnectionLimitReached)?;
            Ok::<_, ErrorCode>((permit, Box::pin(self.client.request(request))))
        };
        let (permit, mut response) = within(options.connect, ErrorCode::ConnectionTimeout, connecting).await?;
        let early = within(options.connect, ErrorCode::ConnectionTimeout, async {
            let mut connected = connected;
            tokio::select! {
                biased;
                response = &mut response => Ok(Some(response)),
                _ = connected.wait_for_connection_metadata() => Ok(None),
            }
        });
        let response = match early.await? {
            Some(response) => response,
            None => {
                let response = async { Ok(response.await) };
                within(options.first_byte, ErrorCode::ConnectionReadTimeout, response).await?
            }
        };
        let response = response.map_err(|error| ErrorCode::from_client(&error))?;
        Ok(received(response, permit, options.between_bytes))
    }
}

impl SendRequest for Client {
    fn send(&self, request: Request<SentBody>, options: RequestOptions) -> FutureResponse {
        let shortest = |asked: Option<Duration>, most: Option<Duration>| match (asked, most) {
            (Some(asked), Some(most)) => Some(asked.min(most)),
            (asked, most) => asked.or(most),
        };
        let options = RequestOptions {
            connect: shortest(options.connect, self.timeouts.connect),
            first_byte: shortest(options.first_byte, self.timeouts.first_byte),
            between_bytes: shortest(options.between_bytes, self.timeouts.between_bytes),
        };
        FutureResponse::spawn(&self.runtime, self.clone().exchange(request, options))
    }
}

/// Awaits what may take only so long.
async fn within<T>(
    time: Option<Duration>,
    error: ErrorCode,
    future: impl Future<Output = Result<T, ErrorCode>>,
) -> Result<T, ErrorCode> {
    match time {
        Some(time) => timeout(time, future).await.unwrap_or(Err(error)),
        None => future.await,
    }
}

fn received(response: Response<Incoming>, permit: OwnedSemaphorePermit, pause: Option<Duration>) -> IncomingResponse {
    let (head, body) = response.into_parts();
    let body = ExchangedBody { body, _permit: permit }.map_err(|error| ErrorCode::from_hyper(&error));
    IncomingResponse {
        status: head.status,
        headers: Fields::received(head.headers),
        body: Some(IncomingBody::with_pause(BoxBody::new(body), u64::MAX, pause)),
    }
}

/// The body of a response. Until it has gone the exchange counts.
#[derive(Debug)]
struct ExchangedBody {
    body: Incoming,
    _permit: OwnedSemaphorePermit,
}

impl Body for ExchangedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn connector() -> Connector {
    let mut http = HttpConnector::new_with_resolver(Resolver);
    http.enforce_http(cfg!(not(feature = "tls")));
    http.set_nodelay(true);
    #[cfg(feature = "tls")]
    let http = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
        .expect("the provider has what TLS needs")
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    http
}

/// The system's resolver, with an error of its own.
#[derive(Debug, Clone)]
struct Resolver;

type Resolved = Result<std::vec::IntoIter<SocketAddr>, Unresolved>;

impl tower_service::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Resolved> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Unresolved)?;
            Ok(addresses.collect::<Vec<_>>().into_iter())
        })
    }
}

/// How an exchange ends: with the head of a response, or without one.
type Outcome = Result<IncomingResponse, ErrorCode>;

/// What a `future-incoming-response` stands for. Dropping it before the response is there cancels
/// the exchange.
#[derive(Debug)]
pub struct FutureResponse {
    shared: Arc<Shared>,
    task: Option<AbortHandle>,
    taken: bool,
}

#[derive(Debug, Default)]
struct Shared {
    outcome: Mutex<Option<Outcome>>,
    signal: Arc<Signal>,
}

impl FutureResponse {
    /// One that is there already.
    pub fn ready(outcome: Result<IncomingResponse, ErrorCode>) -> Self {
        let shared = Shared { outcome: Mutex::new(Some(outcome)), signal: Arc::default() };
        shared.signal.set();
        FutureResponse { shared: Arc::new(shared), task: None, taken: false }
    }

    /// What a task in this runtime will find.
    pub fn spawn(runtime: &Handle, task: impl Future<Output = Outcome> + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let pledge = Pledge { shared: shared.clone(), outcome: None };
        let task = runtime.spawn(async move {
            let mut pledge = pledge;
            pledge.outcome = Some(task.await);
        });
        FutureResponse { shared, task: Some(task.abort_handle()), taken: false }
    }

    /// Ready when [`get`](Self::get) gives something.
    pub fn pollable(&self) -> Pollable {
        Pollable::Signal(self.shared.signal.clone())
    }

    /// The outcome, if it is there. It is given once.
    pub fn get(&mut self) -> Option<Result<Result<IncomingResponse, ErrorCode>, ()>> {
        if self.taken {
            return Some(Err(()));
        }
        let outcome = self.shared.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        self.taken = true;
        Some(Ok(outcome))
    }
}

/// Has an outcome for the guest when the task ends, however it ends.
struct Pledge {
    shared: Arc<Shared>,
    outcome: Option<Outcome>,
}

impl Drop for Pledge {
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or(Err(ErrorCode::ConnectionTerminated));
        *self.shared.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.shared.signal.set();
    }
}

impl Drop for FutureResponse {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
