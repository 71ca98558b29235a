//! TCP sockets: from nothing to a connection, as the state machine of `wasi:sockets/tcp` has it.
//!
//! Binding and listening are done where they begin, for the system does not make them wait.
//! Connecting waits for the other side. It must not know how the bytes of a connection move.

use super::ErrorCode::{self, ConcurrencyConflict, InvalidArgument, InvalidState, NotInProgress, WouldBlock};
use super::connection::{Connection, TcpInput, TcpOutput};
use super::network::{Network, Slot, Use};
use super::socket::{FLAGS, Family, Socket};
use super::{address, error};
use crate::wait::{Pollable, Readiness, Source};
use rustix::event::PollFlags;
use rustix::fd::AsFd;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SocketType, accept_with, bind, connect, listen, sockopt};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many connections wait to be accepted, unless the guest says otherwise.
const DEFAULT_BACKLOG: i32 = 128;

/// Which way of a connection to shut down: `wasi:sockets/tcp.shutdown-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What comes from the other side.
    Receive,
    /// What goes to it.
    Send,
    /// Both.
    Both,
}

/// A TCP socket: `wasi:sockets/tcp.tcp-socket`. Streams of its connection outlive it.
#[derive(Debug)]
pub struct TcpSocket(Arc<Shared>);

/// A connection, with what a guest reads from it and writes to it.
pub type Connected = (TcpInput, TcpOutput);

/// What a socket and its pollables share.
#[derive(Debug)]
struct Shared {
    socket: Arc<Socket>,
    phase: Mutex<Phase>,
    backlog: AtomicI32,
}

/// The states of the specification, under its names.
#[derive(Debug)]
enum Phase {
    Unbound,
    BindInProgress,
    Bound,
    ListenInProgress,
    Listening,
    ConnectInProgress,
    Connected(Arc<Connection>),
    Closed,
}

impl Phase {
    /// Why nothing else can begin now.
    fn refusal(&self) -> ErrorCode {
        match self {
            Phase::BindInProgress | Phase::ListenInProgress | Phase::ConnectInProgress => ConcurrencyConflict,
            _ => InvalidState,
        }
    }
}

impl TcpSocket {
    /// A new socket: `create-tcp-socket`.
    pub fn new(network: &Network, family: Family) -> Result<Self, ErrorCode> {
        let socket = Socket::open(family, SocketType::STREAM, network.tcp_slot()?)?;
        // Guests cannot ask for it. Those that write little by little wait for answers.
        sockopt::set_tcp_nodelay(&*socket.fd, true)?;
        Ok(TcpSocket::from_socket(Arc::new(socket), Phase::Unbound, DEFAULT_BACKLOG))
    }

    fn from_socket(socket: Arc<Socket>, phase: Phase, backlog: i32) -> Self {
        TcpSocket(Arc::new(Shared { socket, phase: Mutex::new(phase), backlog: AtomicI32::new(backlog) }))
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.0.socket
    }

    /// Begins to bind it to a local address: `start-bind`.
    pub fn start_bind(&self, local: SocketAddr) -> Result<(), ErrorCode> {
        let mut phase = self.0.phase();
        let Phase::Unbound = *phase else { return Err(phase.refusal()) };
        let socket = self.socket();
        address::check_tcp_local(local, socket.family)?;
        socket.network().check(local, Use::TcpBind)?;
        // Connections that ended lately do not keep a server from its port. Where the system
        // chooses the port, it chooses among those that nobody has.
        sockopt::set_socket_reuseaddr(&*socket.fd, local.port() != 0)?;
        bind(&*socket.fd, &local).map_err(error::of_bind)?;
        *phase = Phase::BindInProgress;
        Ok(())
    }

    /// Ends what [`start_bind`](Self::start_bind) began: `finish-bind`.
    pub fn finish_bind(&self) -> Result<(), ErrorCode> {
        let mut phase = self.0.phase();
        let Phase::BindInProgress = *phase else { return Err(NotInProgress) };
        *phase = Phase::Bound;
        Ok(())
    }

    /// Begins to connect it to somebody who listens: `start-connect`. A socket that the system
    /// refused to connect is closed.
    pub fn start_connect(&self, remote: SocketAddr) -> Result<(), ErrorCode> {
        let mut phase = self.0.phase();
        let (Phase::Unbound | Phase::Bound) = *phase else { return Err(phase.refusal()) };
        let socket = self.socket();
        address::check_tcp_remote(remote, socket.family)?;
        socket.network().check(remote, Use::TcpConnect)?;
        match retry_on_intr(|| connect(&*socket.fd, &remote)) {
            Ok(()) | Err(Errno::INPROGRESS) => {
                *phase = Phase::ConnectInProgress;
                Ok(())
            }
            Err(errno) => {
                *phase = Phase::Closed;
                Err(error::of_connect(errno))
            }
        }
    }

