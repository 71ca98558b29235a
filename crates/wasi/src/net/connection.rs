//! The bytes of a TCP connection, both ways.
//!
//! What a guest writes goes from its memory to the system. What the system does not take at once is
//! kept, and no more is accepted before it is gone. So a writer never waits inside of `write`. Each
//! direction ends by itself. It must not know how connections come about.

use super::delivery;
use super::socket::Socket;
use crate::stream::{Failure, InputStream, Mode, OutputStream, Stop};
use crate::wait::{Pollable, Readiness, Source};
use rustix::event::PollFlags;
use rustix::fd::AsFd;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, Shutdown, connect_unspec, recv, send, shutdown};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many bytes a guest may write at a time, and so how many are kept at most.
const PERMIT: usize = 128 << 10;

/// How many bytes are skipped at a time.
const SKIPPED: usize = 16 << 10;

/// What a connection's streams and its socket share. As a [`Source`] it is ready when it can be
/// written to.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Arc<Socket>,
    sender: Mutex<Sender>,
    /// The guest does not want to receive any more.
    receive_shut: AtomicBool,
    /// What broke the connection. The system tells it once, whoever asks first.
    failure: OnceLock<Errno>,
}

/// The way to the other side.
#[derive(Debug, Default)]
struct Sender {
    state: Sending,
    /// What the guest has written and the system has not taken.
    kept: Vec<u8>,
    /// How much of that the system has taken since.
    taken: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Sending {
    #[default]
    Open,
    /// It is to be shut down once nothing is kept.
    Finishing,
    /// It broke, and the guest has not been told.
    Broken(Errno),
    Closed,
}

impl Sender {
    /// May the guest write? What broke is told once, and has ended from then on.
    fn check_open(&mut self) -> Result<(), Stop> {
        match self.state {
            Sending::Open => Ok(()),
            // That the other side does not want any more is no failure.
            Sending::Finishing | Sending::Closed | Sending::Broken(Errno::PIPE) => Err(Stop::Closed),
            Sending::Broken(errno) => {
                self.state = Sending::Closed;
                Err(Stop::Failed(Failure::Os(errno)))
            }
        }
    }
}

impl Connection {
    /// A connection that has just been established.
    pub(super) fn open(socket: Arc<Socket>) -> (Arc<Self>, (TcpInput, TcpOutput)) {
        let connection = Arc::new(Connection {
            socket,
            sender: Mutex::default(),
            receive_shut: AtomicBool::new(false),
            failure: OnceLock::new(),
        });
        let input = TcpInput { connection: connection.clone(), ended: false };
        (connection.clone(), (input, TcpOutput(connection)))
    }

    fn sender(&self) -> MutexGuard<'_, Sender> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is to be received any more.
    pub(super) fn shut_receive(&self) {
        if !self.receive_shut.swap(true, Relaxed) {
            // It fails only where the connection is gone.
            let _ = shutdown(&*self.socket.fd, Shutdown::Read);
        }
    }

    /// Nothing more is to be sent than what has been written. Where the system does not take that
    /// now, it is delivered without the guest.
    pub(super) fn shut_send(self: &Arc<Self>) {
        let mut sender = self.sender();
        if sender.state == Sending::Open {
            sender.state = Sending::Finishing;
            if !self.advance(&mut sender) {
                drop(sender);
                delivery::deliver(self.clone());
            }
        }
    }

    /// Hands over what is kept, as far as the system takes it now. Is nothing left to hand over?
    fn advance(&self, sender: &mut Sender) -> bool {
        while sender.taken < sender.kept.len() {
            match self.send(&sender.kept[sender.taken..]) {
                Ok(count) => sender.taken += count,
                Err(Errno::AGAIN) => return false,
                Err(errno) => {
                    self.break_off(sender, errno);
                    return true;
                }
            }
        }
        sender.kept.clear();
        sender.taken = 0;
        if sender.state == Sending::Finishing {
            let _ = shutdown(&*self.socket.fd, Shutdown::Write);
            sender.state = Sending::Closed;
        }
        true
    }

    fn send(&self, bytes: &[u8]) -> Result<usize, Errno> {
        retry_on_intr(|| send(&*self.socket.fd, bytes, SendFlags::NOSIGNAL))
    }

    /// Nothing can be sent any more.
    fn break_off(&self, sender: &mut Sender, errno: Errno) {
        *sender = Sender { state: Sending::Broken(errno), ..Sender::default() };
        // Of a broken pipe the system has told before.
        if errno != Errno::PIPE {
            let _ = self.failure.set(errno);
        }
    }

