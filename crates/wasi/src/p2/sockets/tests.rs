//! Each function of `wasi:sockets` as a guest would call it. What they do is tested in
//! [`net`](crate::net).

use crate::bindings::wasi::io::poll::Poll;
use crate::bindings::wasi::io::streams::{StreamError, Streams};
use crate::bindings::wasi::sockets::instance_network::InstanceNetwork;
use crate::bindings::wasi::sockets::ip_name_lookup::IpNameLookup;
use crate::bindings::wasi::sockets::network::{ErrorCode, Network, NetworkInterface};
use crate::bindings::wasi::sockets::network::{IpAddress, IpAddressFamily, IpSocketAddress};
use crate::bindings::wasi::sockets::tcp::{ShutdownType, Tcp, TcpSocket};
use crate::bindings::wasi::sockets::tcp_create_socket::TcpCreateSocket;
use crate::bindings::wasi::sockets::udp::{OutgoingDatagram, Udp, UdpSocket};
use crate::bindings::wasi::sockets::udp_create_socket::UdpCreateSocket;
use crate::net;
use crate::p2::io::{InputStreamResource, OutputStreamResource, PollableResource};
use crate::p2::misuse::Misuse;
use crate::stream::Failure;
use crate::{WasiCtx, WasiCtxBuilder};
use cantilever_runtime::Resource;
use rustix::io::Errno;
use std::net::{IpAddr, SocketAddr};

/// A borrow of the same resource, as a guest lends it for each call.
fn lend<T>(handle: &Resource<T>) -> Resource<T> {
    Resource::borrowed(handle.rep())
}

fn network(ctx: &mut WasiCtx) -> Resource<Network> {
    ctx.instance_network().unwrap()
}

fn local() -> IpSocketAddress {
    SocketAddr::from(([127, 0, 0, 1], 0)).into()
}

fn granted() -> WasiCtx {
    WasiCtxBuilder::new().inherit_network().allow_ip_name_lookup(true).build()
}

fn wait(ctx: &mut WasiCtx, pollable: Resource<PollableResource>) {
    ctx.pollable_block(lend(&pollable)).unwrap();
    assert!(ctx.pollable_ready(lend(&pollable)).unwrap());
    ctx.drop_pollable(pollable).unwrap();
}

fn tcp(ctx: &mut WasiCtx) -> Resource<TcpSocket> {
    ctx.create_tcp_socket(IpAddressFamily::Ipv4).unwrap().unwrap()
}

fn listener(ctx: &mut WasiCtx) -> (Resource<TcpSocket>, IpSocketAddress) {
    let (socket, network) = (tcp(ctx), network(ctx));
    ctx.tcp_socket_start_bind(lend(&socket), lend(&network), local()).unwrap().unwrap();
    ctx.tcp_socket_finish_bind(lend(&socket)).unwrap().unwrap();
    ctx.tcp_socket_start_listen(lend(&socket)).unwrap().unwrap();
    ctx.tcp_socket_finish_listen(lend(&socket)).unwrap().unwrap();
    ctx.drop_network(network).unwrap();
    let address = ctx.tcp_socket_local_address(lend(&socket)).unwrap().unwrap();
    (socket, address)
}

/// One end of a connection.
type End = (Resource<TcpSocket>, Resource<InputStreamResource>, Resource<OutputStreamResource>);

fn connection(ctx: &mut WasiCtx) -> (End, End) {
    let (listener, address) = listener(ctx);
    let (client, network) = (tcp(ctx), network(ctx));
    ctx.tcp_socket_start_connect(lend(&client), network, address).unwrap().unwrap();
    let pollable = ctx.tcp_socket_subscribe(lend(&client)).unwrap();
    wait(ctx, pollable);
    let (input, output) = ctx.tcp_socket_finish_connect(lend(&client)).unwrap().unwrap();
    let pollable = ctx.tcp_socket_subscribe(lend(&listener)).unwrap();
    wait(ctx, pollable);
    let server = ctx.tcp_socket_accept(lend(&listener)).unwrap().unwrap();
    assert_eq!(ctx.tcp_socket_accept(lend(&listener)).unwrap().err(), Some(ErrorCode::WouldBlock));
    ctx.drop_tcp_socket(listener).unwrap();
    ((client, input, output), server)
}

