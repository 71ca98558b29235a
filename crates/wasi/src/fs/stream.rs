//! Streams of files. Each has a position of its own, and shares the open file.
//!
//! Regular files are always ready. FIFOs and devices have no positions, or ignore them, and may
//! have to be waited for.

use super::descriptor::{read_at, write_at};
use super::stat::{Kind, Stat};
use crate::stream::splice::End;
use crate::stream::{InputStream, Mode, OutputStream, Stop};
use crate::wait::Pollable;
use rustix::event::PollFlags;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::fstat;
use rustix::io::{Errno, ReadWriteFlags, pwritev2, read, retry_on_intr, write};
use std::io::IoSlice;
use std::sync::Arc;

/// What a file accepts at once.
const PERMIT: u64 = 1 << 20;

/// What a FIFO accepts at once: what it takes as a whole when it is ready, `PIPE_BUF`.
const PIPE_PERMIT: u64 = 4096;

/// Where a stream is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// At an offset of a file that has offsets.
    At(u64),
    /// Wherever the end is.
    End,
    /// The file has no offsets.
    None,
}

/// Has a file of this kind offsets, for all that is known?
fn has_offsets(kind: Kind) -> bool {
    !matches!(kind, Kind::Fifo | Kind::Socket)
}

/// Ready always for a regular file, and else when the system says so.
fn pollable(fd: &Arc<OwnedFd>, kind: Kind, events: PollFlags) -> Pollable {
    match kind {
        Kind::RegularFile | Kind::BlockDevice => Pollable::Ready,
        _ => Pollable::Fd(fd.clone(), events),
    }
}

/// Where the system may move bytes from or to. It has no way to append.
fn end<'a>(fd: &'a OwnedFd, position: &'a mut Position) -> Option<End<'a>> {
    match position {
        Position::At(at) => Some(End { fd: fd.as_fd(), position: Some(at) }),
        Position::None => Some(End { fd: fd.as_fd(), position: None }),
        Position::End => None,
    }
}

/// What is in a file, from an offset on.
#[derive(Debug)]
pub struct FileInput {
    fd: Arc<OwnedFd>,
    kind: Kind,
    position: Position,
    /// How long a regular file was when it was asked last.
    size: u64,
}

impl FileInput {
    pub(super) fn new(fd: Arc<OwnedFd>, kind: Kind, offset: u64) -> Result<Self, Errno> {
        let position = if has_offsets(kind) { Position::At(offset) } else { Position::None };
        Ok(FileInput { fd, kind, position, size: 0 })
    }

    /// How many bytes a regular file has from an offset on. It asks the system only if it knows of
    /// fewer than are wanted.
    fn remaining(&mut self, at: u64, wanted: u64) -> Result<u64, Errno> {
        if self.size.saturating_sub(at) < wanted {
            self.size = Stat::from(fstat(&self.fd)?).size;
        }
        Ok(self.size.saturating_sub(at))
    }

    fn read_some(&mut self, room: &mut [u8]) -> Result<usize, Errno> {
        if let Position::At(at) = self.position {
            match read_at(self.fd.as_fd(), room, at) {
                // A device without offsets, such as a terminal.
                Err(Errno::SPIPE) if at == 0 => self.position = Position::None,
                Err(errno) => return Err(errno),
                Ok(count) => {
                    self.position = Position::At(at + count as u64);
                    return Ok(count);
                }
            }
        }
        retry_on_intr(|| read(&self.fd, &mut *room))
    }
}

impl InputStream for FileInput {
    fn certain(&mut self, len: u64) -> Option<u64> {
        let Position::At(at) = self.position else { return None };
        if self.kind != Kind::RegularFile {
            return None;
        }
        match self.remaining(at, len) {
            // Some files of the system say that they are empty and are not: a read tells.
            Err(_) | Ok(0) => None,
            Ok(remaining) => Some(remaining.min(len)),
        }
    }

    fn read(&mut self, room: &mut [u8], _: Mode) -> Result<usize, Stop> {
        match self.read_some(room)? {
            0 if !room.is_empty() => {
                self.size = 0;
                Err(Stop::Closed)
            }
            count => Ok(count),
        }
    }

    fn skip(&mut self, len: u64, mode: Mode) -> Result<u64, Stop> {
        if let (Position::At(at), Kind::RegularFile) = (self.position, self.kind) {
            let count = self.remaining(at, len)?.min(len);
            if count > 0 || len == 0 {
                self.position = Position::At(at + count);
                return Ok(count);
            }
        }
        let mut room = [0; 4096];
        let len = room.len().min(usize::try_from(len).unwrap_or(usize::MAX));
        self.read(&mut room[..len], mode).map(|count| count as u64)
    }