    /// The same as [`Source::readiness`], for what is delivered without the guest: nothing to wait
    /// for is the end.
    pub(super) fn delivery(&self) -> Readiness<'_> {
        match self.advance(&mut self.sender()) {
            true => Readiness::Ready,
            false => Readiness::Fd(self.socket.fd.as_fd(), PollFlags::OUT),
        }
    }

    /// Resets the connection, so that the other side does not take a part for the whole.
    pub(super) fn reset(&self) {
        let _ = connect_unspec(&*self.socket.fd);
        self.break_off(&mut self.sender(), Errno::CONNABORTED);
    }
}

impl Source for Connection {
    fn readiness(&self) -> Readiness<'_> {
        let mut sender = self.sender();
        // What is only delivered is nothing that a guest waits for.
        if sender.state != Sending::Open || self.advance(&mut sender) {
            return Readiness::Ready;
        }
        Readiness::Fd(self.socket.fd.as_fd(), PollFlags::OUT)
    }
}

/// What comes from the other side. It ends when the other side sends no more.
#[derive(Debug)]
pub struct TcpInput {
    connection: Arc<Connection>,
    /// It has said so, or why not.
    ended: bool,
}

impl TcpInput {
    /// What a system call has given; 0 is the end.
    fn received(&mut self, result: Result<usize, Errno>) -> Result<usize, Stop> {
        let failure = match result {
            Ok(0) => self.connection.failure.get().copied(),
            Ok(count) => return Ok(count),
            Err(Errno::AGAIN) => return Err(Stop::WouldBlock),
            Err(errno) => {
                let _ = self.connection.failure.set(errno);
                Some(errno)
            }
        };
        self.ended = true;
        Err(failure.map_or(Stop::Closed, |errno| Stop::Failed(Failure::Os(errno))))
    }

    fn is_closed(&self) -> bool {
        self.ended || self.connection.receive_shut.load(Relaxed)
    }
}

impl InputStream for TcpInput {
    fn read(&mut self, room: &mut [u8], _: Mode) -> Result<usize, Stop> {
        if self.is_closed() {
            return Err(Stop::Closed);
        }
        if room.is_empty() {
            return Ok(0);
        }
        let result = retry_on_intr(|| recv(&*self.connection.socket.fd, &mut *room, RecvFlags::empty()));
        self.received(result.map(|(count, _)| count))
    }

    fn skip(&mut self, len: u64, mode: Mode) -> Result<u64, Stop> {
        let mut room = [0; SKIPPED];
        let len = len.min(SKIPPED as u64) as usize;
        self.read(&mut room[..len], mode).map(|count| count as u64)
    }

    fn pollable(&self) -> Pollable {
        if self.is_closed() {
            return Pollable::Ready;
        }
        Pollable::Fd(self.connection.socket.fd.clone(), PollFlags::IN)
    }
}

impl Drop for TcpInput {
    fn drop(&mut self) {
        self.connection.shut_receive();
    }
}

/// What goes to the other side. When it is dropped, the other side finds the end after all that was
/// written.
#[derive(Debug)]
pub struct TcpOutput(Arc<Connection>);

impl TcpOutput {
    /// Hands over what is kept. Is nothing left?
    fn advance(&self) -> Result<bool, Stop> {
        let mut sender = self.0.sender();
        sender.check_open()?;
        let done = self.0.advance(&mut sender);
        // It may have broken on the way.
        sender.check_open()?;
        Ok(done)
    }
}

impl OutputStream for TcpOutput {
    fn check_write(&mut self) -> Result<u64, Stop> {
        Ok(if self.advance()? { PERMIT as u64 } else { 0 })
    }

    fn write(&mut self, bytes: &[u8], _: Mode) -> Result<(), Stop> {
        let mut sender = self.0.sender();
        sender.check_open()?;
        let mut rest = bytes;
        // What is kept goes first.
        while sender.kept.is_empty() && !rest.is_empty() {
            match self.0.send(rest) {
                Ok(count) => rest = &rest[count..],
                Err(Errno::AGAIN) => break,
                Err(errno) => {
                    self.0.break_off(&mut sender, errno);
                    return sender.check_open();
                }
            }
        }
        sender.kept.extend_from_slice(rest);
        Ok(())
    }

    fn flush(&mut self, mode: Mode) -> Result<(), Stop> {
        match (self.advance()?, mode) {
            (false, Mode::Block) => Err(Stop::WouldBlock),
            _ => Ok(()),
        }
    }

    fn pollable(&self) -> Pollable {
        Pollable::Source(self.0.clone())
    }
}

impl Drop for TcpOutput {
    fn drop(&mut self) {
        self.0.shut_send();
    }
}
