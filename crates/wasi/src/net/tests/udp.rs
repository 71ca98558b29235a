//! Datagrams with a peer and without one.

use super::super::ErrorCode::*;
use super::super::{Family, IncomingDatagrams, OutgoingDatagram, OutgoingDatagrams, SendError, UdpSocket};
use super::{families, is_ready, loopback, network, udp, wait};
use std::net::SocketAddr;

fn datagram(data: &[u8], remote: Option<SocketAddr>) -> OutgoingDatagram {
    OutgoingDatagram { data: data.to_vec(), remote_address: remote }
}

fn send(output: &mut OutgoingDatagrams, data: &[u8], remote: Option<SocketAddr>) -> Result<u64, SendError> {
    wait(output.pollable());
    assert!(output.check_send().unwrap() > 0);
    output.send(&[datagram(data, remote)])
}

/// What comes, with who sent it.
fn receive(input: &mut IncomingDatagrams) -> Vec<(Vec<u8>, SocketAddr)> {
    wait(input.pollable());
    let datagrams = input.receive(u64::MAX).unwrap();
    datagrams.into_iter().map(|datagram| (datagram.data, datagram.remote_address)).collect()
}

#[test]
fn a_socket_is_bound_once_and_before_it_streams() {
    let network = network();
    let socket = UdpSocket::new(&network, Family::Ipv4).unwrap();
    assert_eq!(socket.finish_bind(), Err(NotInProgress));
    assert_eq!(socket.stream(None).err(), Some(InvalidState));
    assert_eq!(socket.local_address(), Err(InvalidState));
    assert_eq!(socket.start_bind("[::1]:0".parse().unwrap()), Err(InvalidArgument));
    assert_eq!(socket.start_bind("192.0.2.1:0".parse().unwrap()), Err(AddressNotBindable));
    let taken = udp(&network, Family::Ipv4);
    assert_eq!(socket.start_bind(taken.local_address().unwrap()), Err(AddressInUse));
    socket.start_bind(loopback(Family::Ipv4)).unwrap();
    assert_eq!(socket.start_bind(loopback(Family::Ipv4)), Err(ConcurrencyConflict));
    assert_eq!(socket.local_address(), Err(InvalidState));
    assert_eq!(socket.stream(None).err(), Some(InvalidState));
    assert!(is_ready(&socket.pollable()));
    socket.finish_bind().unwrap();
    assert_eq!(socket.finish_bind(), Err(NotInProgress));
    assert_eq!(socket.start_bind(loopback(Family::Ipv4)), Err(InvalidState));
    assert_ne!(socket.local_address().unwrap().port(), 0);
    assert_eq!(socket.remote_address(), Err(InvalidState));
}

#[test]
fn datagrams_come_whole_and_with_their_sender() {
    for family in families() {
        let network = network();
        let (a, b) = (udp(&network, family), udp(&network, family));
        let (from, to) = (a.local_address().unwrap(), b.local_address().unwrap());
        let (_, mut output) = a.stream(None).unwrap();
        let (mut input, _) = b.stream(None).unwrap();
        assert_eq!(a.remote_address(), Err(InvalidState));
        assert!(!is_ready(&input.pollable()));
        assert_eq!(input.receive(10), Ok(vec![]));
        assert!(output.check_send().unwrap() >= 3);
        let sent = [datagram(b"one", Some(to)), datagram(b"", Some(to)), datagram(b"three", Some(to))];
        assert_eq!(output.send(&sent), Ok(3));
        wait(input.pollable());
        assert_eq!(input.receive(0), Ok(vec![]));
        let first = input.receive(1).unwrap();
        assert_eq!((first.len(), &*first[0].data), (1, &b"one"[..]));
        assert_eq!(receive(&mut input), [(b"".to_vec(), from), (b"three".to_vec(), from)]);
        let longest = super::bytes(if family == Family::Ipv4 { 65507 } else { 65487 });
        assert_eq!(send(&mut output, &longest, Some(to)), Ok(1));
        assert_eq!(receive(&mut input), [(longest.clone(), from)], "it is not cut short");
        let longer = super::bytes(65600);
        assert_eq!(send(&mut output, &longer, Some(to)), Err(SendError::Failed(DatagramTooLarge)));
    }
}

