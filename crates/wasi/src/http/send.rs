//! A body that is sent: from a guest to hyper.
//!
//! A guest writes into one buffer of bounded size, and hyper takes all that is in it at once. So
//! the bytes are copied out of the guest and never again, however small the pieces are that it
//! writes. A peer that does not read stops the guest.

use super::error_code::ErrorCode;
use super::fields::Fields;
use crate::signal::Signal;
use crate::stream::{Failure, Mode, Output, OutputStream, Stop};
use crate::wait::{Pollable, Readiness, Source};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How many bytes a guest may write before hyper has taken them.
const CAPACITY: usize = 64 << 10;

/// Of what message a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request,
    /// A response.
    Response,
}

impl Message {
    /// The error of a body that has not the announced length but this one.
    fn body_size(self, written: u64) -> ErrorCode {
        match self {
            Message::Request => ErrorCode::HttpRequestBodySize(Some(written)),
            Message::Response => ErrorCode::HttpResponseBodySize(Some(written)),
        }
    }
}

/// Makes a body: what the guest has of it, and what hyper sends. It is of `announced` bytes, if
/// that is known.
pub fn body(message: Message, announced: Option<u64>) -> (OutgoingBody, SentBody) {
    let state = State { announced, ..State::default() };
    let pipe = Arc::new(Pipe { message, state: Mutex::new(state), room: Signal::default() });
    (OutgoingBody { pipe: pipe.clone(), writer: None }, SentBody(pipe))
}

/// What an `outgoing-body` stands for. Dropping it aborts the message.
#[derive(Debug)]
pub struct OutgoingBody {
    pipe: Arc<Pipe>,
    /// A writer has the other one.
    writer: Option<Arc<()>>,
}

impl OutgoingBody {
    /// The stream to write to, the first time.
    pub fn stream(&mut self) -> Option<Output> {
        if self.writer.is_some() {
            return None;
        }
        let token = self.writer.insert(Arc::default()).clone();
        Some(Box::new(BodyWriter { pipe: self.pipe.clone(), _token: token }))
    }

    /// Does the stream still live?
    pub fn is_streaming(&self) -> bool {
        self.writer.as_ref().is_some_and(|writer| Arc::strong_count(writer) > 1)
    }

    /// The body is complete. Fails if it has not the announced length; the message is then aborted.
    pub fn finish(self, trailers: Option<Fields>) -> Result<(), ErrorCode> {
        let mut state = self.pipe.lock();
        if let Some(announced) = state.announced
            && announced != state.written
        {
            let error = self.pipe.message.body_size(state.written);
            state.end(End::Aborted(error.clone()));
            return Err(error);
        }
        state.end(End::Finished(trailers.map(Fields::into_map)));
        Ok(())
    }
}

impl Drop for OutgoingBody {
    fn drop(&mut self) {
        let error = ErrorCode::InternalError(Some("the guest did not finish the body".to_owned()));
        self.pipe.lock().end(End::Aborted(error));
    }
}

/// Where a guest's thread and hyper meet.
#[derive(Debug)]
struct Pipe {
    message: Message,
    state: Mutex<State>,
    /// Set when hyper has taken what was there, or wants no more.
    room: Signal,
}

#[derive(Debug, Default)]
struct State {
    /// At most [`CAPACITY`] bytes.
    buffer: BytesMut,
    written: u64,
    announced: Option<u64>,
    /// The first one counts.
    end: Option<End>,
    /// Hyper wants no more.
    refused: bool,
    /// Wakes hyper when there is something to take.
    waker: Option<Waker>,
}

#[derive(Debug)]
enum End {
    Finished(Option<HeaderMap>),
    Aborted(ErrorCode),
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end(&mut self, end: End) {
        if self.end.is_none() {
            self.end = Some(end);
            self.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// How much may be written now.
    fn room(&self) -> Result<usize, Stop> {
        if self.refused || self.end.is_some() {
            return Err(Stop::Closed);
        }
        Ok(CAPACITY - self.buffer.len())
    }
}

impl Source for Pipe {
    fn readiness(&self) -> Readiness<'_> {
        self.room.clear();
        match self.lock().room() {
            Ok(0) => Readiness::Signal(&self.room),
            _ => Readiness::Ready,
        }
    }
}

/// The stream of a body.
#[derive(Debug)]
struct BodyWriter {
    pipe: Arc<Pipe>,
    /// As long as it lives the body is being written.
    _token: Arc<()>,
}

impl OutputStream for BodyWriter {
    fn check_write(&mut self) -> Result<u64, Stop> {
        Ok(self.pipe.lock().room()? as u64)
    }

    fn write(&mut self, bytes: &[u8], _mode: Mode) -> Result<(), Stop> {
        let mut state = self.pipe.lock();
        if bytes.len() > state.room()? {
            return Err(Stop::WouldBlock);
        }
        let written = state.written + bytes.len() as u64;
        if state.announced.is_some_and(|announced| written > announced) {
            let error = self.pipe.message.body_size(written);
            state.end(End::Aborted(error.clone()));
            return Err(Stop::Failed(Failure::Typed(Box::new(error))));
        }
        state.buffer.extend_from_slice(bytes);
        state.written = written;
        state.wake();
        Ok(())
    }

    /// What was written is on its way already: hyper takes it as soon as it can.
    fn flush(&mut self, _mode: Mode) -> Result<(), Stop> {
        self.pipe.lock().room().map(drop)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Source(self.pipe.clone())
    }
}

/// The body as hyper sends it.
#[derive(Debug)]
pub struct SentBody(Arc<Pipe>);

impl SentBody {
    /// A body of no bytes.
    pub fn empty() -> Self {
        let state = State { end: Some(End::Finished(None)), ..State::default() };
        SentBody(Arc::new(Pipe { message: Message::Response, state: Mutex::new(state), room: Signal::default() }))
    }

    /// Has the guest given it up before any of it was sent?
    pub(super) fn is_aborted(&self) -> bool {
        matches!(self.0.lock().end, Some(End::Aborted(_)))
    }

    /// The length that the headers announce is not that of this body, which has none: so it is with
    /// answers to `HEAD`.
    pub(super) fn announces_nothing(&self) {
        self.0.lock().announced = None;
    }
}

impl Body for SentBody {
    type Data = Bytes;
    type Error = ErrorCode;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ErrorCode>>> {
        let mut state = self.0.lock();
        if !state.buffer.is_empty() {
            let bytes = state.buffer.split().freeze();
            drop(state);
            self.0.room.set();
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match &mut state.end {
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            Some(End::Finished(trailers)) => Poll::Ready(trailers.take().map(|map| Ok(Frame::trailers(map)))),
            Some(End::Aborted(error)) => Poll::Ready(Some(Err(error.clone()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = self.0.lock();
        state.buffer.is_empty() && matches!(state.end, Some(End::Finished(None)))
    }

    /// A body that is complete already needs no chunks: its length is known.
    fn size_hint(&self) -> SizeHint {
        let state = self.0.lock();
        match (&state.end, state.announced) {
            (Some(End::Finished(None)), _) => SizeHint::with_exact(state.buffer.len() as u64),
            (_, Some(announced)) => SizeHint::with_exact(announced - (state.written - state.buffer.len() as u64)),
            _ => SizeHint::default(),
        }
    }
}

impl Drop for SentBody {
    fn drop(&mut self) {
        self.0.lock().refused = true;
        self.0.room.set();
    }
}
