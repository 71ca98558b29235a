//! A body that arrives: from hyper to a guest.
//!
//! The guest's thread asks hyper's body for the next chunk itself. So chunks go through no queue
//! but hyper's own, which is bounded: a guest that does not read stops its peer. What tokio's
//! threads do is to set a [`Signal`] when it is worth asking again.

use super::BoxBody;
use super::error_code::ErrorCode;
use super::fields::Fields;
use crate::signal::Signal;
use crate::stream::{Failure, Input, InputStream, Mode, Stop};
use crate::wait::{self, Pollable, Readiness, Source};
use bytes::{Buf, Bytes};
use http_body::Body;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// How many bytes of a body are thrown away before the guest's thread looks for an interruption.
const DISCARDED_AT_ONCE: usize = 1 << 20;

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.set();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.set();
    }
}

/// What an `incoming-body` stands for.
#[derive(Debug)]
pub struct IncomingBody {
    reception: Arc<Reception>,
    /// A reader has the other one.
    reader: Option<Arc<()>>,
}

impl IncomingBody {
    /// A body of at most `limit` bytes. More is an error of the body.
    pub fn new(body: BoxBody, limit: u64) -> Self {
        Self::with_state(State { body: Some(body), left: limit, ..State::default() })
    }

    /// A body of no bytes.
    pub fn empty() -> Self {
        Self::with_state(State::default())
    }

    /// One whose chunks come at most so far apart. It must be made in a runtime of tokio.
    pub(super) fn with_pause(body: BoxBody, limit: u64, pause: Option<Duration>) -> Self {
        let pause = pause.map(|length| Pause { length, end: Box::pin(tokio::time::sleep(length)), running: false });
        Self::with_state(State { body: Some(body), left: limit, pause, ..State::default() })
    }

    fn with_state(state: State) -> Self {
        let reception = Reception { state: Mutex::new(state), signal: Arc::default() };
        IncomingBody { reception: Arc::new(reception), reader: None }
    }

    /// The stream of its bytes, the first time.
    pub fn stream(&mut self) -> Option<Input> {
        if self.reader.is_some() {
            return None;
        }
        let token = self.reader.insert(Arc::default()).clone();
        Some(Box::new(BodyReader { reception: self.reception.clone(), _token: token }))
    }

    /// Does the stream still live?
    pub fn is_streaming(&self) -> bool {
        self.reader.as_ref().is_some_and(|reader| Arc::strong_count(reader) > 1)
    }

    /// What comes behind the body. What has not been read of it is thrown away.
    pub fn finish(self) -> FutureTrailers {
        FutureTrailers { draining: Arc::new(Draining(self.reception)), taken: false }
    }
}

/// A body, and what its reader and its trailers wait for.
#[derive(Debug)]
struct Reception {
    state: Mutex<State>,
    signal: Arc<Signal>,
}

#[derive(Debug, Default)]
struct State {
    /// None once it has ended.
    body: Option<BoxBody>,
    /// What has come and has not been read.
    chunk: Bytes,
    /// How much more may come.
    left: u64,
    trailers: Option<Fields>,
    error: Option<ErrorCode>,
    /// Has the reader been told of the error?
    reported: bool,
    /// It has been asked in vain, and sets the signal when it is to be asked again.
    waiting: bool,
    pause: Option<Pause>,
}

/// How long the next chunk may take.
#[derive(Debug)]
struct Pause {
    length: Duration,
    end: Pin<Box<Sleep>>,
    running: bool,
}

impl Pause {
    /// Has it become too long? It begins when a chunk is first waited for.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.running {
            self.running = true;
            // A time that no clock reaches is none.
            match Instant::now().checked_add(self.length) {
                Some(end) => self.end.as_mut().reset(end),
                None => return Poll::Pending,
            }
        }
        self.end.as_mut().poll(cx)
    }
}

impl Reception {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gets a chunk, unless there is one or the body has ended. False if it has to be waited for.
    fn advance(&self, state: &mut State) -> bool {
        if !state.chunk.is_empty() || state.body.is_none() {
            return true;
        }
        // Cleared before the body is asked: it may set the signal at any time from then on.
        if !self.signal.clear() && state.waiting {
            return false;
        }
        let waker = Waker::from(self.signal.clone());
        state.waiting = state.poll(&mut Context::from_waker(&waker)).is_pending();
        !state.waiting
    }

    fn pollable(self: Arc<Self>) -> Pollable {
        Pollable::Source(self)
    }
}

