//! Byte streams, as `wasi:io/streams` has them: where bytes come from and go to.
//!
//! Each kind of stream says what it does without blocking, and what to wait for. How a caller waits
//! is not known here.

pub mod descriptor;
pub mod memory;
pub mod null;
pub mod pipe;
pub mod shared;
pub mod splice;
#[cfg(test)]
mod tests;

use self::splice::End;
use crate::wait::Pollable;
use rustix::io::Errno;

/// May an operation block in the system call?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No: it gives up with [`Stop::WouldBlock`].
    Try,
    /// Yes. It may give up all the same; the caller then waits for the stream's pollable and asks
    /// again.
    Block,
}

/// Why a stream gave or took nothing.
#[derive(Debug)]
pub enum Stop {
    /// Nothing can be done now.
    WouldBlock,
    /// The stream has ended.
    Closed,
    /// The operation failed.
    Failed(Failure),
}

/// What went wrong, as the resource `wasi:io/error` keeps it.
#[derive(Debug)]
pub enum Failure {
    /// The system refused.
    Os(Errno),
    /// Something else, in words.
    Other(String),
    /// An error of the stream's own kind, of which its domain can tell more.
    Typed(Box<dyn std::error::Error + Send + Sync>),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Os(errno) => errno.fmt(f),
            Failure::Other(what) => f.write_str(what),
            Failure::Typed(error) => error.fmt(f),
        }
    }
}

impl From<Errno> for Stop {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::AGAIN => Stop::WouldBlock,
            Errno::PIPE | Errno::CONNRESET => Stop::Closed,
            errno => Stop::Failed(Failure::Os(errno)),
        }
    }
}

/// A stream that a guest reads from.
pub type Input = Box<dyn InputStream>;

/// A stream that a guest writes to.
pub type Output = Box<dyn OutputStream>;

/// A source of bytes.
pub trait InputStream: std::fmt::Debug + Send {
    /// How many of the next `len` bytes are certain to come without waiting, if that is known:
    /// then they can be read to where the guest has them. A file knows it.
    fn certain(&mut self, len: u64) -> Option<u64> {
        let _ = len;
        None
    }

    /// Reads up to `room.len()` bytes, at least one unless `room` is empty. `Stop::Closed` at the
    /// end.
    fn read(&mut self, room: &mut [u8], mode: Mode) -> Result<usize, Stop>;

    /// Skips up to `len` bytes.
    fn skip(&mut self, len: u64, mode: Mode) -> Result<u64, Stop>;

    /// Ready when `read` would not be stopped by [`Stop::WouldBlock`].
    fn pollable(&self) -> Pollable;

    /// Is there a person at a terminal behind it?
    fn is_terminal(&self) -> bool {
        false
    }

    /// What the system itself can move bytes from, if the stream has nothing else to say about
    /// them.
    fn end(&mut self) -> Option<End<'_>> {
        None
    }
}

/// A sink of bytes. What `write` takes has been accepted: the stream keeps what the system does
/// not take at once.
pub trait OutputStream: std::fmt::Debug + Send {
    /// How many bytes `write` would accept now; 0 while it waits for the system.
    fn check_write(&mut self) -> Result<u64, Stop>;

    /// Takes all of these bytes, which are no more than `check_write` permitted.
    fn write(&mut self, bytes: &[u8], mode: Mode) -> Result<(), Stop>;

    /// Begins to hand over what is kept. `check_write` gives 0 until that is done.
    fn flush(&mut self, mode: Mode) -> Result<(), Stop>;

    /// Ready when `check_write` gives more than 0, or an error.
    fn pollable(&self) -> Pollable;

    /// Is there a person at a terminal behind it?
    fn is_terminal(&self) -> bool {
        false
    }

    /// What the system itself can move bytes to, if the stream keeps nothing and has nothing else
    /// to say about them.
    fn end(&mut self) -> Option<End<'_>> {
        None
    }
}