#[test]
fn a_guest_asks_before_it_sends() {
    let network = network();
    let socket = udp(&network, Family::Ipv4);
    let to = socket.local_address().unwrap();
    let (_, mut output) = socket.stream(None).unwrap();
    assert_eq!(output.send(&[]), Ok(0));
    assert_eq!(output.send(&[datagram(b"x", Some(to))]), Err(SendError::NotPermitted { permitted: 0 }));
    let permitted = output.check_send().unwrap();
    let many = vec![datagram(b"x", Some(to)); permitted as usize + 1];
    assert_eq!(output.send(&many), Err(SendError::NotPermitted { permitted }));
    assert_eq!(output.send(&many[1..]), Ok(permitted));
    assert_eq!(output.send(&many[..1]), Err(SendError::NotPermitted { permitted: 0 }));
}

#[test]
fn a_failure_after_the_first_is_told_with_the_rest() {
    let network = network();
    let socket = udp(&network, Family::Ipv4);
    let to = socket.local_address().unwrap();
    let (_, mut output) = socket.stream(None).unwrap();
    output.check_send().unwrap();
    let sent = [datagram(b"x", Some(to)), datagram(b"y", None), datagram(b"z", Some(to))];
    assert_eq!(output.send(&sent), Ok(1));
    assert_eq!(output.send(&sent[1..]), Err(SendError::Failed(InvalidArgument)));
}

#[test]
fn whom_a_datagram_is_sent_to_fits_the_stream() {
    let network = network();
    let (a, b) = (udp(&network, Family::Ipv4), udp(&network, Family::Ipv4));
    let (here, there) = (a.local_address().unwrap(), b.local_address().unwrap());
    let invalid = Err(SendError::Failed(InvalidArgument));
    let (_, mut output) = a.stream(None).unwrap();
    for remote in ["0.0.0.0:1", "127.0.0.1:0", "[::1]:1"] {
        assert_eq!(send(&mut output, b"x", Some(remote.parse().unwrap())), invalid, "{remote}");
        assert_eq!(a.stream(Some(remote.parse().unwrap())).err(), Some(InvalidArgument), "{remote}");
    }
    assert_eq!(send(&mut output, b"x", None), invalid);
    let (_, mut output) = a.stream(Some(there)).unwrap();
    assert_eq!(a.remote_address(), Ok(there));
    assert_eq!(send(&mut output, b"x", Some(here)), invalid);
    assert_eq!(send(&mut output, b"x", Some(there)), Ok(1));
    assert_eq!(send(&mut output, b"y", None), Ok(1));
    let (mut input, _) = b.stream(None).unwrap();
    assert_eq!(receive(&mut input), [(b"x".to_vec(), here), (b"y".to_vec(), here)]);
}

#[test]
fn a_peer_keeps_others_out() {
    let network = network();
    let (a, b, c) = (udp(&network, Family::Ipv4), udp(&network, Family::Ipv4), udp(&network, Family::Ipv4));
    let (to, from) = (a.local_address().unwrap(), b.local_address().unwrap());
    let (_, mut of_b) = b.stream(Some(to)).unwrap();
    let (_, mut of_c) = c.stream(Some(to)).unwrap();
    // The first one is there before the socket has its peer.
    send(&mut of_c, b"early", None).unwrap();
    let (mut input, _) = a.stream(Some(from)).unwrap();
    send(&mut of_c, b"late", None).unwrap();
    send(&mut of_b, b"mine", None).unwrap();
    let mut got = Vec::new();
    while got.is_empty() {
        got = receive(&mut input);
    }
    assert_eq!(got, [(b"mine".to_vec(), from)]);
}

