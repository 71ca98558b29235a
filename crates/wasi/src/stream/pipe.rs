//! A bounded pipe in memory, between a guest and a host, two threads of a host, or two guests.
//!
//! Both ends are streams, and both can be used as Rust's own readers and writers. It must not know
//! which end is whose.

use super::{InputStream, Mode, OutputStream, Stop};
use crate::signal::Signal;
use crate::wait::{Pollable, Waiter};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A pipe that holds at most `capacity` bytes, and at least one.
pub fn pipe(capacity: usize) -> (PipeReader, PipeWriter) {
    let pipe = Arc::new(Pipe { capacity: capacity.max(1), ..Pipe::default() });
    pipe.queue().tell(&pipe);
    (PipeReader { pipe: pipe.clone(), waiter: Waiter::default() }, PipeWriter { pipe, waiter: Waiter::default() })
}

/// Invariant: the signals are what [`Queue::tell`] made them after the last change of the queue.
#[derive(Debug, Default)]
struct Pipe {
    queue: Mutex<Queue>,
    capacity: usize,
    readable: Arc<Signal>,
    writable: Arc<Signal>,
}

#[derive(Debug, Default)]
struct Queue {
    bytes: VecDeque<u8>,
    /// The reader is gone, or the writer. Either way the pipe is broken.
    closed: bool,
}

impl Pipe {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut queue = self.queue();
        queue.closed = true;
        queue.tell(self);
    }
}

impl Queue {
    /// Tells both ends what they can do now.
    fn tell(&self, pipe: &Pipe) {
        let tell = |signal: &Signal, is: bool| {
            if is && !signal.is_set() {
                signal.set();
            } else if !is {
                signal.clear();
            }
        };
        tell(&pipe.readable, self.closed || !self.bytes.is_empty());
        tell(&pipe.writable, self.closed || self.bytes.len() < pipe.capacity);
    }
}

/// The end of a [`pipe`] to read from. Without a writer it gives what is left, and then ends.
#[derive(Debug)]
pub struct PipeReader {
    pipe: Arc<Pipe>,
    waiter: Waiter,
}

impl PipeReader {
    /// Takes up to `len` bytes out of the queue by `take`.
    fn take<R>(&self, len: usize, take: impl FnOnce(&mut VecDeque<u8>, usize) -> R) -> Result<R, Stop> {
        let mut queue = self.pipe.queue();
        let len = len.min(queue.bytes.len());
        if queue.bytes.is_empty() {
            return Err(if queue.closed { Stop::Closed } else { Stop::WouldBlock });
        }
        let taken = take(&mut queue.bytes, len);
        queue.tell(&self.pipe);
        Ok(taken)
    }
}

impl InputStream for PipeReader {
    fn certain(&mut self, len: u64) -> Option<u64> {
        let there = self.pipe.queue().bytes.len() as u64;
        (there > 0).then_some(there.min(len))
    }

    fn read(&mut self, room: &mut [u8], _: Mode) -> Result<usize, Stop> {
        self.take(room.len(), |bytes, len| {
            for (place, byte) in room.iter_mut().zip(bytes.drain(..len)) {
                *place = byte;
            }
            len
        })
    }

    fn skip(&mut self, len: u64, _: Mode) -> Result<u64, Stop> {
        self.take(usize::try_from(len).unwrap_or(usize::MAX), |bytes, len| bytes.drain(..len).len() as u64)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Signal(self.pipe.readable.clone())
    }
}

impl io::Read for PipeReader {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match InputStream::read(self, room, Mode::Block) {
                Ok(len) => return Ok(len),
                Err(Stop::WouldBlock) if !room.is_empty() => {
                    let pollable = InputStream::pollable(self);
                    self.waiter.wait_for(&pollable, None).map_err(io::Error::other)?;
                }
                Err(_) => return Ok(0),
            }
        }
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        self.pipe.close();
    }
}

/// The end of a [`pipe`] to write to. It is closed when the reader is gone.
#[derive(Debug)]
pub struct PipeWriter {
    pipe: Arc<Pipe>,
    waiter: Waiter,
}

impl OutputStream for PipeWriter {
    fn check_write(&mut self) -> Result<u64, Stop> {
        let queue = self.pipe.queue();
        if queue.closed { Err(Stop::Closed) } else { Ok(self.pipe.capacity.saturating_sub(queue.bytes.len()) as u64) }
    }

    fn write(&mut self, bytes: &[u8], _: Mode) -> Result<(), Stop> {
        let mut queue = self.pipe.queue();
        if queue.closed {
            return Err(Stop::Closed);
        }
        // Another owner of a shared end may have used the room since; then there is a little more
        // in the pipe than it should hold.
        queue.bytes.extend(bytes);
        queue.tell(&self.pipe);
        Ok(())
    }

    fn flush(&mut self, _: Mode) -> Result<(), Stop> {
        if self.pipe.queue().closed { Err(Stop::Closed) } else { Ok(()) }
    }

    fn pollable(&self) -> Pollable {
        Pollable::Signal(self.pipe.writable.clone())
    }
}

impl io::Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.check_write() {
                Ok(0) if !bytes.is_empty() => {
                    let pollable = OutputStream::pollable(self);
                    self.waiter.wait_for(&pollable, None).map_err(io::Error::other)?;
                }
                Ok(room) => {
                    let len = bytes.len().min(room as usize);
                    let written = OutputStream::write(self, &bytes[..len], Mode::Block);
                    return written.map(|()| len).map_err(|_| io::ErrorKind::BrokenPipe.into());
                }
                Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        self.pipe.close();
    }
}
