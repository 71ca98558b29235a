//! A file that is in memory only, and is never changed once it has been written: its pages are
//! mapped privately.

use super::address_space::AddressSpace;
use std::fs::File;
use std::io;
use std::ops::Range;

/// A sealed file in memory.
#[derive(Debug)]
pub(crate) struct MemoryFile(File);

/// A file in memory that is being written.
#[derive(Debug)]
pub(crate) struct OpenMemoryFile(File);

impl MemoryFile {
    /// Makes a file of `len` bytes, zero but for what `write` writes. From then on nobody can
    /// change it. Where there are no such files that is an error.
    #[cfg(target_os = "linux")]
    pub(crate) fn new(len: u64, write: impl FnOnce(&OpenMemoryFile) -> io::Result<()>) -> io::Result<Self> {
        use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
        // SAFETY: the name is a C string; the descriptor that it returns is nobody else's.
        let file = unsafe {
            match libc::memfd_create(c"cantilever-data".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) {
                -1 => return Err(io::Error::last_os_error()),
                fd => OpenMemoryFile(File::from(OwnedFd::from_raw_fd(fd))),
            }
        };
        file.0.set_len(len)?;
        write(&file)?;
        let seals = libc::F_SEAL_SEAL | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;
        // SAFETY: the descriptor is open. From here on nobody can change what is mapped.
        match unsafe { libc::fcntl(file.0.as_raw_fd(), libc::F_ADD_SEALS, seals) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(MemoryFile(file.0)),
        }
    }

    /// There are no such files.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new(_: u64, _: impl FnOnce(&OpenMemoryFile) -> io::Result<()>) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Maps the file, from the offset `at` on, in the place of a range of some address space. All
    /// are multiples of the page size.
    pub(crate) fn map(&self, space: &AddressSpace, range: Range<usize>, at: u64) -> io::Result<()> {
        space.map_file(range, &self.0, at)
    }

    /// Its length in bytes.
    #[cfg(test)]
    pub(crate) fn len(&self) -> u64 {
        self.0.metadata().expect("the file is open").len()
    }
}

impl OpenMemoryFile {
    /// Writes bytes at an offset.
    pub(crate) fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        use std::os::unix::fs::FileExt;
        self.0.write_all_at(bytes, at)
    }
}