#[test]
fn a_guest_talks_to_itself() {
    let mut ctx = granted();
    let ((client, input, output), (server, from_client, to_client)) = connection(&mut ctx);
    let ends = [
        (ctx.tcp_socket_remote_address(lend(&client)).unwrap(), ctx.tcp_socket_local_address(lend(&server)).unwrap()),
        (ctx.tcp_socket_remote_address(lend(&server)).unwrap(), ctx.tcp_socket_local_address(lend(&client)).unwrap()),
    ];
    assert!(ends.iter().all(|(remote, local)| remote.is_ok() && remote == local), "{ends:?}");
    assert!(!ctx.tcp_socket_is_listening(lend(&server)).unwrap());
    assert_eq!(ctx.tcp_socket_address_family(lend(&server)).unwrap(), IpAddressFamily::Ipv4);
    ctx.output_stream_blocking_write_and_flush(lend(&output), b"there").unwrap().unwrap();
    assert_eq!(ctx.input_stream_blocking_read(lend(&from_client), 100).unwrap().unwrap(), b"there");
    ctx.output_stream_blocking_write_and_flush(lend(&to_client), b"back").unwrap().unwrap();
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), 100).unwrap().unwrap(), b"back");
    assert!(ctx.output_stream_check_write(lend(&output)).unwrap().unwrap() > 0);
    for direction in [ShutdownType::Receive, ShutdownType::Send, ShutdownType::Both] {
        ctx.tcp_socket_shutdown(lend(&client), direction).unwrap().unwrap();
    }
    let read = ctx.input_stream_blocking_read(lend(&from_client), 100).unwrap();
    assert!(matches!(read, Err(StreamError::Closed)), "{read:?}");
    let written = ctx.output_stream_check_write(lend(&output)).unwrap();
    assert!(matches!(written, Err(StreamError::Closed)), "{written:?}");
    ctx.drop_tcp_socket(lend(&client)).unwrap();
    assert!(ctx.tcp_socket_finish_bind(client).is_err(), "it is gone");
}

#[test]
fn each_option_of_tcp_is_the_one_it_says() {
    let mut ctx = granted();
    let socket = tcp(&mut ctx);
    let this = || lend(&socket);
    ctx.tcp_socket_set_listen_backlog_size(this(), 5).unwrap().unwrap();
    ctx.tcp_socket_set_keep_alive_enabled(this(), true).unwrap().unwrap();
    ctx.tcp_socket_set_keep_alive_idle_time(this(), 11_000_000_000).unwrap().unwrap();
    ctx.tcp_socket_set_keep_alive_interval(this(), 12_000_000_000).unwrap().unwrap();
    ctx.tcp_socket_set_keep_alive_count(this(), 13).unwrap().unwrap();
    ctx.tcp_socket_set_hop_limit(this(), 14).unwrap().unwrap();
    ctx.tcp_socket_set_receive_buffer_size(this(), 15_000).unwrap().unwrap();
    ctx.tcp_socket_set_send_buffer_size(this(), 16_000).unwrap().unwrap();
    assert_eq!(ctx.tcp_socket_keep_alive_enabled(this()).unwrap(), Ok(true));
    assert_eq!(ctx.tcp_socket_keep_alive_idle_time(this()).unwrap(), Ok(11_000_000_000));
    assert_eq!(ctx.tcp_socket_keep_alive_interval(this()).unwrap(), Ok(12_000_000_000));
    assert_eq!(ctx.tcp_socket_keep_alive_count(this()).unwrap(), Ok(13));
    assert_eq!(ctx.tcp_socket_hop_limit(this()).unwrap(), Ok(14));
    assert_eq!(ctx.tcp_socket_receive_buffer_size(this()).unwrap(), Ok(15_000));
    assert_eq!(ctx.tcp_socket_send_buffer_size(this()).unwrap(), Ok(16_000));
}

fn udp(ctx: &mut WasiCtx) -> (Resource<UdpSocket>, IpSocketAddress) {
    let socket = ctx.create_udp_socket(IpAddressFamily::Ipv4).unwrap().unwrap();
    let network = network(ctx);
    ctx.udp_socket_start_bind(lend(&socket), network, local()).unwrap().unwrap();
    ctx.udp_socket_finish_bind(lend(&socket)).unwrap().unwrap();
    let pollable = ctx.udp_socket_subscribe(lend(&socket)).unwrap();
    wait(ctx, pollable);
    let address = ctx.udp_socket_local_address(lend(&socket)).unwrap().unwrap();
    (socket, address)
}

