//! Reads and writes that do not block, on descriptors that do.
//!
//! Their flags belong to everybody who has the descriptor, the parent process for one, so
//! `O_NONBLOCK` is never set. It must not know what is read, nor who waits.

use super::Descriptor;
use crate::stream::Mode;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::fs::{FileType, fstat};
use rustix::io::{Errno, IoSlice, IoSliceMut, ReadWriteFlags, Result, preadv2, pwritev2, read, retry_on_intr, write};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// How much is written at once to what can only be asked whether it takes anything: every pipe
/// that takes a byte takes as much (`_POSIX_PIPE_BUF`).
const PORTION: usize = 512;

/// The offset that stands for the descriptor's own position.
const CURRENT: u64 = u64::MAX;

/// How a descriptor is kept from blocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Manner {
    /// Nobody has asked yet.
    Unknown,
    /// It never blocks for long: a regular file, a disk.
    Plain,
    /// By a flag of the call.
    Flag,
    /// By asking before whether it is ready. Another process may be faster and make the call
    /// block all the same.
    Poll,
}

/// A descriptor with a way not to block.
#[derive(Debug)]
pub(super) struct Unblocked {
    descriptor: Descriptor,
    /// A [`Manner`].
    manner: AtomicU8,
}

impl Unblocked {
    pub(super) fn new(descriptor: Descriptor) -> Self {
        Unblocked { descriptor, manner: AtomicU8::new(Manner::Unknown as u8) }
    }

    pub(super) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// `read`; `AGAIN` if it would block.
    pub(super) fn read(&self, room: &mut [u8], mode: Mode) -> Result<usize> {
        let fd = self.descriptor.as_fd();
        let flagged = |room: &mut [u8]| preadv2(fd, &mut [IoSliceMut::new(room)], CURRENT, ReadWriteFlags::NOWAIT);
        match self.manner_for(mode) {
            Manner::Flag => match retry_on_intr(|| flagged(&mut *room)) {
                Err(errno) if refuses_flags(errno) => self.poll_from_now_on(),
                outcome => return outcome,
            },
            Manner::Poll => {}
            Manner::Plain | Manner::Unknown => return retry_on_intr(|| read(fd, &mut *room)),
        }
        self.expect(PollFlags::IN)?;
        retry_on_intr(|| read(fd, &mut *room))
    }

    /// `write`; `AGAIN` if it would block.
    pub(super) fn write(&self, bytes: &[u8], mode: Mode) -> Result<usize> {
        let fd = self.descriptor.as_fd();
        match self.manner_for(mode) {
            Manner::Flag => {
                match retry_on_intr(|| pwritev2(fd, &[IoSlice::new(bytes)], CURRENT, ReadWriteFlags::NOWAIT)) {
                    Err(errno) if refuses_flags(errno) => self.poll_from_now_on(),
                    outcome => return outcome,
                }
            }
            Manner::Poll => {}
            Manner::Plain | Manner::Unknown => return retry_on_intr(|| write(fd, bytes)),
        }
        self.expect(PollFlags::OUT)?;
        retry_on_intr(|| write(fd, &bytes[..bytes.len().min(PORTION)]))
    }

    /// Is it ready? `AGAIN` if it is not.
    fn expect(&self, events: PollFlags) -> Result<()> {
        let mut fds = [PollFd::new(&self.descriptor, events)];
        match retry_on_intr(|| poll(&mut fds, Some(&Timespec::default())))? {
            0 => Err(Errno::AGAIN),
            _ => Ok(()),
        }
    }

    fn manner_for(&self, mode: Mode) -> Manner {
        match mode {
            Mode::Block => Manner::Plain,
            Mode::Try => self.manner(),
        }
    }

    fn manner(&self) -> Manner {
        match self.manner.load(Relaxed) {
            manner if manner == Manner::Plain as u8 => Manner::Plain,
            manner if manner == Manner::Flag as u8 => Manner::Flag,
            manner if manner == Manner::Poll as u8 => Manner::Poll,
            _ => self.find_manner(),
        }
    }

    #[cold]
    fn find_manner(&self) -> Manner {
        let file_type = fstat(&self.descriptor).map(|stat| FileType::from_raw_mode(stat.st_mode));
        let is_plain = matches!(file_type, Ok(FileType::RegularFile | FileType::BlockDevice));
        let manner = if is_plain { Manner::Plain } else { Manner::Flag };
        self.manner.store(manner as u8, Relaxed);
        manner
    }

    #[cold]
    fn poll_from_now_on(&self) {
        self.manner.store(Manner::Poll as u8, Relaxed);
    }
}

/// Is it the flag that the system does not want, and not the operation? Terminals know no flags,
/// pipes know them since Linux 6.5, and a filter may know of no such system call.
fn refuses_flags(errno: Errno) -> bool {
    matches!(errno, Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM | Errno::INVAL | Errno::SPIPE)
}
