//! What guests wrote arrives, although they have gone.

use super::super::{Direction, Family, wait_for_deliveries};
use super::{End, bytes, loopback, network};
use crate::stream::{Mode, OutputStream, Stop};
use rustix::net::sockopt;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A connection that keeps some of what was written, and what that was. The system has not room
/// for one permit.
fn filled() -> (End, TcpStream, Vec<u8>) {
    let listener = TcpListener::bind(loopback(Family::Ipv4)).unwrap();
    sockopt::set_socket_recv_buffer_size(&listener, 16 << 10).unwrap();
    let mut end = End::connect(&network(), listener.local_addr().unwrap());
    let (stranger, _) = listener.accept().unwrap();
    end.socket.set_send_buffer_size(1).unwrap();
    let sent = bytes(end.output.check_write().unwrap() as usize);
    end.output.write(&sent, Mode::Try).unwrap();
    assert_eq!(end.output.check_write().unwrap(), 0);
    (end, stranger, sent)
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
