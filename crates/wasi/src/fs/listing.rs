//! The names in a directory, which the system gives in chunks.
//!
//! It must not know what they are wanted for.

use super::stat::{Kind, Stat};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, RawDir, openat, statat};
use rustix::io::{Errno, retry_on_intr};
use std::collections::VecDeque;
use std::ffi::CString;
use std::mem::MaybeUninit;

/// How much the system gives at once, in bytes: some 250 short names.
const CHUNK: usize = 8192;

/// A name in a directory, and what it names: `directory-entry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it names, without following links. Unknown if it is gone meanwhile.
    pub kind: Kind,
    /// Not `.` nor `..`.
    pub name: String,
}

/// The names in a directory, from its beginning on: `directory-entry-stream`.
#[derive(Debug)]
pub struct Listing {
    /// Opened for this listing, so that it has a position of its own.
    fd: OwnedFd,
    /// The rest of the last chunk.
    chunk: VecDeque<(Kind, CString)>,
}

impl Listing {
    /// `ENOTDIR` if the descriptor is no directory's.
    pub(super) fn of(dir: BorrowedFd<'_>) -> Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = retry_on_intr(|| openat(dir, ".", flags, Mode::empty()))?;
        Ok(Listing { fd, chunk: VecDeque::new() })
    }

    /// The next entry: `read-directory-entry`. `None` at the end.
    ///
    /// # Errors
    ///
    /// `EILSEQ` for a name that is not UTF-8. The next call gives the entry after it.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, Errno> {
        if self.chunk.is_empty() {
            self.read_chunk()?;
        }
        let Some((kind, name)) = self.chunk.pop_front() else { return Ok(None) };
        let name = name.into_string().map_err(|_| Errno::ILSEQ)?;
        let kind = match kind {
            Kind::Unknown => self.ask_kind(&name),
            kind => kind,
        };
        Ok(Some(Entry { kind, name }))
    }

    /// Some file systems do not say the kind with the name.
    fn ask_kind(&self, name: &str) -> Kind {
        statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW).map_or(Kind::Unknown, |stat| Stat::from(stat).kind)
    }

    /// Reads chunks up to one that has names of interest. The list stays empty at the end.
    fn read_chunk(&mut self) -> Result<(), Errno> {
        let mut room = [MaybeUninit::uninit(); CHUNK];
        let mut entries = RawDir::new(&self.fd, &mut room);
        while self.chunk.is_empty() || !entries.is_buffer_empty() {
            match entries.next() {
                // The directory itself has been removed.
                None | Some(Err(Errno::NOENT)) => break,
                Some(Err(Errno::INTR)) => {}
                Some(Err(errno)) => return Err(errno),
                Some(Ok(entry)) if matches!(entry.file_name().to_bytes(), b"." | b"..") => {}
                Some(Ok(entry)) => self.chunk.push_back((entry.file_type().into(), entry.file_name().to_owned())),
            }
        }
        Ok(())
    }
}
