//! Datagrams, out of a UDP socket and into it.
//!
//! It must not know what associates a socket with a peer.

use super::ErrorCode::{self, InvalidArgument};
use super::network::Use;
use super::socket::Socket;
use super::udp::Association;
use super::{address, error};
use crate::wait::{Pollable, Readiness, Source};
use rustix::event::PollFlags;
use rustix::fd::AsFd;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, recvfrom, send, sendto};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// How many datagrams move in one call at most.
const MOST: u64 = 64;

/// How many bytes are received in one call, but for the last datagram.
const MOST_BYTES: usize = 1 << 20;

/// No datagram of UDP is longer.
const LONGEST: usize = 1 << 16;

/// A datagram that came: `wasi:sockets/udp.incoming-datagram`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingDatagram {
    /// What it says.
    pub data: Vec<u8>,
    /// Who sent it.
    pub remote_address: SocketAddr,
}

/// A datagram that is to be sent: `wasi:sockets/udp.outgoing-datagram`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingDatagram {
    /// What it says.
    pub data: Vec<u8>,
    /// Whom it is sent to. The stream's peer, where there is one, need not be named.
    pub remote_address: Option<SocketAddr>,
}

/// Why no datagram was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// It was not permitted to send so many. That is a fault of the guest.
    NotPermitted {
        /// How many were permitted.
        permitted: u64,
    },
    /// The first datagram could not be sent.
    Failed(ErrorCode),
}

/// What comes to a UDP socket: `wasi:sockets/udp.incoming-datagram-stream`.
#[derive(Debug)]
pub struct IncomingDatagrams {
    receiving: Arc<Receiving>,
    /// Where the system writes datagrams; made when the first one is asked for.
    room: Vec<u8>,
    /// What is to be told when next asked, for datagrams came before it.
    failure: Option<ErrorCode>,
}

#[derive(Debug)]
struct Receiving(Association);

impl IncomingDatagrams {
    pub(super) fn new(association: Association) -> Self {
        IncomingDatagrams { receiving: Arc::new(Receiving(association)), room: Vec::new(), failure: None }
    }

    /// Those of the next `max` datagrams that are there: `receive`.
    pub fn receive(&mut self, max: u64) -> Result<Vec<IncomingDatagram>, ErrorCode> {
        let Receiving(association) = &*self.receiving;
        let socket = association.socket()?;
        let mut datagrams = Vec::new();
        if max == 0 {
            return Ok(datagrams);
        }
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.room.resize(LONGEST, 0);
        let mut bytes = 0;
        for _ in 0..max.min(MOST) {
            match receive_one(socket, &mut self.room) {
                // Datagrams of others may have come before the socket had its peer.
                Ok(datagram) if association.peer.is_none_or(|peer| is_same(peer, datagram.remote_address)) => {
                    bytes += datagram.data.len();
                    datagrams.push(datagram);
                }
                Ok(_) => {}
                Err(Errno::AGAIN) => break,
                Err(errno) if datagrams.is_empty() => return Err(error::of_datagram(errno)),
                Err(errno) => {
                    self.failure = Some(error::of_datagram(errno));
                    break;
                }
            }
            if bytes >= MOST_BYTES {
                break;
            }
        }
        Ok(datagrams)
    }

    /// Ready when `receive` gives something: `subscribe`.
    pub fn pollable(&self) -> Pollable {
        if self.failure.is_some() {
            return Pollable::Ready;
        }
        Pollable::Source(self.receiving.clone())
    }
}

fn receive_one(socket: &Socket, room: &mut [u8]) -> Result<IncomingDatagram, Errno> {
    let (_, len, address) = retry_on_intr(|| recvfrom(&*socket.fd, &mut *room, RecvFlags::empty()))?;
    let remote_address = SocketAddr::try_from(address.ok_or(Errno::AFNOSUPPORT)?)?;
    Ok(IncomingDatagram { data: room[..len].to_vec(), remote_address })
}

/// Are these the same peer? What else there is in an address of IPv6 differs by direction.
fn is_same(a: SocketAddr, b: SocketAddr) -> bool {
    a.ip() == b.ip() && a.port() == b.port()
}