#[test]
fn datagrams_go_to_and_fro() {
    let mut ctx = granted();
    let (a, from) = udp(&mut ctx);
    let (b, to) = udp(&mut ctx);
    assert_eq!(ctx.udp_socket_address_family(lend(&a)).unwrap(), IpAddressFamily::Ipv4);
    assert_eq!(ctx.udp_socket_remote_address(lend(&a)).unwrap(), Err(ErrorCode::InvalidState));
    let (_, output) = ctx.udp_socket_stream(lend(&a), Some(to)).unwrap().unwrap();
    let (input, back) = ctx.udp_socket_stream(lend(&b), None).unwrap().unwrap();
    assert_eq!(ctx.udp_socket_remote_address(lend(&a)).unwrap(), Ok(to));
    let pollable = ctx.outgoing_datagram_stream_subscribe(lend(&output)).unwrap();
    wait(&mut ctx, pollable);
    assert!(ctx.outgoing_datagram_stream_check_send(lend(&output)).unwrap().unwrap() >= 2);
    let datagram = |text: &[u8], remote_address| OutgoingDatagram { data: text.to_vec(), remote_address };
    let sent = vec![datagram(b"one", None), datagram(b"two", Some(to))];
    assert_eq!(ctx.outgoing_datagram_stream_send(lend(&output), sent).unwrap(), Ok(2));
    let pollable = ctx.incoming_datagram_stream_subscribe(lend(&input)).unwrap();
    wait(&mut ctx, pollable);
    let got = ctx.incoming_datagram_stream_receive(lend(&input), u64::MAX).unwrap().unwrap();
    let got: Vec<_> = got.iter().map(|datagram| (&*datagram.data, datagram.remote_address)).collect();
    assert_eq!(got, [(&b"one"[..], from), (&b"two"[..], from)]);

    let forgot = ctx.outgoing_datagram_stream_send(lend(&back), vec![datagram(b"x", Some(from))]).unwrap_err();
    assert_eq!(forgot.downcast_ref(), Some(&Misuse::Send { len: 1, permitted: 0 }));
    ctx.outgoing_datagram_stream_check_send(lend(&back)).unwrap().unwrap();
    let nowhere = ctx.outgoing_datagram_stream_send(lend(&back), vec![datagram(b"x", None)]).unwrap();
    assert_eq!(nowhere, Err(ErrorCode::InvalidArgument));
    ctx.drop_incoming_datagram_stream(lend(&input)).unwrap();
    ctx.drop_outgoing_datagram_stream(lend(&back)).unwrap();
    ctx.drop_udp_socket(lend(&b)).unwrap();
    assert!(ctx.incoming_datagram_stream_receive(input, 1).is_err());
    assert!(ctx.outgoing_datagram_stream_check_send(back).is_err());
    assert!(ctx.udp_socket_local_address(b).is_err());
}

#[test]
fn each_option_of_udp_is_the_one_it_says() {
    let mut ctx = granted();
    let (socket, _) = udp(&mut ctx);
    let this = || lend(&socket);
    ctx.udp_socket_set_unicast_hop_limit(this(), 14).unwrap().unwrap();
    ctx.udp_socket_set_receive_buffer_size(this(), 15_000).unwrap().unwrap();
    ctx.udp_socket_set_send_buffer_size(this(), 16_000).unwrap().unwrap();
    assert_eq!(ctx.udp_socket_unicast_hop_limit(this()).unwrap(), Ok(14));
    assert_eq!(ctx.udp_socket_receive_buffer_size(this()).unwrap(), Ok(15_000));
    assert_eq!(ctx.udp_socket_send_buffer_size(this()).unwrap(), Ok(16_000));
}

#[test]
fn names_are_waited_for() {
    let mut ctx = granted();
    for name in ["localhost", "127.0.0.1"] {
        let network = network(&mut ctx);
        let lookup = ctx.resolve_addresses(network, name).unwrap().unwrap();
        let pollable = ctx.resolve_address_stream_subscribe(lend(&lookup)).unwrap();
        wait(&mut ctx, pollable);
        let mut addresses = Vec::new();
        while let Some(address) = ctx.resolve_address_stream_resolve_next_address(lend(&lookup)).unwrap().unwrap() {
            addresses.push(address);
        }
        assert!(addresses.contains(&IpAddress::Ipv4((127, 0, 0, 1))), "{addresses:?}");
        ctx.drop_resolve_address_stream(lend(&lookup)).unwrap();
        assert!(ctx.resolve_address_stream_resolve_next_address(lookup).is_err());
    }
    let network = network(&mut ctx);
    assert_eq!(ctx.resolve_addresses(network, "not a name").unwrap().err(), Some(ErrorCode::InvalidArgument));
}

#[test]
fn nothing_is_granted_by_default() {
    let mut ctx = WasiCtx::default();
    let network = network(&mut ctx);
    let denied = Some(ErrorCode::AccessDenied);
    assert_eq!(ctx.create_tcp_socket(IpAddressFamily::Ipv4).unwrap().err(), denied);
    assert_eq!(ctx.create_udp_socket(IpAddressFamily::Ipv6).unwrap().err(), denied);
    assert_eq!(ctx.resolve_addresses(lend(&network), "localhost").unwrap().err(), denied);
    let mut ctx = WasiCtxBuilder::new().socket_addr_check(|_, _| true).build();
    assert_eq!(ctx.create_tcp_socket(IpAddressFamily::Ipv4).unwrap().err(), denied, "a check grants nothing");
}

