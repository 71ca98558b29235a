//! Bodies alone, without a server: a test holds the other end.

use super::*;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::mpsc;

type Item = Result<Frame<Bytes>, ErrorCode>;

/// What a test sends, as a body.
struct Chunks(mpsc::Receiver<Item>);

impl Body for Chunks {
    type Data = Bytes;
    type Error = ErrorCode;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        self.0.poll_recv(cx)
    }
}

fn incoming(limit: u64) -> (mpsc::Sender<Item>, IncomingBody) {
    let (sender, receiver) = mpsc::channel(8);
    (sender, IncomingBody::new(BoxBody::new(Chunks(receiver)), limit))
}

fn chunk(bytes: &'static [u8]) -> Item {
    Ok(Frame::data(Bytes::from_static(bytes)))
}

/// The next frame of a body, if there is one now.
fn next(body: &mut SentBody) -> Poll<Option<Item>> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

fn data(body: &mut SentBody) -> Bytes {
    match next(body) {
        Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn chunks_arrive_in_pieces_and_wake_their_reader() {
    let (sender, mut body) = incoming(100);
    let mut input = body.stream().unwrap();
    assert!(body.stream().is_none());
    assert!(matches!(input.read(&mut [0; 4], Mode::Block), Err(Stop::WouldBlock)));
    assert_eq!(input.certain(4), None);
    let sending = std::thread::spawn(move || sender.blocking_send(chunk(b"abcdef")).map(|()| sender));
    wait(&input.pollable());
    let mut room = [0; 4];
    assert_eq!(input.certain(10), Some(6));
    assert_eq!(input.read(&mut room, Mode::Try).unwrap(), 4);
    assert_eq!(&room, b"abcd");
    assert_eq!(input.read(&mut [], Mode::Try).unwrap(), 0);
    assert_eq!(input.skip(u64::MAX, Mode::Try).unwrap(), 2);
    let sender = sending.join().unwrap().unwrap();
    sender.try_send(chunk(b"")).unwrap();
    drop(sender);
    wait(&input.pollable());
    assert!(matches!(input.read(&mut room, Mode::Try), Err(Stop::Closed)));
    assert!(body.is_streaming());
    drop(input);
    assert!(!body.is_streaming());
}

#[test]
fn an_error_is_reported_once_and_to_the_trailers() {
    let (sender, mut body) = incoming(100);
    let mut input = body.stream().unwrap();
    sender.try_send(chunk(b"abc")).unwrap();
    sender.try_send(Err(ErrorCode::LoopDetected)).unwrap();
    assert_eq!(input.skip(9, Mode::Try).unwrap(), 3);
    assert_eq!(code(input.skip(9, Mode::Try).unwrap_err()), ErrorCode::LoopDetected);
    assert!(matches!(input.skip(9, Mode::Try), Err(Stop::Closed)));
    assert!(matches!(body.finish().get(), Some(Ok(Err(ErrorCode::LoopDetected)))));
}

#[test]
fn more_than_the_limit_is_an_error() {
    let (sender, mut body) = incoming(5);
    sender.try_send(chunk(b"abc")).unwrap();
    sender.try_send(chunk(b"def")).unwrap();
    let error = read_all(&mut body.stream().unwrap()).unwrap_err();
    assert_eq!(code(error), ErrorCode::HttpRequestBodySize(None));
    assert!(sender.try_send(chunk(b"")).is_err(), "the body has gone");
}

#[test]
fn trailers_come_once_and_behind_what_nobody_read() {
    let (sender, body) = incoming(100);
    let mut trailers = body.finish();
    sender.try_send(chunk(b"unread")).unwrap();
    assert!(trailers.get().is_none());
    let sending = std::thread::spawn(move || {
        let mut map = HeaderMap::new();
        map.insert("x-sum", HeaderValue::from_static("7"));
        sender.blocking_send(Ok(Frame::trailers(map))).unwrap();
    });
    wait(&trailers.pollable());
    sending.join().unwrap();
    let Some(Ok(Ok(Some(fields)))) = trailers.get() else { panic!() };
    assert_eq!(fields.get("X-Sum").collect::<Vec<_>>(), [b"7"]);
    assert!(matches!(trailers.get(), Some(Err(()))));
}

#[test]
fn chunks_that_come_too_late_are_an_error() {
    let runtime = runtime();
    let (sender, receiver) = mpsc::channel(8);
    let body = BoxBody::new(Chunks(receiver));
    let guard = runtime.enter();
    let mut body = IncomingBody::with_pause(body, 100, Some(Duration::from_millis(20)));
    let mut forever =
        IncomingBody::with_pause(BoxBody::new(Chunks(mpsc::channel(1).1)), 100, Some(Duration::from_nanos(u64::MAX)));
    drop(guard);
    assert!(matches!(forever.stream().unwrap().skip(1, Mode::Try), Err(Stop::Closed)));
    sender.try_send(chunk(b"abc")).unwrap();
    let error = read_all(&mut body.stream().unwrap()).unwrap_err();
    assert_eq!(code(error), ErrorCode::ConnectionReadTimeout);
}

#[test]
fn pieces_are_sent_together() {
    let (mut body, mut sent) = body(Message::Response, None);
    let mut output = body.stream().unwrap();
    assert!(body.stream().is_none() && body.is_streaming());
    assert!(next(&mut sent).is_pending());
    output.write(b"ab", Mode::Try).unwrap();
    output.write(b"cd", Mode::Try).unwrap();
    output.flush(Mode::Block).unwrap();
    assert_eq!(&data(&mut sent)[..], b"abcd");
    assert!(next(&mut sent).is_pending() && !sent.is_end_stream());
    drop(output);
    body.finish(None).unwrap();
    assert!(sent.is_end_stream());
    assert!(matches!(next(&mut sent), Poll::Ready(None)));
}

#[test]
fn a_writer_waits_for_its_reader() {
    let (mut body, mut sent) = body(Message::Response, None);
    let mut output = body.stream().unwrap();
    let room = output.check_write().unwrap() as usize;
    assert!(matches!(output.write(&vec![0; room + 1], Mode::Try), Err(Stop::WouldBlock)));
    output.write(&vec![1; room], Mode::Try).unwrap();
    assert_eq!(output.check_write().unwrap(), 0);
    assert!(matches!(output.pollable().readiness(), Readiness::Signal(_)));
    let reading = std::thread::spawn(move || (data(&mut sent).len(), sent));
    wait(&output.pollable());
    assert_eq!(output.check_write().unwrap() as usize, room);
    let (len, sent) = reading.join().unwrap();
    assert_eq!(len, room);
    drop(sent);
    wait(&output.pollable());
    assert!(matches!(output.check_write(), Err(Stop::Closed)));
    assert!(matches!(output.write(b"x", Mode::Try), Err(Stop::Closed)));
}

#[test]
fn the_announced_length_is_kept() {
    let size = |written| Err(ErrorCode::HttpRequestBodySize(Some(written)));
    let (short, mut sent) = body(Message::Request, Some(5));
    assert_eq!(sent.size_hint().exact(), Some(5));
    assert_eq!(short.finish(None), size(0));
    assert!(matches!(next(&mut sent), Poll::Ready(Some(Err(_)))));

    let (mut long, _sent) = body(Message::Request, Some(5));
    let error = long.stream().unwrap().write(b"abcdef", Mode::Try).unwrap_err();
    assert_eq!(Err::<(), _>(code(error)), size(6));

    let (mut right, mut sent) = body(Message::Response, Some(3));
    right.stream().unwrap().write(b"abc", Mode::Try).unwrap();
    assert_eq!(sent.size_hint().exact(), Some(3));
    right.finish(None).unwrap();
    assert_eq!(&data(&mut sent)[..], b"abc");
}

#[test]
fn what_was_not_finished_is_aborted_behind_its_bytes() {
    let (mut outgoing, mut sent) = body(Message::Response, None);
    outgoing.stream().unwrap().write(b"abc", Mode::Try).unwrap();
    drop(outgoing);
    assert_eq!(&data(&mut sent)[..], b"abc");
    assert!(matches!(next(&mut sent), Poll::Ready(Some(Err(ErrorCode::InternalError(_))))));
}

#[test]
fn trailers_follow_the_body() {
    let (outgoing, mut sent) = body(Message::Response, None);
    let mut trailers = Fields::new();
    trailers.append("x-sum", b"7").unwrap();
    outgoing.finish(Some(trailers)).unwrap();
    assert!(!sent.is_end_stream());
    let Poll::Ready(Some(Ok(frame))) = next(&mut sent) else { panic!() };
    assert_eq!(frame.into_trailers().unwrap()["x-sum"], "7");
    assert!(matches!(next(&mut sent), Poll::Ready(None)));
}