impl State {
    /// Ready with a chunk or the end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(body) = &mut self.body {
            let frame = match Pin::new(body).poll_frame(cx) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    let Some(pause) = &mut self.pause else { return Poll::Pending };
                    std::task::ready!(pause.poll(cx));
                    Some(Err(ErrorCode::ConnectionReadTimeout))
                }
            };
            if let Some(pause) = &mut self.pause {
                pause.running = false;
            }
            match frame {
                None => self.body = None,
                Some(Err(error)) => self.end(error),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) if chunk.len() as u64 > self.left => self.end(ErrorCode::HttpRequestBodySize(None)),
                    Ok(chunk) if chunk.is_empty() => {}
                    Ok(chunk) => {
                        self.left -= chunk.len() as u64;
                        self.chunk = chunk;
                        return Poll::Ready(());
                    }
                    Err(frame) => self.trailers = frame.into_trailers().ok().map(Fields::received),
                },
            }
        }
        Poll::Ready(())
    }

    fn end(&mut self, error: ErrorCode) {
        self.body = None;
        self.error = Some(error);
    }

    /// The body has ended: how a reader is told.
    fn stop(&mut self) -> Stop {
        match &self.error {
            Some(error) if !self.reported => {
                self.reported = true;
                Stop::Failed(Failure::Typed(Box::new(error.clone())))
            }
            _ => Stop::Closed,
        }
    }
}

impl Source for Reception {
    fn readiness(&self) -> Readiness<'_> {
        if self.advance(&mut self.lock()) { Readiness::Ready } else { Readiness::Signal(&self.signal) }
    }
}

/// The stream of a body.
#[derive(Debug)]
struct BodyReader {
    reception: Arc<Reception>,
    /// As long as it lives the body is being read.
    _token: Arc<()>,
}

impl BodyReader {
    /// Takes up to `len` bytes of the chunk that is there.
    fn take(&self, len: usize, take: impl FnOnce(&[u8])) -> Result<usize, Stop> {
        let mut state = self.reception.lock();
        if len == 0 {
            return Ok(0);
        }
        if !self.reception.advance(&mut state) {
            return Err(Stop::WouldBlock);
        }
        let len = len.min(state.chunk.len());
        if len == 0 {
            return Err(state.stop());
        }
        take(&state.chunk[..len]);
        state.chunk.advance(len);
        Ok(len)
    }
}

impl InputStream for BodyReader {
    fn certain(&mut self, len: u64) -> Option<u64> {
        let mut state = self.reception.lock();
        self.reception.advance(&mut state);
        let there = state.chunk.len() as u64;
        (there > 0).then(|| len.min(there))
    }

    fn read(&mut self, room: &mut [u8], _mode: Mode) -> Result<usize, Stop> {
        self.take(room.len(), |bytes| room[..bytes.len()].copy_from_slice(bytes))
    }

    fn skip(&mut self, len: u64, _mode: Mode) -> Result<u64, Stop> {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        Ok(self.take(len, |_| ())? as u64)
    }

    fn pollable(&self) -> Pollable {
        self.reception.clone().pollable()
    }
}

/// What a `future-trailers` stands for.
#[derive(Debug)]
pub struct FutureTrailers {
    draining: Arc<Draining>,
    taken: bool,
}

/// Ready when the body has ended. Until then it throws away what comes.
#[derive(Debug)]
struct Draining(Arc<Reception>);

/// What [`FutureTrailers::get`] gives: nothing before the body has ended, and the trailers once.
pub type Trailers = Option<Result<Result<Option<Fields>, ErrorCode>, ()>>;

impl FutureTrailers {
    /// Ready when [`get`](Self::get) gives something.
    pub fn pollable(&self) -> Pollable {
        Pollable::Source(self.draining.clone())
    }

    /// The trailers or the body's error, when it has ended. They are given once.
    pub fn get(&mut self) -> Trailers {
        if !matches!(self.draining.readiness(), Readiness::Ready) {
            return None;
        }
        if std::mem::replace(&mut self.taken, true) {
            return Some(Err(()));
        }
        let mut state = self.draining.0.lock();
        Some(Ok(match state.error.take() {
            Some(error) => Err(error),
            None => Ok(state.trailers.take()),
        }))
    }
}

impl Source for Draining {
    fn readiness(&self) -> Readiness<'_> {
        let mut state = self.0.lock();
        let mut discarded = 0;
        while self.0.advance(&mut state) {
            if state.chunk.is_empty() {
                return Readiness::Ready;
            }
            discarded += std::mem::take(&mut state.chunk).len();
            if discarded > DISCARDED_AT_ONCE {
                return Readiness::At(wait::now());
            }
        }
        Readiness::Signal(&self.0.signal)
    }
}