    /// Ends what [`start_connect`](Self::start_connect) began, once the other side has answered:
    /// `finish-connect`.
    pub fn finish_connect(&self) -> Result<Connected, ErrorCode> {
        let mut phase = self.0.phase();
        let Phase::ConnectInProgress = *phase else { return Err(NotInProgress) };
        if !self.socket().is_ready(PollFlags::OUT) {
            return Err(WouldBlock);
        }
        if let Err(errno) = sockopt::socket_error(&*self.socket().fd)? {
            *phase = Phase::Closed;
            return Err(error::of_connect(errno));
        }
        let (connection, streams) = Connection::open(self.0.socket.clone());
        *phase = Phase::Connected(connection);
        Ok(streams)
    }

    /// Begins to listen: `start-listen`.
    pub fn start_listen(&self) -> Result<(), ErrorCode> {
        let mut phase = self.0.phase();
        let Phase::Bound = *phase else { return Err(phase.refusal()) };
        listen(&*self.socket().fd, self.0.backlog.load(Relaxed))?;
        *phase = Phase::ListenInProgress;
        Ok(())
    }

    /// Ends what [`start_listen`](Self::start_listen) began: `finish-listen`.
    pub fn finish_listen(&self) -> Result<(), ErrorCode> {
        let mut phase = self.0.phase();
        let Phase::ListenInProgress = *phase else { return Err(NotInProgress) };
        *phase = Phase::Listening;
        Ok(())
    }

    /// Takes a connection that waits: `accept`.
    pub fn accept(&self) -> Result<(TcpSocket, Connected), ErrorCode> {
        let Phase::Listening = *self.0.phase() else { return Err(InvalidState) };
        // Before the system is asked, so that no connection is taken and lost.
        let slot: Slot = self.socket().network().tcp_slot()?;
        let fd = retry_on_intr(|| accept_with(&*self.socket().fd, FLAGS)).map_err(error::of_accept)?;
        let socket = Arc::new(Socket::from_fd(fd, self.socket().family, slot));
        let (connection, streams) = Connection::open(socket.clone());
        let phase = Phase::Connected(connection);
        Ok((TcpSocket::from_socket(socket, phase, DEFAULT_BACKLOG), streams))
    }

    /// The address that it is bound to: `local-address`.
    pub fn local_address(&self) -> Result<SocketAddr, ErrorCode> {
        match *self.0.phase() {
            Phase::Unbound | Phase::BindInProgress | Phase::Closed => Err(InvalidState),
            _ => self.socket().local_address(),
        }
    }

    /// The address that it is connected to: `remote-address`.
    pub fn remote_address(&self) -> Result<SocketAddr, ErrorCode> {
        match *self.0.phase() {
            Phase::Connected(_) => self.socket().remote_address(),
            _ => Err(InvalidState),
        }
    }

    /// Does it listen? `is-listening`.
    pub fn is_listening(&self) -> bool {
        matches!(*self.0.phase(), Phase::Listening)
    }

    /// The version of IP that it speaks: `address-family`.
    pub fn family(&self) -> Family {
        self.socket().family
    }

    /// How many connections may wait to be accepted: `set-listen-backlog-size`.
    pub fn set_listen_backlog_size(&self, value: u64) -> Result<(), ErrorCode> {
        if value == 0 {
            return Err(InvalidArgument);
        }
        let backlog = value.min(i32::MAX as u64) as i32;
        match *self.0.phase() {
            Phase::Unbound | Phase::BindInProgress | Phase::Bound => {}
            Phase::ListenInProgress | Phase::Listening => listen(&*self.socket().fd, backlog)?,
            _ => return Err(InvalidState),
        }
        self.0.backlog.store(backlog, Relaxed);
        Ok(())
    }

    /// Shuts directions of the connection down: `shutdown`. It may be repeated.
    pub fn shutdown(&self, direction: Direction) -> Result<(), ErrorCode> {
        let phase = self.0.phase();
        let Phase::Connected(connection) = &*phase else { return Err(InvalidState) };
        if direction != Direction::Send {
            connection.shut_receive();
        }
        if direction != Direction::Receive {
            connection.shut_send();
        }
        Ok(())
    }

    /// Ready when what is in progress can be finished, or a connection can be accepted:
    /// `subscribe`.
    pub fn pollable(&self) -> Pollable {
        match *self.0.phase() {
            // It stays so. Thus the waiter need not ask twice.
            Phase::Listening => Pollable::Fd(self.socket().fd.clone(), PollFlags::IN),
            _ => Pollable::Source(self.0.clone()),
        }
    }
}

impl Shared {
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Shared {
    fn readiness(&self) -> Readiness<'_> {
        let events = match *self.phase() {
            Phase::Listening => PollFlags::IN,
            Phase::ConnectInProgress => PollFlags::OUT,
            _ => return Readiness::Ready,
        };
        if self.socket.is_ready(events) { Readiness::Ready } else { Readiness::Fd(self.socket.fd.as_fd(), events) }
    }
}