#[test]
fn a_peer_that_does_not_listen_refuses() {
    let network = network();
    let (a, deaf) = (udp(&network, Family::Ipv4), udp(&network, Family::Ipv4));
    // It has another peer. So for this one nobody is there, and nobody else can take its port.
    let _streams = deaf.stream(Some(deaf.local_address().unwrap())).unwrap();
    let (mut input, mut output) = a.stream(Some(deaf.local_address().unwrap())).unwrap();
    send(&mut output, b"x", None).unwrap();
    wait(input.pollable());
    assert_eq!(input.receive(1), Err(ConnectionRefused));
    assert_eq!(input.receive(1), Ok(vec![]));
}

#[test]
fn later_streams_end_earlier_ones_and_keep_the_port() {
    for (family, everywhere) in [(Family::Ipv4, "0.0.0.0:0"), (Family::Ipv6, "[::]:0")] {
        if !families().contains(&family) {
            continue;
        }
        let network = network();
        let (a, b) = (UdpSocket::new(&network, family).unwrap(), udp(&network, family));
        a.start_bind(everywhere.parse().unwrap()).unwrap();
        a.finish_bind().unwrap();
        let local = a.local_address().unwrap();
        let peer = b.local_address().unwrap();
        let (mut old_input, mut old_output) = a.stream(Some(peer)).unwrap();
        let pollables = [old_input.pollable(), old_output.pollable()];
        assert!(!is_ready(&pollables[0]));
        assert_eq!(a.local_address().unwrap().ip(), peer.ip(), "the way to the peer says which");
        let (mut input, mut output) = a.stream(None).unwrap();
        assert_eq!(old_input.receive(1), Err(InvalidState));
        assert_eq!(old_output.check_send(), Err(InvalidState));
        assert!(pollables.iter().all(is_ready));
        assert_eq!(a.local_address(), Ok(local));
        assert_eq!(a.remote_address(), Err(InvalidState));
        // It sends and receives as before.
        let (mut of_b, mut to_a) = b.stream(None).unwrap();
        send(&mut output, b"out", Some(peer)).unwrap();
        let at = receive(&mut of_b)[0].1;
        assert_eq!(at.port(), local.port());
        send(&mut to_a, b"in", Some(at)).unwrap();
        assert_eq!(receive(&mut input), [(b"in".to_vec(), peer)]);
    }
}

#[test]
fn streams_outlive_their_socket() {
    let network = network();
    let socket = udp(&network, Family::Ipv4);
    let here = socket.local_address().unwrap();
    let (mut input, mut output) = socket.stream(Some(here)).unwrap();
    drop(socket);
    send(&mut output, b"self", None).unwrap();
    assert_eq!(receive(&mut input), [(b"self".to_vec(), here)]);
}

#[test]
fn options_are_kept() {
    let network = network();
    for family in families() {
        let socket = udp(&network, family);
        assert_eq!(socket.family(), family);
        assert_eq!(socket.set_unicast_hop_limit(0), Err(InvalidArgument));
        assert_eq!(socket.set_receive_buffer_size(0), Err(InvalidArgument));
        assert_eq!(socket.set_send_buffer_size(0), Err(InvalidArgument));
        socket.set_unicast_hop_limit(43).unwrap();
        socket.set_receive_buffer_size(u64::MAX).unwrap();
        socket.set_receive_buffer_size(65536).unwrap();
        socket.set_send_buffer_size(65536).unwrap();
        assert_eq!(socket.unicast_hop_limit(), Ok(43));
        assert_eq!(socket.receive_buffer_size(), Ok(65536));
        assert_eq!(socket.send_buffer_size(), Ok(65536));
    }
}

#[test]
fn one_call_takes_a_bounded_number() {
    let network = network();
    let socket = udp(&network, Family::Ipv4);
    let here = socket.local_address().unwrap();
    let (mut input, mut output) = socket.stream(Some(here)).unwrap();
    for _ in 0..100 {
        send(&mut output, b"x", None).unwrap();
    }
    let first = receive(&mut input).len();
    assert!(first < 100);
    assert_eq!(first + receive(&mut input).len(), 100);
}
