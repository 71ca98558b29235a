//! The states of TCP sockets, their errors and their options.

use super::super::ErrorCode::*;
use super::super::{Direction, ErrorCode, Family, Network, TcpSocket};
use super::{End, bound, families, is_ready, listener, loopback, network, wait, wait_any};
use crate::stream::InputStream;
use rustix::net::sockopt;
use std::net::SocketAddr;

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// What every operation that depends on the state says, in the order of the table in the test.
fn refusals(socket: &TcpSocket) -> Vec<Option<ErrorCode>> {
    let somebody = loopback(socket.family());
    vec![
        socket.finish_bind().err(),
        socket.finish_connect().err(),
        socket.finish_listen().err(),
        socket.accept().err(),
        socket.shutdown(Direction::Both).err(),
        socket.local_address().err(),
        socket.remote_address().err(),
        socket.set_listen_backlog_size(32).err(),
        socket.start_bind(somebody).err(),
        socket.start_listen().err(),
    ]
}

/// What is refused in a state where nothing is in progress.
const IDLE: [Option<ErrorCode>; 5] =
    [Some(NotInProgress), Some(NotInProgress), Some(NotInProgress), Some(InvalidState), Some(InvalidState)];

fn assert_refuses(socket: &TcpSocket, rest: [Option<ErrorCode>; 5]) {
    assert_eq!(refusals(socket), [&IDLE[..], &rest].concat());
}

#[test]
fn each_state_refuses_what_is_not_its_own() {
    let network = network();
    for family in families() {
        let refuse = Some(InvalidState);
        let unbound = TcpSocket::new(&network, family).unwrap();
        assert_eq!(refusals(&unbound)[..9], [&IDLE[..], &[refuse, refuse, None, None]].concat());
        assert_eq!(unbound.start_listen(), Err(ConcurrencyConflict), "binding is in progress");
        assert_eq!(unbound.start_bind(loopback(family)), Err(ConcurrencyConflict));
        assert_eq!(unbound.start_connect(loopback(family)), Err(ConcurrencyConflict));
        assert_eq!(unbound.local_address(), Err(InvalidState), "it is not bound before that has finished");

        assert_eq!(TcpSocket::new(&network, family).unwrap().start_listen(), Err(InvalidState), "it is not bound");
        let socket = bound(&network, loopback(family));
        assert_refuses(&socket, [None, refuse, None, refuse, None]);
        assert_eq!(socket.start_connect(loopback(family)), Err(ConcurrencyConflict), "listening is in progress");
        assert!(!socket.is_listening());
        socket.finish_listen().unwrap();
        assert!(socket.is_listening());
        assert_eq!(socket.accept().err(), Some(WouldBlock));
        assert_eq!(socket.start_connect(loopback(family)), Err(InvalidState));
        assert_eq!(refusals(&socket)[4..], [refuse, None, refuse, None, refuse, refuse]);

        let (client, server) = End::pair(&network, family);
        assert_eq!(client.socket.remote_address(), server.socket.local_address());
        assert_eq!(client.socket.local_address(), server.socket.remote_address());
        for end in [&client, &server] {
            let refusals = refusals(&end.socket);
            assert_eq!(refusals[..4], IDLE[..4]);
            assert_eq!(refusals[4..6], [None, None]);
            assert_eq!(refusals[7..], [refuse, refuse, refuse]);
            assert_eq!(end.socket.start_connect(loopback(family)), Err(InvalidState));
            assert!(!end.socket.is_listening());
        }
    }
}

#[test]
fn a_connection_in_progress_is_finished_when_its_pollable_says_so() {
    let network = network();
    let listener = listener(&network, Family::Ipv4);
    let socket = TcpSocket::new(&network, Family::Ipv4).unwrap();
    let pollable = socket.pollable();
    assert!(is_ready(&pollable), "nothing is in progress");
    socket.start_connect(listener.local_address().unwrap()).unwrap();
    assert_eq!(socket.start_bind(loopback(Family::Ipv4)), Err(ConcurrencyConflict));
    assert_eq!(socket.start_listen(), Err(ConcurrencyConflict));
    assert_eq!(socket.start_connect(listener.local_address().unwrap()), Err(ConcurrencyConflict));
    assert_eq!(socket.set_listen_backlog_size(1), Err(InvalidState));
    wait(pollable.clone());
    socket.finish_connect().unwrap();
    assert!(is_ready(&pollable));
    assert_eq!(socket.finish_connect().err(), Some(NotInProgress));
}

