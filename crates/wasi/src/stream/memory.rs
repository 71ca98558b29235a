//! Streams from and to memory, for hosts and tests that know all input or want all output.
//!
//! They must not know of threads: nothing here ever waits.

use super::{Failure, InputStream, Mode, OutputStream, Stop};
use crate::wait::Pollable;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A source of bytes that are all there.
#[derive(Debug, Clone, Default)]
pub struct Bytes {
    bytes: Arc<[u8]>,
    /// How many have been read.
    position: usize,
}

impl Bytes {
    /// A source of these bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Bytes { bytes: bytes.into(), position: 0 }
    }

    /// What is left, or that nothing is.
    fn rest(&self) -> Result<&[u8], Stop> {
        let rest = &self.bytes[self.position..];
        if rest.is_empty() { Err(Stop::Closed) } else { Ok(rest) }
    }
}

impl InputStream for Bytes {
    fn certain(&mut self, len: u64) -> Option<u64> {
        self.rest().ok().map(|rest| len.min(rest.len() as u64))
    }

    fn read(&mut self, room: &mut [u8], _: Mode) -> Result<usize, Stop> {
        let rest = self.rest()?;
        let len = rest.len().min(room.len());
        room[..len].copy_from_slice(&rest[..len]);
        self.position += len;
        Ok(len)
    }

    fn skip(&mut self, len: u64, _: Mode) -> Result<u64, Stop> {
        let len = len.min(self.rest()?.len() as u64);
        self.position += len as usize;
        Ok(len)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}

/// A sink that keeps what it is given. Clones share the bytes, so the host keeps one to read from.
///
/// ```
/// use cantilever_wasi::stream::{Mode, OutputStream, memory::Collected};
/// let output = Collected::new(1 << 20);
/// output.clone().write(b"Hello", Mode::Try).unwrap();
/// assert_eq!(output.contents(), b"Hello");
/// ```
#[derive(Debug, Clone)]
pub struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl Collected {
    /// An empty sink for at most `limit` bytes. Writing fails when they have been written.
    pub fn new(limit: usize) -> Self {
        Collected { bytes: Arc::default(), limit }
    }

    /// A copy of what has been written.
    pub fn contents(&self) -> Vec<u8> {
        self.bytes().clone()
    }

    /// Takes out what has been written. There is room for as much again.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.bytes())
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self) -> Stop {
        Stop::Failed(Failure::Other(format!("the host takes no more than {} bytes", self.limit)))
    }
}

impl OutputStream for Collected {
    fn check_write(&mut self) -> Result<u64, Stop> {
        match self.limit.saturating_sub(self.bytes().len()) {
            0 => Err(self.full()),
            room => Ok(room as u64),
        }
    }

    fn write(&mut self, bytes: &[u8], _: Mode) -> Result<(), Stop> {
        let mut kept = self.bytes();
        if bytes.len() > self.limit.saturating_sub(kept.len()) {
            return Err(self.full());
        }
        kept.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self, _: Mode) -> Result<(), Stop> {
        Ok(())
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}