impl Source for Receiving {
    fn readiness(&self) -> Readiness<'_> {
        readiness(&self.0, PollFlags::IN)
    }
}

/// The way out of a UDP socket: `wasi:sockets/udp.outgoing-datagram-stream`.
#[derive(Debug)]
pub struct OutgoingDatagrams {
    sending: Arc<Sending>,
    /// How many datagrams may be sent.
    permitted: u64,
}

#[derive(Debug)]
struct Sending {
    association: Association,
    /// The system took no datagram lately.
    full: AtomicBool,
}

impl OutgoingDatagrams {
    pub(super) fn new(association: Association) -> Self {
        let sending = Arc::new(Sending { association, full: AtomicBool::new(false) });
        OutgoingDatagrams { sending, permitted: 0 }
    }

    /// How many datagrams may be sent now: `check-send`.
    pub fn check_send(&mut self) -> Result<u64, ErrorCode> {
        self.sending.association.socket()?;
        self.permitted = if self.sending.is_ready() { MOST } else { 0 };
        Ok(self.permitted)
    }

    /// Sends datagrams until the system takes no more: `send`. Returns how many were sent.
    pub fn send(&mut self, datagrams: &[OutgoingDatagram]) -> Result<u64, SendError> {
        let (count, permitted) = (datagrams.len() as u64, self.permitted);
        self.permitted = permitted.checked_sub(count).ok_or(SendError::NotPermitted { permitted })?;
        let mut sent = 0;
        for datagram in datagrams {
            match self.sending.send(datagram) {
                Ok(true) => sent += 1,
                Ok(false) => break,
                Err(code) if sent == 0 => return Err(SendError::Failed(code)),
                // It will be told when the guest sends the rest.
                Err(_) => break,
            }
        }
        Ok(sent)
    }

    /// Ready when `check-send` gives something: `subscribe`.
    pub fn pollable(&self) -> Pollable {
        Pollable::Source(self.sending.clone())
    }
}

impl Sending {
    /// Sends one datagram. Did the system take it?
    fn send(&self, datagram: &OutgoingDatagram) -> Result<bool, ErrorCode> {
        let socket = self.association.socket()?;
        let remote = self.remote(datagram, socket)?;
        socket.network().check(remote, Use::UdpOutgoing)?;
        let result = retry_on_intr(|| match self.association.peer {
            Some(_) => send(&*socket.fd, &datagram.data, SendFlags::NOSIGNAL),
            None => sendto(&*socket.fd, &datagram.data, SendFlags::NOSIGNAL, &remote),
        });
        match result {
            Ok(_) => Ok(true),
            Err(Errno::AGAIN) => {
                self.full.store(true, Relaxed);
                Ok(false)
            }
            Err(errno) => Err(error::of_datagram(errno)),
        }
    }

    /// Whom a datagram is sent to.
    fn remote(&self, datagram: &OutgoingDatagram, socket: &Socket) -> Result<SocketAddr, ErrorCode> {
        let remote = match (self.association.peer, datagram.remote_address) {
            (None, Some(remote)) => remote,
            (Some(peer), named) if named.is_none_or(|named| named == peer) => return Ok(peer),
            _ => return Err(InvalidArgument),
        };
        address::check_udp_remote(remote, socket.family)?;
        Ok(remote)
    }

    /// Is it worth sending? The system is asked only after it took nothing.
    fn is_ready(&self) -> bool {
        if self.full.load(Relaxed) && matches!(readiness(&self.association, PollFlags::OUT), Readiness::Ready) {
            self.full.store(false, Relaxed);
        }
        !self.full.load(Relaxed)
    }
}

impl Source for Sending {
    fn readiness(&self) -> Readiness<'_> {
        if self.is_ready() { Readiness::Ready } else { readiness(&self.association, PollFlags::OUT) }
    }
}

/// A stream that has ended is ready, so that nobody waits for it.
fn readiness(association: &Association, events: PollFlags) -> Readiness<'_> {
    match association.socket() {
        Ok(socket) if !socket.is_ready(events) => Readiness::Fd(socket.fd.as_fd(), events),
        _ => Readiness::Ready,
    }
}
