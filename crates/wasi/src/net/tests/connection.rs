//! The bytes of connections, and how each direction ends.

use super::super::{Direction, Family};
use super::{End, bytes, is_ready, listener, network, wait};
use crate::stream::{Failure, InputStream, Mode, OutputStream, Stop};
use rustix::io::Errno;
use rustix::net::sockopt;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection whose other end is none of ours.
fn with_a_stranger() -> (End, TcpStream) {
    let network = network();
    let listener = listener(&network, Family::Ipv4);
    let stranger = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    (End::accept(&listener), stranger)
}

/// Ends a connection at once, so that its other end is reset.
fn reset(stranger: TcpStream) {
    sockopt::set_socket_linger(&stranger, Some(Duration::ZERO)).unwrap();
}

#[test]
fn bytes_come_as_they_were_sent() {
    for family in super::families() {
        let (mut client, mut server) = End::pair(&network(), family);
        assert!(!is_ready(&server.input.pollable()));
        assert!(matches!(server.input.read(&mut [0; 4], Mode::Try), Err(Stop::WouldBlock)));
        assert!(matches!(server.input.skip(4, Mode::Try), Err(Stop::WouldBlock)));
        client.write_all(b"ping and more");
        wait(server.input.pollable());
        assert!(matches!(server.input.read(&mut [], Mode::Try), Ok(0)));
        assert_eq!(server.read_exactly(4), b"ping");
        assert!(matches!(server.input.skip(5, Mode::Try), Ok(5)));
        assert!(matches!(server.input.skip(0, Mode::Try), Ok(0)));
        assert!(matches!(server.input.skip(u64::MAX, Mode::Try), Ok(4)));
        server.write_all(b"pong");
        assert_eq!(client.read_exactly(4), b"pong");
    }
}

#[test]
fn a_direction_ends_by_itself() {
    let (mut client, mut server) = End::pair(&network(), Family::Ipv4);
    client.write_all(b"last");
    client.socket.shutdown(Direction::Send).unwrap();
    client.socket.shutdown(Direction::Send).unwrap();
    assert!(matches!(client.output.check_write(), Err(Stop::Closed)));
    assert!(matches!(client.output.write(b"x", Mode::Try), Err(Stop::Closed)));
    assert!(matches!(client.output.flush(Mode::Try), Err(Stop::Closed)));
    assert!(is_ready(&client.output.pollable()));
    assert!(matches!(server.read_to_end(), (got, Stop::Closed) if got == b"last"));
    assert!(matches!(server.input.read(&mut [], Mode::Try), Err(Stop::Closed)), "it says so again");
    assert!(is_ready(&server.input.pollable()));
    // The other direction goes on.
    server.write_all(b"answer");
    drop(server.output);
    assert!(matches!(client.read_to_end(), (got, Stop::Closed) if got == b"answer"));
    client.socket.shutdown(Direction::Both).unwrap();
}

#[test]
fn receiving_ends_when_the_guest_wants_no_more() {
    let (mut client, mut server) = End::pair(&network(), Family::Ipv4);
    client.write_all(b"unread");
    wait(server.input.pollable());
    server.socket.shutdown(Direction::Receive).unwrap();
    assert!(is_ready(&server.input.pollable()));
    assert!(matches!(server.input.read(&mut [0; 9], Mode::Try), Err(Stop::Closed)));
    assert!(matches!(server.input.skip(9, Mode::Try), Err(Stop::Closed)));
    server.write_all(b"still");
    assert_eq!(client.read_exactly(5), b"still");
}

#[test]
fn a_reset_is_told_once_and_is_no_end() {
    let (mut end, stranger) = with_a_stranger();
    reset(stranger);
    wait(end.input.pollable());
    let first = end.input.read(&mut [0; 9], Mode::Try);
    assert!(matches!(first, Err(Stop::Failed(Failure::Os(Errno::CONNRESET)))), "{first:?}");
    assert!(matches!(end.input.read(&mut [0; 9], Mode::Try), Err(Stop::Closed)));
    // The system says to a writer only that nobody reads.
    assert!(matches!(end.output.write(b"x", Mode::Try), Err(Stop::Closed)));
    assert!(matches!(end.output.check_write(), Err(Stop::Closed)));
    end.socket.shutdown(Direction::Both).expect("what has ended may be shut down");
}

#[test]
fn a_reset_that_the_writer_met_is_told_to_the_reader_as_well() {
    let (mut end, stranger) = with_a_stranger();
    reset(stranger);
    // Only waits: reading would take the error.
    wait(end.input.pollable());
    let written = end.output.write(b"x", Mode::Try);
    assert!(matches!(written, Err(Stop::Failed(Failure::Os(Errno::CONNRESET)))), "{written:?}");
    assert!(matches!(end.output.write(b"x", Mode::Try), Err(Stop::Closed)));
    let read = end.input.read(&mut [0; 9], Mode::Try);
    assert!(matches!(read, Err(Stop::Failed(Failure::Os(Errno::CONNRESET)))), "{read:?}");
    assert!(matches!(end.input.read(&mut [0; 9], Mode::Try), Err(Stop::Closed)));
}

#[test]
fn a_writer_never_waits_and_nothing_is_lost() {
    let (mut end, mut stranger) = with_a_stranger();
    let sent = bytes(64 << 20);
    let mut at = 0;
    // Nobody reads, so there is an end to what the system takes.
    loop {
        let permitted = end.output.check_write().unwrap() as usize;
        if permitted == 0 {
            break;
        }
        end.output.write(&sent[at..at + permitted], Mode::Try).unwrap();
        at += permitted;
        assert!(at < sent.len(), "somebody keeps all of it");
    }
    assert!(!is_ready(&end.output.pollable()));
    assert!(matches!(end.output.flush(Mode::Try), Ok(())), "it has begun");
    assert!(matches!(end.output.flush(Mode::Block), Err(Stop::WouldBlock)), "it has not ended");
    let mut got = vec![0; at];
    stranger.read_exact(&mut got[..at / 2]).unwrap();
    wait(end.output.pollable());
    assert!(end.output.check_write().unwrap() > 0);
    assert!(matches!(end.output.flush(Mode::Block), Ok(())));
    stranger.read_exact(&mut got[at / 2..]).unwrap();
    assert!(got == sent[..at]);
}

#[test]
fn a_writer_that_waits_learns_of_a_reset() {
    let (mut end, stranger) = with_a_stranger();
    let sent = bytes(1 << 20);
    while end.output.check_write().unwrap() > 0 {
        end.output.write(&sent[..100_000], Mode::Try).unwrap();
    }
    reset(stranger);
    wait(end.output.pollable());
    let stop = end.output.check_write();
    assert!(matches!(stop, Err(Stop::Failed(Failure::Os(Errno::CONNRESET)))), "{stop:?}");
    assert!(matches!(end.output.check_write(), Err(Stop::Closed)));
}

#[test]
fn dropping_a_stream_ends_its_direction() {
    let (end, mut stranger) = with_a_stranger();
    let End { socket, mut input, mut output } = end;
    output.write(b"bye", Mode::Try).unwrap();
    drop(output);
    let mut got = Vec::new();
    stranger.read_to_end(&mut got).unwrap();
    assert_eq!(got, b"bye");
    stranger.write_all(b"thanks").unwrap();
    wait(input.pollable());
    assert!(matches!(input.read(&mut [0; 9], Mode::Try), Ok(6)));
    drop((input, socket));
}