    fn pollable(&self) -> Pollable {
        pollable(&self.fd, self.kind, PollFlags::IN)
    }

    fn end(&mut self) -> Option<End<'_>> {
        end(&self.fd, &mut self.position)
    }
}

/// A place in a file, or its end, to write to.
#[derive(Debug)]
pub struct FileOutput {
    fd: Arc<OwnedFd>,
    kind: Kind,
    position: Position,
    /// What was accepted and the system has not taken: nothing of a regular file.
    kept: Vec<u8>,
}

impl FileOutput {
    pub(super) fn at(fd: Arc<OwnedFd>, kind: Kind, offset: u64) -> Self {
        FileOutput::new(fd, kind, Position::At(offset))
    }

    pub(super) fn append(fd: Arc<OwnedFd>, kind: Kind) -> Self {
        FileOutput::new(fd, kind, Position::End)
    }

    fn new(fd: Arc<OwnedFd>, kind: Kind, position: Position) -> Self {
        let position = if has_offsets(kind) { position } else { Position::None };
        FileOutput { fd, kind, position, kept: Vec::new() }
    }

    /// Writes as much as the system takes at once.
    fn write_some(&mut self, bytes: &[u8]) -> Result<usize, Errno> {
        let written = match self.position {
            Position::At(at) => write_at(self.fd.as_fd(), bytes, at),
            Position::End => append(&self.fd, bytes),
            Position::None => Err(Errno::SPIPE),
        };
        match (self.position, written) {
            (Position::At(at), Ok(count)) => {
                self.position = Position::At(at + count as u64);
                Ok(count)
            }
            // The file has no offsets: a FIFO, or a device such as a terminal.
            (Position::At(0) | Position::End | Position::None, Err(Errno::SPIPE)) => {
                self.position = Position::None;
                retry_on_intr(|| write(&self.fd, bytes))
            }
            (_, written) => written,
        }
    }

    /// Writes what the system takes, and says how much it was.
    fn write_while_taken(&mut self, bytes: &[u8]) -> Result<usize, Stop> {
        let mut done = 0;
        while done < bytes.len() {
            match self.write_some(&bytes[done..]) {
                // No file takes nothing of something. If one did, this would never end.
                Ok(0) => return Err(Errno::IO.into()),
                Ok(count) => done += count,
                Err(Errno::AGAIN) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(done)
    }

    /// Writes what was kept.
    fn drain(&mut self) -> Result<(), Stop> {
        let mut kept = std::mem::take(&mut self.kept);
        let done = self.write_while_taken(&kept)?;
        kept.drain(..done);
        self.kept = kept;
        Ok(())
    }
}

/// Writes to the end in one step, so that what others append is not overwritten.
fn append(fd: &OwnedFd, bytes: &[u8]) -> Result<usize, Errno> {
    let written = retry_on_intr(|| pwritev2(fd, &[IoSlice::new(bytes)], 0, ReadWriteFlags::APPEND));
    match written {
        // Linux before 4.16, and file systems that do not know the flag. It takes two steps there.
        Err(Errno::NOSYS | Errno::OPNOTSUPP) => {
            let end = Stat::from(fstat(fd)?).size;
            write_at(fd.as_fd(), bytes, end)
        }
        written => written,
    }
}

impl OutputStream for FileOutput {
    fn check_write(&mut self) -> Result<u64, Stop> {
        if !self.kept.is_empty() {
            self.drain()?;
        }
        match self.kind {
            _ if !self.kept.is_empty() => Ok(0),
            Kind::RegularFile | Kind::BlockDevice => Ok(PERMIT),
            _ => Ok(PIPE_PERMIT),
        }
    }

    fn write(&mut self, bytes: &[u8], _: Mode) -> Result<(), Stop> {
        // What comes later is kept too, so that all stays in order.
        let done = if self.kept.is_empty() { self.write_while_taken(bytes)? } else { 0 };
        self.kept.extend_from_slice(&bytes[done..]);
        Ok(())
    }

    fn flush(&mut self, _: Mode) -> Result<(), Stop> {
        if self.kept.is_empty() { Ok(()) } else { self.drain() }
    }

    fn pollable(&self) -> Pollable {
        pollable(&self.fd, self.kind, PollFlags::OUT)
    }

    fn end(&mut self) -> Option<End<'_>> {
        self.kept.is_empty().then(|| end(&self.fd, &mut self.position)).flatten()
    }
}