#[test]
fn connecting_to_nobody_is_refused_and_closes_the_socket() {
    let network = network();
    for family in families() {
        // It is bound and does not listen, so nobody else can take its port.
        let deaf = bound(&network, loopback(family));
        let socket = TcpSocket::new(&network, family).unwrap();
        socket.start_connect(deaf.local_address().unwrap()).unwrap();
        wait(socket.pollable());
        assert_eq!(socket.finish_connect().err(), Some(ConnectionRefused));
        assert_eq!(socket.finish_connect().err(), Some(NotInProgress));
        assert_refuses(&socket, [Some(InvalidState); 5]);
        assert_eq!(socket.start_connect(deaf.local_address().unwrap()), Err(InvalidState));
        assert!(is_ready(&socket.pollable()));
    }
}

#[test]
fn addresses_that_nobody_can_have_are_invalid() {
    let network = network();
    let v4 = || TcpSocket::new(&network, Family::Ipv4).unwrap();
    for local in ["224.0.0.1:0", "255.255.255.255:0", "[::1]:0"] {
        assert_eq!(v4().start_bind(address(local)), Err(InvalidArgument), "{local}");
    }
    for remote in ["0.0.0.0:1", "127.0.0.1:0", "224.0.0.1:1", "255.255.255.255:1", "[::1]:1"] {
        assert_eq!(v4().start_connect(address(remote)), Err(InvalidArgument), "{remote}");
    }
    if families().contains(&Family::Ipv6) {
        let v6 = || TcpSocket::new(&network, Family::Ipv6).unwrap();
        for local in ["[ff00::1]:0", "[::ffff:127.0.0.1]:0", "[::127.0.0.1]:0", "127.0.0.1:0"] {
            assert_eq!(v6().start_bind(address(local)), Err(InvalidArgument), "{local}");
        }
        for remote in ["[::]:1", "[::1]:0", "[ff00::1]:1", "[::ffff:127.0.0.1]:1", "127.0.0.1:1"] {
            assert_eq!(v6().start_connect(address(remote)), Err(InvalidArgument), "{remote}");
        }
    }
}

#[test]
fn binding_may_be_repeated_until_it_succeeds() {
    let network = network();
    let taken = listener(&network, Family::Ipv4).local_address().unwrap();
    let other = listener(&network, Family::Ipv4);
    let socket = TcpSocket::new(&network, Family::Ipv4).unwrap();
    assert_eq!(socket.start_bind(address("192.0.2.1:0")), Err(AddressNotBindable));
    assert_eq!(socket.start_bind(other.local_address().unwrap()), Err(AddressInUse));
    // The one that had it is gone.
    socket.start_bind(taken).unwrap();
    socket.finish_bind().unwrap();
    assert_eq!(socket.local_address(), Ok(taken));
}

#[test]
fn a_port_whose_connections_have_just_ended_can_be_bound_again() {
    let network = network();
    let local = listener(&network, Family::Ipv4).local_address().unwrap();
    // A server that wants this port.
    let listening = bound(&network, local);
    listening.start_listen().unwrap();
    listening.finish_listen().unwrap();
    let mut client = End::connect(&network, local);
    // The server ends first, so that its address is the one that lingers.
    drop((End::accept(&listening), listening));
    client.read_to_end();
    drop(client);
    bound(&network, local).start_listen().unwrap();
}

#[test]
fn a_socket_of_ipv6_leaves_ipv4_alone() {
    if !families().contains(&Family::Ipv6) {
        return;
    }
    let network = network();
    let everywhere = bound(&network, address("[::]:0"));
    let port = everywhere.local_address().unwrap().port();
    everywhere.start_listen().unwrap();
    let also = bound(&network, SocketAddr::from(([0, 0, 0, 0], port)));
    also.start_listen().unwrap();
}

#[test]
fn a_backlog_that_is_full_is_accepted_one_by_one() {
    let network = network();
    let socket = bound(&network, loopback(Family::Ipv4));
    assert_eq!(socket.set_listen_backlog_size(0), Err(InvalidArgument));
    socket.set_listen_backlog_size(1).unwrap();
    socket.start_listen().unwrap();
    socket.finish_listen().unwrap();
    let remote = socket.local_address().unwrap();
    let connecting: Vec<_> = (0..4)
        .map(|_| {
            let client = TcpSocket::new(&network, Family::Ipv4).unwrap();
            client.start_connect(remote).unwrap();
            client
        })
        .collect();
    // Two fit. The others wait until there is room.
    for client in &connecting[..2] {
        wait(client.pollable());
        client.finish_connect().unwrap();
    }
    assert_eq!(connecting[3].finish_connect().err(), Some(WouldBlock));
    assert!(!is_ready(&connecting[3].pollable()));
    socket.set_listen_backlog_size(u64::MAX).unwrap();
    let _accepted: Vec<_> = (0..4).map(|_| End::accept(&socket)).collect();
    assert_eq!(socket.accept().err(), Some(WouldBlock));
    for client in &connecting[2..] {
        wait(client.pollable());
        client.finish_connect().unwrap();
    }
}

