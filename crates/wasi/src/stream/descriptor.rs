//! Streams of descriptors that the process was given: standard streams, and whatever a host opens.
//!
//! Other processes may share them, so their flags stay as they are. A descriptor that blocks is
//! asked not to, call by call. Nothing is read before a guest asks for it.
//!
//! Whoever writes to a pipe that nobody reads gets `SIGPIPE`, unless the process ignores that
//! signal, as Rust programs do from their start. It must not know what waits, nor for whom.

mod unblocked;

use self::unblocked::Unblocked;
use super::splice::End;
use super::{InputStream, Mode, OutputStream, Stop};
use crate::wait::{Pollable, Readiness, Source};
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes a descriptor is said to accept. What the system does not take of them at once is
/// kept.
const PERMIT: u64 = 64 << 10;

/// How much is skipped with one system call.
const SKIP: usize = 8 << 10;

/// A descriptor, shared by its streams and pollables.
#[derive(Debug, Clone)]
enum Descriptor {
    /// It is closed with its last user.
    Owned(Arc<OwnedFd>),
    /// The process never closes it.
    Static(BorrowedFd<'static>),
}

impl Descriptor {
    fn pollable(&self, events: PollFlags) -> Pollable {
        match self {
            Descriptor::Owned(fd) => Pollable::Fd(fd.clone(), events),
            Descriptor::Static(fd) => Pollable::StaticFd(*fd, events),
        }
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Descriptor::Owned(fd) => fd.as_fd(),
            Descriptor::Static(fd) => *fd,
        }
    }
}

/// A source that reads from a descriptor. Clones read from the same position.
#[derive(Debug, Clone)]
pub struct DescriptorInput(Arc<Unblocked>);

impl DescriptorInput {
    /// Reads from this descriptor, at its position.
    pub fn new(fd: OwnedFd) -> Self {
        DescriptorInput(Arc::new(Unblocked::new(Descriptor::Owned(Arc::new(fd)))))
    }

    /// Reads from the standard input of the process.
    pub fn stdin() -> Self {
        DescriptorInput(Arc::new(Unblocked::new(Descriptor::Static(rustix::stdio::stdin()))))
    }
}

impl InputStream for DescriptorInput {
    fn read(&mut self, room: &mut [u8], mode: Mode) -> Result<usize, Stop> {
        match self.0.read(room, mode)? {
            0 if !room.is_empty() => Err(Stop::Closed),
            len => Ok(len),
        }
    }

    fn skip(&mut self, len: u64, mode: Mode) -> Result<u64, Stop> {
        let mut skipped = [0; SKIP];
        let len = len.min(SKIP as u64) as usize;
        self.read(&mut skipped[..len], mode).map(|len| len as u64)
    }

    fn pollable(&self) -> Pollable {
        self.0.descriptor().pollable(PollFlags::IN)
    }

    fn is_terminal(&self) -> bool {
        rustix::termios::isatty(self.0.descriptor())
    }

    fn end(&mut self) -> Option<End<'_>> {
        Some(End { fd: self.0.descriptor().as_fd(), position: None })
    }
}

/// A sink that writes to a descriptor. Clones share what is kept.
///
/// What it has accepted and the system has not is offered once more when the last clone is
/// dropped. Whoever needs to be sure flushes before.
#[derive(Debug, Clone)]
pub struct DescriptorOutput(Arc<Sending>);

impl DescriptorOutput {
    /// Writes to this descriptor, at its position.
    pub fn new(fd: OwnedFd) -> Self {
        Self::of(Descriptor::Owned(Arc::new(fd)))
    }

    /// Writes to the standard output of the process.
    pub fn stdout() -> Self {
        Self::of(Descriptor::Static(rustix::stdio::stdout()))
    }

    /// Writes to the standard error of the process.
    pub fn stderr() -> Self {
        Self::of(Descriptor::Static(rustix::stdio::stderr()))
    }

