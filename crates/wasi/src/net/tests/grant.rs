//! What a host does not grant is denied before the system is asked.

use super::super::{ErrorCode::AccessDenied, Family, Grants, Lookup, Network, TcpSocket, UdpSocket, Use};
use super::super::{OutgoingDatagram, SendError};
use super::{bound, loopback, udp};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

#[test]
fn nothing_is_granted_by_default() {
    let network = Network::default();
    assert_eq!(TcpSocket::new(&network, Family::Ipv4).err(), Some(AccessDenied));
    assert_eq!(UdpSocket::new(&network, Family::Ipv4).err(), Some(AccessDenied));
    for name in ["localhost", "127.0.0.1"] {
        assert_eq!(Lookup::new(&network, name).err(), Some(AccessDenied), "{name}");
    }
}

#[test]
fn tcp_and_udp_are_granted_apart() {
    let tcp = Network::new(Grants { tcp: true, ..Grants::default() });
    bound(&tcp, loopback(Family::Ipv4));
    assert_eq!(UdpSocket::new(&tcp, Family::Ipv4).err(), Some(AccessDenied));
    let udp = Network::new(Grants { udp: true, ..Grants::default() });
    super::udp(&udp, Family::Ipv4);
    assert_eq!(TcpSocket::new(&udp, Family::Ipv4).err(), Some(AccessDenied));
}

#[test]
fn the_check_is_asked_for_each_address_and_use() {
    let asked: Arc<Mutex<Vec<(SocketAddr, Use)>>> = Arc::default();
    let record = asked.clone();
    let check = move |address: SocketAddr, purpose| {
        record.lock().unwrap().push((address, purpose));
        address.port() != 9
    };
    let network = Network::new(Grants { tcp: true, udp: true, check: Some(Box::new(check)), ..Grants::default() });
    let (nine, local) = (SocketAddr::from(([127, 0, 0, 1], 9)), loopback(Family::Ipv4));

    let socket = TcpSocket::new(&network, Family::Ipv4).unwrap();
    assert_eq!(socket.start_bind(nine), Err(AccessDenied));
    assert_eq!(socket.start_connect(nine), Err(AccessDenied));
    socket.start_bind(local).expect("nothing has begun");

    let socket = UdpSocket::new(&network, Family::Ipv4).unwrap();
    assert_eq!(socket.start_bind(nine), Err(AccessDenied));
    let socket = udp(&network, Family::Ipv4);
    assert_eq!(socket.stream(Some(nine)).err(), Some(AccessDenied));
    let (_, mut output) = socket.stream(None).unwrap();
    output.check_send().unwrap();
    let datagram = OutgoingDatagram { data: Vec::new(), remote_address: Some(nine) };
    assert_eq!(output.send(&[datagram]), Err(SendError::Failed(AccessDenied)));

    let expected = [
        (nine, Use::TcpBind),
        (nine, Use::TcpConnect),
        (local, Use::TcpBind),
        (nine, Use::UdpBind),
        (local, Use::UdpBind),
        (nine, Use::UdpConnect),
        (nine, Use::UdpOutgoing),
    ];
    assert_eq!(*asked.lock().unwrap(), expected);
}
