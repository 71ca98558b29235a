//! What TCP and UDP sockets have in common: a descriptor of a family, its addresses and options.
//!
//! It must not know what state a socket is in.

use super::ErrorCode::{self, InvalidArgument};
use super::network::{Network, Slot};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::OwnedFd;
use rustix::io::retry_on_intr;
use rustix::net::{AddressFamily, SocketFlags, SocketType, getpeername, getsockname, socket_with, sockopt};
use rustix::time::Timespec;
use std::net::SocketAddr;
use std::sync::Arc;

/// The version of IP that a socket speaks. None speaks both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Family {
    /// That of an address.
    pub fn of(address: SocketAddr) -> Self {
        if address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 }
    }
}

/// How a descriptor of ours is made: nothing blocks, and no program inherits it.
pub(super) const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

/// An open socket. It counts against its network's limit while it is.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) fd: Arc<OwnedFd>,
    pub(super) family: Family,
    slot: Slot,
}

impl Socket {
    /// A new one that is neither bound nor connected.
    pub(super) fn open(family: Family, kind: SocketType, slot: Slot) -> Result<Self, ErrorCode> {
        let domain = match family {
            Family::Ipv4 => AddressFamily::INET,
            Family::Ipv6 => AddressFamily::INET6,
        };
        let fd = socket_with(domain, kind, FLAGS, None)?;
        if family == Family::Ipv6 {
            sockopt::set_ipv6_v6only(&fd, true)?;
        }
        Ok(Socket::from_fd(fd, family, slot))
    }

    /// One that the system has made.
    pub(super) fn from_fd(fd: OwnedFd, family: Family, slot: Slot) -> Self {
        Socket { fd: Arc::new(fd), family, slot }
    }

    /// The network that it is part of.
    pub(super) fn network(&self) -> &Network {
        self.slot.network()
    }

    /// Would any of these events end a wait now?
    pub(super) fn is_ready(&self, events: PollFlags) -> bool {
        let mut fds = [PollFd::new(&*self.fd, events)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Where the system cannot say, the operation itself will.
        retry_on_intr(|| poll(&mut fds, Some(&at_once))).is_ok_and(|ready| ready > 0)
    }

    pub(super) fn local_address(&self) -> Result<SocketAddr, ErrorCode> {
        SocketAddr::try_from(getsockname(&*self.fd)?).map_err(ErrorCode::from)
    }

    pub(super) fn remote_address(&self) -> Result<SocketAddr, ErrorCode> {
        let address = getpeername(&*self.fd)?.ok_or(ErrorCode::InvalidState)?;
        SocketAddr::try_from(address).map_err(ErrorCode::from)
    }

    /// How many routers a packet may pass.
    pub(super) fn hop_limit(&self) -> Result<u8, ErrorCode> {
        Ok(match self.family {
            // The system's numbers are between 1 and 255.
            Family::Ipv4 => sockopt::ip_ttl(&*self.fd)?.try_into().unwrap_or(u8::MAX),
            Family::Ipv6 => sockopt::ipv6_unicast_hops(&*self.fd)?,
        })
    }

    pub(super) fn set_hop_limit(&self, value: u8) -> Result<(), ErrorCode> {
        if value == 0 {
            return Err(InvalidArgument);
        }
        match self.family {
            Family::Ipv4 => sockopt::set_ip_ttl(&*self.fd, value.into())?,
            Family::Ipv6 => sockopt::set_ipv6_unicast_hops(&*self.fd, Some(value))?,
        }
        Ok(())
    }

    pub(super) fn receive_buffer_size(&self) -> Result<u64, ErrorCode> {
        Ok(stated(sockopt::socket_recv_buffer_size(&*self.fd)?))
    }

    pub(super) fn set_receive_buffer_size(&self, value: u64) -> Result<(), ErrorCode> {
        Ok(sockopt::set_socket_recv_buffer_size(&*self.fd, clamped(value)?)?)
    }

    pub(super) fn send_buffer_size(&self) -> Result<u64, ErrorCode> {
        Ok(stated(sockopt::socket_send_buffer_size(&*self.fd)?))
    }

    pub(super) fn set_send_buffer_size(&self, value: u64) -> Result<(), ErrorCode> {
        Ok(sockopt::set_socket_send_buffer_size(&*self.fd, clamped(value)?)?)
    }
}

/// The size of a buffer as it was asked for: Linux doubles it, for what it needs itself.
fn stated(size: usize) -> u64 {
    size as u64 / 2
}

/// The size of a buffer that the system takes for what a guest asks. Linux clamps it further.
fn clamped(size: u64) -> Result<usize, ErrorCode> {
    match size {
        0 => Err(InvalidArgument),
        size => Ok(size.min(i32::MAX as u64) as usize),
    }
}