#[test]
fn a_hundred_connections_are_waited_for_at_once() {
    let network = network();
    let listener = listener(&network, Family::Ipv4);
    let remote = listener.local_address().unwrap();
    let mut pairs: Vec<_> = (0..100).map(|_| (End::connect(&network, remote), End::accept(&listener))).collect();
    let pollables: Vec<_> = pairs.iter().map(|(_, server)| server.input.pollable()).collect();
    for speaker in [63, 0, 99] {
        pairs[speaker].0.write_all(b"!");
        assert_eq!(wait_any(&pollables), [speaker]);
        assert_eq!(pairs[speaker].1.read_exactly(1), b"!");
    }
}

#[test]
fn options_are_kept_clamped_and_inherited() {
    const SECOND: u64 = 1_000_000_000;
    let network = network();
    for family in families() {
        let socket = bound(&network, loopback(family));
        assert_eq!(socket.keep_alive_enabled(), Ok(false));
        socket.set_keep_alive_enabled(true).unwrap();
        assert_eq!(socket.set_keep_alive_idle_time(0), Err(InvalidArgument));
        assert_eq!(socket.set_keep_alive_interval(0), Err(InvalidArgument));
        assert_eq!(socket.set_keep_alive_count(0), Err(InvalidArgument));
        assert_eq!(socket.set_hop_limit(0), Err(InvalidArgument));
        assert_eq!(socket.set_receive_buffer_size(0), Err(InvalidArgument));
        assert_eq!(socket.set_send_buffer_size(0), Err(InvalidArgument));

        socket.set_keep_alive_idle_time(1).unwrap();
        assert_eq!(socket.keep_alive_idle_time(), Ok(SECOND), "less than a second is rounded up");
        for most in [u64::MAX, 7 * SECOND] {
            socket.set_keep_alive_idle_time(most).unwrap();
            socket.set_keep_alive_interval(most).unwrap();
            socket.set_receive_buffer_size(most).unwrap();
            socket.set_send_buffer_size(most).unwrap();
        }
        socket.set_keep_alive_count(u32::MAX).unwrap();
        socket.set_keep_alive_count(7).unwrap();
        socket.set_hop_limit(42).unwrap();
        socket.set_receive_buffer_size(65536).unwrap();
        socket.set_send_buffer_size(65536).unwrap();
        socket.start_listen().unwrap();
        socket.finish_listen().unwrap();

        let client = End::connect(&network, socket.local_address().unwrap());
        let accepted = End::accept(&socket);
        for socket in [&socket, &accepted.socket] {
            assert_eq!(socket.family(), family);
            assert_eq!(socket.keep_alive_enabled(), Ok(true));
            assert_eq!(socket.keep_alive_idle_time(), Ok(7 * SECOND));
            assert_eq!(socket.keep_alive_interval(), Ok(7 * SECOND));
            assert_eq!(socket.keep_alive_count(), Ok(7));
            assert_eq!(socket.hop_limit(), Ok(42));
            assert_eq!(socket.receive_buffer_size(), Ok(65536));
            assert_eq!(socket.send_buffer_size(), Ok(65536));
            assert!(sockopt::tcp_nodelay(&*socket.socket().fd).unwrap());
        }
        assert!(sockopt::tcp_nodelay(&*client.socket.socket().fd).unwrap());
    }
}

#[test]
fn there_are_no_more_sockets_than_are_granted() {
    let network = Network::new(super::Grants { tcp: true, udp: true, max_sockets: 4, ..Default::default() });
    let listener = listener(&network, Family::Ipv4);
    let remote = listener.local_address().unwrap();
    let (client, server) = (End::connect(&network, remote), End::accept(&listener));
    let outside = std::net::TcpStream::connect(remote).unwrap();
    let fourth = super::UdpSocket::new(&network, Family::Ipv4).unwrap();
    assert_eq!(TcpSocket::new(&network, Family::Ipv4).err(), Some(NewSocketLimit));
    wait(listener.pollable());
    assert_eq!(listener.accept().err(), Some(NewSocketLimit));
    drop(fourth);
    let (_, streams) = listener.accept().expect("the connection was not lost");
    assert_eq!(TcpSocket::new(&network, Family::Ipv4).err(), Some(NewSocketLimit), "the streams are a socket");
    drop(streams);
    TcpSocket::new(&network, Family::Ipv4).unwrap();
    drop((outside, client, server));
}

#[test]
fn a_socket_may_go_before_its_streams() {
    let network = network();
    let (client, server) = End::pair(&network, Family::Ipv4);
    let End { socket, mut input, output: _output } = client;
    drop(socket);
    let End { socket, output, .. } = server;
    drop((socket, output));
    wait(input.pollable());
    assert!(input.read(&mut [0], crate::stream::Mode::Try).is_err());
}