    fn of(descriptor: Descriptor) -> Self {
        DescriptorOutput(Arc::new(Sending { fd: Unblocked::new(descriptor), kept: Mutex::default() }))
    }
}

/// Where bytes go, and those that have not gone there yet.
#[derive(Debug)]
struct Sending {
    fd: Unblocked,
    kept: Mutex<Kept>,
}

/// What was accepted and is not written.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// How many of them have been written.
    written: usize,
    /// Why writing them failed, until somebody is told.
    failed: Option<Errno>,
}

impl Kept {
    fn is_empty(&self) -> bool {
        self.written == self.bytes.len() && self.failed.is_none()
    }
}

impl Sending {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all of these bytes, or keeps those that would block.
    fn send(&self, kept: &mut Kept, mut bytes: &[u8], mode: Mode) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match self.fd.write(bytes, mode) {
                // The system took nothing and has no reason: trying again would not end.
                Ok(0) => return Err(Errno::IO),
                Ok(len) => bytes = &bytes[len..],
                Err(Errno::AGAIN) => break,
                Err(errno) => return Err(errno),
            }
        }
        kept.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes what is kept; `AGAIN` while some of it still is. After another error nothing is.
    fn send_kept(&self, kept: &mut Kept, mode: Mode) -> Result<(), Errno> {
        if let Some(errno) = kept.failed.take() {
            return Err(errno);
        }
        while kept.written < kept.bytes.len() {
            let errno = match self.fd.write(&kept.bytes[kept.written..], mode) {
                Ok(0) => Errno::IO,
                Ok(len) => {
                    kept.written += len;
                    continue;
                }
                Err(Errno::AGAIN) => return Err(Errno::AGAIN),
                Err(errno) => errno,
            };
            *kept = Kept::default();
            return Err(errno);
        }
        kept.bytes.clear();
        kept.written = 0;
        Ok(())
    }
}

impl Source for Sending {
    fn readiness(&self) -> Readiness<'_> {
        let mut kept = self.kept();
        match self.send_kept(&mut kept, Mode::Try) {
            Ok(()) => Readiness::Ready,
            Err(Errno::AGAIN) => Readiness::Fd(self.fd.descriptor().as_fd(), PollFlags::OUT),
            Err(errno) => {
                kept.failed = Some(errno);
                Readiness::Ready
            }
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut kept = std::mem::take(&mut *self.kept());
        // Nobody is left who could be told of a failure.
        let _ = self.send_kept(&mut kept, Mode::Try);
    }
}

impl OutputStream for DescriptorOutput {
    fn check_write(&mut self) -> Result<u64, Stop> {
        match self.0.send_kept(&mut self.0.kept(), Mode::Try) {
            Ok(()) => Ok(PERMIT),
            Err(Errno::AGAIN) => Ok(0),
            Err(errno) => Err(errno.into()),
        }
    }

    fn write(&mut self, bytes: &[u8], mode: Mode) -> Result<(), Stop> {
        let mut kept = self.0.kept();
        match self.0.send_kept(&mut kept, mode) {
            Ok(()) => Ok(self.0.send(&mut kept, bytes, mode)?),
            Err(Errno::AGAIN) => {
                kept.bytes.extend_from_slice(bytes);
                Ok(())
            }
            Err(errno) => Err(errno.into()),
        }
    }

    fn flush(&mut self, mode: Mode) -> Result<(), Stop> {
        match self.0.send_kept(&mut self.0.kept(), mode) {
            Ok(()) | Err(Errno::AGAIN) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    fn pollable(&self) -> Pollable {
        if self.0.kept().is_empty() { Pollable::Ready } else { Pollable::Source(self.0.clone()) }
    }

    fn is_terminal(&self) -> bool {
        rustix::termios::isatty(self.0.fd.descriptor())
    }

    fn end(&mut self) -> Option<End<'_>> {
        let fd = self.0.fd.descriptor().as_fd();
        self.0.kept().is_empty().then_some(End { fd, position: None })
    }
}
