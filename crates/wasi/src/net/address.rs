//! Which addresses may be asked of the system at all, whatever the host grants.

use super::ErrorCode::{self, InvalidArgument};
use super::Family;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An address that a TCP socket of this family may be bound to.
pub(super) fn check_tcp_local(address: SocketAddr, family: Family) -> Result<(), ErrorCode> {
    check_family(address, family)?;
    check(is_unicast(address.ip()))
}

/// An address that a TCP socket of this family may be connected to.
pub(super) fn check_tcp_remote(address: SocketAddr, family: Family) -> Result<(), ErrorCode> {
    check_tcp_local(address, family)?;
    check_somebody(address)
}

/// An address that a UDP socket of this family may be bound to.
pub(super) fn check_udp_local(address: SocketAddr, family: Family) -> Result<(), ErrorCode> {
    check_family(address, family)
}

/// An address that a UDP socket of this family may send to.
pub(super) fn check_udp_remote(address: SocketAddr, family: Family) -> Result<(), ErrorCode> {
    check_family(address, family)?;
    check_somebody(address)
}

/// IPv4 stays IPv4: sockets of IPv6 do not reach it under another name.
fn check_family(address: SocketAddr, family: Family) -> Result<(), ErrorCode> {
    check(match address.ip() {
        IpAddr::V4(_) => family == Family::Ipv4,
        IpAddr::V6(ip) => family == Family::Ipv6 && !embeds_ipv4(ip),
    })
}

/// The unspecified address and port 0 are nobody's.
fn check_somebody(address: SocketAddr) -> Result<(), ErrorCode> {
    check(!address.ip().is_unspecified() && address.port() != 0)
}

fn is_unicast(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_multicast() && !ip.is_broadcast(),
        IpAddr::V6(ip) => !ip.is_multicast(),
    }
}

/// Is it an address of IPv4, mapped (`::ffff:a.b.c.d`) or compatible (`::a.b.c.d`, which nobody
/// should use)? `::` and `::1` have the second form and are none.
fn embeds_ipv4(ip: Ipv6Addr) -> bool {
    ip.to_ipv4().is_some() && !ip.is_unspecified() && !ip.is_loopback()
}

fn check(valid: bool) -> Result<(), ErrorCode> {
    if valid { Ok(()) } else { Err(InvalidArgument) }
}