#[test]
fn each_grant_is_the_one_it_says() {
    fn is_granted(build: impl FnOnce(&mut WasiCtxBuilder) -> &mut WasiCtxBuilder) -> [bool; 3] {
        let mut ctx = build(&mut WasiCtxBuilder::new()).build();
        let network = network(&mut ctx);
        [
            ctx.create_tcp_socket(IpAddressFamily::Ipv4).unwrap().is_ok(),
            ctx.create_udp_socket(IpAddressFamily::Ipv4).unwrap().is_ok(),
            ctx.resolve_addresses(network, "::1").unwrap().is_ok(),
        ]
    }
    assert_eq!(is_granted(|builder| builder.allow_tcp(true)), [true, false, false]);
    assert_eq!(is_granted(|builder| builder.allow_udp(true)), [false, true, false]);
    assert_eq!(is_granted(|builder| builder.allow_ip_name_lookup(true)), [false, false, true]);
    assert_eq!(is_granted(|builder| builder.inherit_network()), [true, true, false]);
    assert_eq!(is_granted(|builder| builder.inherit_network().max_sockets(1)), [true, false, false]);
    assert_eq!(is_granted(|builder| builder.inherit_network().max_sockets(0)), [false, false, false]);
}

#[test]
fn a_check_denies_addresses() {
    let check = |address: SocketAddr, purpose| address.port() == 0 || purpose != net::Use::TcpBind;
    let mut ctx = WasiCtxBuilder::new().inherit_network().socket_addr_check(check).build();
    let (socket, network) = (tcp(&mut ctx), network(&mut ctx));
    let port = SocketAddr::from(([127, 0, 0, 1], 50_000)).into();
    let bound = ctx.tcp_socket_start_bind(lend(&socket), lend(&network), port).unwrap();
    assert_eq!(bound, Err(ErrorCode::AccessDenied));
    ctx.tcp_socket_start_bind(socket, network, local()).unwrap().unwrap();
}

#[test]
fn a_full_table_is_a_limit_of_sockets() {
    let mut ctx = WasiCtxBuilder::new().inherit_network().allow_ip_name_lookup(true).max_resources(1).build();
    let (listener, address) = listener(&mut ctx);
    let limit = Some(ErrorCode::NewSocketLimit);
    assert_eq!(ctx.create_tcp_socket(IpAddressFamily::Ipv4).unwrap().err(), limit);
    let client = std::net::TcpStream::connect(SocketAddr::from(address)).unwrap();
    let pollable = ctx.tcp_socket_subscribe(lend(&listener)).unwrap();
    wait(&mut ctx, pollable);
    assert_eq!(ctx.tcp_socket_accept(lend(&listener)).unwrap().err(), limit);
    ctx.create_udp_socket(IpAddressFamily::Ipv4).unwrap().unwrap();
    assert_eq!(ctx.create_udp_socket(IpAddressFamily::Ipv4).unwrap().err(), limit);
    let network = network(&mut ctx);
    let lookup = ctx.resolve_addresses(lend(&network), "127.0.0.1").unwrap().unwrap();
    let another = ctx.resolve_addresses(network, "127.0.0.1").unwrap();
    assert_eq!(another.err(), Some(ErrorCode::TemporaryResolverFailure));
    drop((client, lookup));
}

#[test]
fn only_what_broke_a_connection_is_an_error_of_the_network() {
    let mut ctx = WasiCtx::default();
    let mut code = |failure| {
        let error = ctx.io.errors.push(failure).unwrap();
        ctx.network_error_code(error).unwrap()
    };
    assert_eq!(code(Failure::Os(Errno::CONNRESET)), Some(ErrorCode::ConnectionReset));
    assert_eq!(code(Failure::Os(Errno::TIMEDOUT)), Some(ErrorCode::Timeout));
    assert_eq!(code(Failure::Os(Errno::NOSPC)), None);
    assert_eq!(code(Failure::Os(Errno::ACCESS)), None);
    assert_eq!(code(Failure::Other("words".to_owned())), None);
}

#[test]
fn addresses_survive_the_way_to_guests_and_back() {
    for text in ["192.0.2.1:80", "[2001:db8::1:2]:65535", "[fe80::1%3]:1"] {
        let address: SocketAddr = text.parse().unwrap();
        assert_eq!(SocketAddr::from(IpSocketAddress::from(address)), address);
    }
    let ip: IpAddr = "2001:db8::ff".parse().unwrap();
    assert_eq!(IpAddress::from(ip), IpAddress::Ipv6((0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xff)));
}
