//! What guests wrote arrives, although they have gone.

use super::super::{Direction, Family, wait_for_deliveries};
use super::{End, bytes, listener, network};
use crate::stream::{Mode, OutputStream, Stop};
use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

/// Fills a connection that nobody reads, and says with what.
fn filled() -> (End, TcpStream, Vec<u8>) {
    let network = network();
    let listener = listener(&network, Family::Ipv4);
    let stranger = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let mut end = End::accept(&listener);
    let (sent, mut at) = (bytes(64 << 20), 0);
    while let permitted @ 1.. = end.output.check_write().unwrap() as usize {
        end.output.write(&sent[at..at + permitted], Mode::Try).unwrap();
        at += permitted;
    }
    (end, stranger, sent[..at].to_vec())
}

#[test]
fn what_a_dropped_stream_kept_is_delivered() {
    let (end, mut stranger, sent) = filled();
    drop(end);
    let mut got = Vec::new();
    stranger.read_to_end(&mut got).unwrap();
    assert!(got == sent, "{} bytes of {}", got.len(), sent.len());
    wait_for_deliveries(Duration::from_secs(60));
}

#[test]
fn what_was_written_before_a_shutdown_is_delivered() {
    let (mut end, mut stranger, sent) = filled();
    end.socket.shutdown(Direction::Send).unwrap();
    assert!(matches!(end.output.check_write(), Err(Stop::Closed)));
    let mut got = Vec::new();
    stranger.read_to_end(&mut got).unwrap();
    assert!(got == sent, "{} bytes of {}", got.len(), sent.len());
}

#[test]
fn what_cannot_be_delivered_ends_when_the_other_side_does() {
    let (end, stranger, _) = filled();
    drop(end);
    drop(stranger);
    wait_for_deliveries(Duration::from_secs(60));
}
