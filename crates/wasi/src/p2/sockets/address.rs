//! Addresses as guests have them, and as Rust does.

use crate::bindings::wasi::sockets::network::{
    IpAddress, IpAddressFamily, IpSocketAddress, Ipv4Address, Ipv4SocketAddress, Ipv6Address, Ipv6SocketAddress,
};
use crate::net::Family;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

impl From<IpAddressFamily> for Family {
    fn from(family: IpAddressFamily) -> Self {
        match family {
            IpAddressFamily::Ipv4 => Family::Ipv4,
            IpAddressFamily::Ipv6 => Family::Ipv6,
        }
    }
}

impl From<Family> for IpAddressFamily {
    fn from(family: Family) -> Self {
        match family {
            Family::Ipv4 => IpAddressFamily::Ipv4,
            Family::Ipv6 => IpAddressFamily::Ipv6,
        }
    }
}

fn octets(ip: Ipv4Addr) -> Ipv4Address {
    ip.octets().into()
}

fn segments(ip: Ipv6Addr) -> Ipv6Address {
    ip.segments().into()
}

impl From<IpAddr> for IpAddress {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(ip) => IpAddress::Ipv4(octets(ip)),
            IpAddr::V6(ip) => IpAddress::Ipv6(segments(ip)),
        }
    }
}

impl From<SocketAddr> for IpSocketAddress {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(v4) => {
                IpSocketAddress::Ipv4(Ipv4SocketAddress { port: v4.port(), address: octets(*v4.ip()) })
            }
            SocketAddr::V6(v6) => IpSocketAddress::Ipv6(Ipv6SocketAddress {
                port: v6.port(),
                flow_info: v6.flowinfo(),
                address: segments(*v6.ip()),
                scope_id: v6.scope_id(),
            }),
        }
    }
}

impl From<IpSocketAddress> for SocketAddr {
    fn from(address: IpSocketAddress) -> Self {
        match address {
            IpSocketAddress::Ipv4(v4) => {
                let ip = Ipv4Addr::from(<[u8; 4]>::from(v4.address));
                SocketAddr::V4(SocketAddrV4::new(ip, v4.port))
            }
            IpSocketAddress::Ipv6(v6) => {
                let ip = Ipv6Addr::from(<[u16; 8]>::from(v6.address));
                SocketAddr::V6(SocketAddrV6::new(ip, v6.port, v6.flow_info, v6.scope_id))
            }
        }
    }
}
