//! UDP sockets: bound once, and associated with a peer or with none as often as a guest likes.
//!
//! It must not know how datagrams move.

use super::ErrorCode::{self, ConcurrencyConflict, InvalidState, NotInProgress};
use super::datagram::{IncomingDatagrams, OutgoingDatagrams};
use super::network::{Network, Use};
use super::socket::{Family, Socket};
use super::{address, error};
use crate::wait::Pollable;
use rustix::net::{SocketType, bind, connect, connect_unspec};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A UDP socket: `wasi:sockets/udp.udp-socket`. Streams of its datagrams outlive it.
#[derive(Debug)]
pub struct UdpSocket {
    shared: Arc<Shared>,
    phase: Mutex<Phase>,
}

/// What a socket and its streams share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) socket: Socket,
    /// The number of the latest association.
    latest: AtomicU64,
}

/// The states of the specification.
#[derive(Debug, Clone, Copy)]
enum Phase {
    Unbound,
    BindInProgress,
    Bound {
        /// The address that it was bound to, without a peer.
        local: SocketAddr,
        peer: Option<SocketAddr>,
    },
}

/// What a pair of streams has to do with its socket. A later pair ends it.
#[derive(Debug, Clone)]
pub(super) struct Association {
    shared: Arc<Shared>,
    number: u64,
    /// The only one to send to and to receive from, if there is one.
    pub(super) peer: Option<SocketAddr>,
}

impl Association {
    /// The socket, unless a later pair of streams has taken it over.
    pub(super) fn socket(&self) -> Result<&Socket, ErrorCode> {
        if self.shared.latest.load(Relaxed) == self.number { Ok(&self.shared.socket) } else { Err(InvalidState) }
    }
}

impl UdpSocket {
    /// A new socket: `create-udp-socket`.
    pub fn new(network: &Network, family: Family) -> Result<Self, ErrorCode> {
        let socket = Socket::open(family, SocketType::DGRAM, network.udp_slot()?)?;
        let shared = Arc::new(Shared { socket, latest: AtomicU64::new(0) });
        Ok(UdpSocket { shared, phase: Mutex::new(Phase::Unbound) })
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn socket(&self) -> &Socket {
        &self.shared.socket
    }

    /// Begins to bind it to a local address: `start-bind`.
    pub fn start_bind(&self, local: SocketAddr) -> Result<(), ErrorCode> {
        let mut phase = self.phase();
        match *phase {
            Phase::Unbound => {}
            Phase::BindInProgress => return Err(ConcurrencyConflict),
            Phase::Bound { .. } => return Err(InvalidState),
        }
        address::check_udp_local(local, self.family())?;
        self.socket().network().check(local, Use::UdpBind)?;
        bind(&*self.socket().fd, &local).map_err(error::of_bind)?;
        *phase = Phase::BindInProgress;
        Ok(())
    }

    /// Ends what [`start_bind`](Self::start_bind) began: `finish-bind`.
    pub fn finish_bind(&self) -> Result<(), ErrorCode> {
        let mut phase = self.phase();
        let Phase::BindInProgress = *phase else { return Err(NotInProgress) };
        *phase = Phase::Bound { local: self.socket().local_address()?, peer: None };
        Ok(())
    }

    /// Streams to and from one peer, or whomever: `stream`. Earlier streams of the socket end.
    pub fn stream(&self, remote: Option<SocketAddr>) -> Result<(IncomingDatagrams, OutgoingDatagrams), ErrorCode> {
        let mut phase = self.phase();
        let Phase::Bound { local, peer } = &mut *phase else { return Err(InvalidState) };
        let socket = self.socket();
        if let Some(remote) = remote {
            address::check_udp_remote(remote, socket.family)?;
            socket.network().check(remote, Use::UdpConnect)?;
        }
        let number = self.shared.latest.fetch_add(1, Relaxed) + 1;
        if peer.take().is_some() {
            disconnect(socket, *local)?;
        }
        if let Some(remote) = remote {
            connect(&*socket.fd, &remote).map_err(error::of_connect)?;
            *peer = Some(remote);
        }
        let association = Association { shared: self.shared.clone(), number, peer: remote };
        Ok((IncomingDatagrams::new(association.clone()), OutgoingDatagrams::new(association)))
    }

    /// The address that it is bound to: `local-address`.
    pub fn local_address(&self) -> Result<SocketAddr, ErrorCode> {
        match *self.phase() {
            Phase::Bound { .. } => self.socket().local_address(),
            _ => Err(InvalidState),
        }
    }

    /// The peer of the latest pair of streams: `remote-address`.
    pub fn remote_address(&self) -> Result<SocketAddr, ErrorCode> {
        match *self.phase() {
            Phase::Bound { peer: Some(peer), .. } => Ok(peer),
            _ => Err(InvalidState),
        }
    }

    /// The version of IP that it speaks: `address-family`.
    pub fn family(&self) -> Family {
        self.socket().family
    }

    /// How many routers a packet may pass: `unicast-hop-limit`.
    pub fn unicast_hop_limit(&self) -> Result<u8, ErrorCode> {
        self.socket().hop_limit()
    }

    /// `set-unicast-hop-limit`.
    pub fn set_unicast_hop_limit(&self, value: u8) -> Result<(), ErrorCode> {
        self.socket().set_hop_limit(value)
    }

    /// How many bytes the system keeps until they are received: `receive-buffer-size`.
    pub fn receive_buffer_size(&self) -> Result<u64, ErrorCode> {
        self.socket().receive_buffer_size()
    }

    /// `set-receive-buffer-size`. The system clamps and rounds it.
    pub fn set_receive_buffer_size(&self, value: u64) -> Result<(), ErrorCode> {
        self.socket().set_receive_buffer_size(value)
    }

    /// How many bytes the system keeps until they are sent: `send-buffer-size`.
    pub fn send_buffer_size(&self) -> Result<u64, ErrorCode> {
        self.socket().send_buffer_size()
    }

    /// `set-send-buffer-size`. The system clamps and rounds it.
    pub fn set_send_buffer_size(&self, value: u64) -> Result<(), ErrorCode> {
        self.socket().set_send_buffer_size(value)
    }

    /// Ready always, for binding never waits: `subscribe`.
    pub fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}

/// Takes the peer from a socket. Linux then also takes the port that it chose itself, so the socket
/// is bound to it again.
fn disconnect(socket: &Socket, local: SocketAddr) -> Result<(), ErrorCode> {
    connect_unspec(&*socket.fd)?;
    if socket.local_address()?.port() != local.port() {
        bind(&*socket.fd, &local).map_err(error::of_bind)?;
    }
    Ok(())
}
