//! An open file or directory, and what can be done with it without a path.
//!
//! It must not know of paths.

use super::listing::Listing;
use super::resolve::Resolver;
use super::rights::{Integrity, Rights};
use super::stat::{HashKey, Kind, MetadataHash, NewTime, Stat};
use super::stream::{FileInput, FileOutput};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::fs::{fadvise, fdatasync, fstat, fsync, ftruncate, futimens, openat};
use rustix::io::{Errno, pread, pwrite, retry_on_intr};
use std::num::NonZeroU64;
use std::sync::{Arc, OnceLock};

pub use rustix::fs::Advice;

/// A file or directory that is open, with what may be done with it: `descriptor`.
///
/// Its rights never grow. They are within its ceiling, and the ceiling is that of the directory
/// that it was found in.
#[derive(Debug)]
pub struct Descriptor {
    pub(super) fd: Arc<OwnedFd>,
    /// What may be done with it.
    pub(super) rights: Rights,
    /// What may be done with what is found in it.
    pub(super) ceiling: Rights,
    pub(super) sync: Integrity,
    pub(super) resolver: Resolver,
    /// Once somebody has asked.
    kind: OnceLock<Kind>,
}

impl Descriptor {
    /// Opens a directory of the host, for a guest to use it and what lies beneath it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn preopen(path: impl AsRef<std::path::Path>, rights: Rights) -> Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = retry_on_intr(|| open_host(path.as_ref(), flags))?;
        let resolver = Resolver::for_system(&fd);
        Ok(Descriptor::new(fd, rights, rights, Integrity::default(), resolver))
    }

    /// The same with a way of its own to keep paths beneath it.
    pub fn with_resolver(self, resolver: Resolver) -> Self {
        Descriptor { resolver, ..self }
    }

    pub(super) fn new(fd: OwnedFd, rights: Rights, ceiling: Rights, sync: Integrity, resolver: Resolver) -> Self {
        let rights = rights.both(ceiling);
        Descriptor { fd: Arc::new(fd), rights, ceiling, sync, resolver, kind: OnceLock::new() }
    }

    /// Another descriptor of the same file, with the same rights. They share one open file of the
    /// system.
    pub fn share(&self) -> Self {
        Descriptor { fd: self.fd.clone(), kind: self.kind.clone(), ..*self }
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// What may be done with it. Of `mutate` only directories tell a guest: `get-flags`.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// When writes are on the disk: `get-flags`.
    pub fn integrity(&self) -> Integrity {
        self.sync
    }

    /// What it is: `get-type`.
    pub fn kind(&self) -> Result<Kind, Errno> {
        match self.kind.get() {
            Some(kind) => Ok(*kind),
            None => self.stat().map(|stat| stat.kind),
        }
    }

    /// Its attributes: `stat`.
    pub fn stat(&self) -> Result<Stat, Errno> {
        let stat = Stat::from(fstat(&self.fd)?);
        let _ = self.kind.set(stat.kind);
        Ok(stat)
    }

    /// Does another stand for the same object? `is-same-object`. Errors are a no.
    pub fn is_same_object(&self, other: &Descriptor) -> bool {
        match (self.stat(), other.stat()) {
            (Ok(this), Ok(other)) => this.identity == other.identity,
            _ => false,
        }
    }

    /// A hash of what is known of it: `metadata-hash`.
    pub fn metadata_hash(&self, key: &HashKey) -> Result<MetadataHash, Errno> {
        self.stat().map(|stat| key.hash(&stat))
    }

    /// `EBADF` unless it may be read.
    pub(super) fn needs_read(&self) -> Result<(), Errno> {
        self.rights.read.then_some(()).ok_or(Errno::BADF)
    }

    /// `EBADF` unless it may be written.
    fn needs_write(&self) -> Result<(), Errno> {
        self.rights.write.then_some(()).ok_or(Errno::BADF)
    }

    /// `EROFS` unless names and metadata may be changed.
    pub(super) fn needs_mutate(&self) -> Result<(), Errno> {
        self.rights.mutate.then_some(()).ok_or(Errno::ROFS)
    }

    /// How many of `len` bytes from `offset` on a read gives now, if that is known to be any: of
    /// regular files it is. Others may change the file meanwhile, so a read may give fewer. Some
    /// files of the system say that they are empty and are not.
    pub fn available(&self, len: u64, offset: u64) -> Result<Option<u64>, Errno> {
        self.needs_read()?;
        let stat = self.stat()?;
        let left = stat.size.saturating_sub(offset);
        Ok((stat.kind == Kind::RegularFile && left > 0).then(|| len.min(left)))
    }

    /// Reads from `offset` on: `read`. It reads less than there is room for at the end, and
    /// nothing there is left.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for reading, `EINVAL` for an offset over 2^63 - 1. Else what
    /// the system says.
    pub fn read(&self, room: &mut [u8], offset: u64) -> Result<usize, Errno> {
        self.needs_read()?;
        read_at(self.fd(), room, offset)
    }

    /// Writes from `offset` on, and says how much it has written: `write`.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for writing, `EINVAL` for an offset over 2^63 - 1. Else what
    /// the system says.
    pub fn write(&self, bytes: &[u8], offset: u64) -> Result<usize, Errno> {
        self.needs_write()?;
        write_at(self.fd(), bytes, offset)
    }

    /// A stream of what is in it from `offset` on: `read-via-stream`.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for reading, `EISDIR` if it is a directory, `ESPIPE` for an
    /// offset where there is no such thing.
    pub fn read_via_stream(&self, offset: u64) -> Result<FileInput, Errno> {
        self.needs_read()?;
        FileInput::new(self.fd.clone(), self.stream_kind(offset)?, offset)
    }

    /// A stream that writes from `offset` on: `write-via-stream`.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for writing, `ESPIPE` for an offset where there is no such
    /// thing.
    pub fn write_via_stream(&self, offset: u64) -> Result<FileOutput, Errno> {
        self.needs_write()?;
        Ok(FileOutput::at(self.fd.clone(), self.stream_kind(offset)?, offset))
    }

    /// A stream each of whose writes goes to the end, wherever that is then: `append-via-stream`.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for writing.
    pub fn append_via_stream(&self) -> Result<FileOutput, Errno> {
        self.needs_write()?;
        Ok(FileOutput::append(self.fd.clone(), self.stream_kind(0)?))
    }

    /// What a stream of it is a stream of.
    fn stream_kind(&self, offset: u64) -> Result<Kind, Errno> {
        match self.kind()? {
            Kind::Directory => Err(Errno::ISDIR),
            Kind::Fifo | Kind::Socket if offset != 0 => Err(Errno::SPIPE),
            kind => Ok(kind),
        }
    }

    /// The names in a directory: `read-directory`.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for reading, `ENOTDIR` if it is no directory.
    pub fn read_directory(&self) -> Result<Listing, Errno> {
        self.needs_read()?;
        Listing::of(self.fd())
    }

    /// Cuts a file, or fills it up with zeros: `set-size`.
    ///
    /// # Errors
    ///
    /// `EBADF` if it was not opened for writing. Else what the system says.
    pub fn set_size(&self, size: u64) -> Result<(), Errno> {
        self.needs_write()?;
        retry_on_intr(|| ftruncate(&self.fd, size))
    }

    /// Sets times: `set-times`. A file needs not be open for writing for it.
    ///
    /// # Errors
    ///
    /// `EROFS` if metadata must not be changed. Else what the system says.
    pub fn set_times(&self, accessed: NewTime, modified: NewTime) -> Result<(), Errno> {
        self.needs_mutate()?;
        futimens(&self.fd, &NewTime::timestamps(accessed, modified)?)
    }

    /// Waits until data are on the disk: `sync-data`. Nothing happens if nothing can have been
    /// written.
    pub fn sync_data(&self) -> Result<(), Errno> {
        if self.may_have_written() { retry_on_intr(|| fdatasync(&self.fd)) } else { Ok(()) }
    }

    /// Waits until data and metadata are on the disk: `sync`.
    pub fn sync(&self) -> Result<(), Errno> {
        if self.may_have_written() { retry_on_intr(|| fsync(&self.fd)) } else { Ok(()) }
    }

    /// Files were written if they could be. Directories were, if names could be changed.
    fn may_have_written(&self) -> bool {
        self.rights.write || self.rights.mutate && self.kind() == Ok(Kind::Directory)
    }

    /// Says how a stretch of the file will be used: `advise`. A length of 0 is up to the end.
    pub fn advise(&self, offset: u64, len: u64, advice: Advice) -> Result<(), Errno> {
        retry_on_intr(|| fadvise(&self.fd, offset, NonZeroU64::new(len), advice))
    }
}

fn open_host(path: &std::path::Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    openat(CWD, path, flags, Mode::empty())
}

/// Reads from an offset on. A read that would end past the last possible offset ends there.
pub(super) fn read_at(fd: BorrowedFd<'_>, room: &mut [u8], offset: u64) -> Result<usize, Errno> {
    let len = room.len().min(possible(offset)?);
    retry_on_intr(|| pread(fd, &mut room[..len], offset))
}

/// Writes from an offset on. A write that would end past the last possible offset ends there, and
/// is refused if it would begin there.
pub(super) fn write_at(fd: BorrowedFd<'_>, bytes: &[u8], offset: u64) -> Result<usize, Errno> {
    let len = bytes.len().min(possible(offset)?);
    if len == 0 && !bytes.is_empty() {
        return Err(Errno::FBIG);
    }
    retry_on_intr(|| pwrite(fd, &bytes[..len], offset))
}

/// How many bytes a file may have from an offset on, or the most that there can be in memory. The
/// system counts in signed numbers.
fn possible(offset: u64) -> Result<usize, Errno> {
    let bytes = (i64::MAX as u64).checked_sub(offset).ok_or(Errno::INVAL)?;
    Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
}
