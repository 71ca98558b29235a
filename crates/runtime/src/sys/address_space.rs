//! Ranges of address space from the operating system: reserved first, made accessible as they are
//! needed.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;

/// A range of pages that belongs to this process until it is dropped.
#[derive(Debug)]
pub(crate) struct AddressSpace {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping is not tied to the thread that made it; what is in it is accessed through raw
// pointers only, whose users answer for synchronisation.
unsafe impl Send for AddressSpace {}
// SAFETY: as above; the methods that take `&self` do not touch the contents.
unsafe impl Sync for AddressSpace {}

impl AddressSpace {
    /// Reserves pages that cannot be accessed yet.
    pub(crate) fn reserve(len: u64) -> io::Result<Self> {
        Self::map(len, libc::PROT_NONE)
    }

    /// Reserves zeroed pages that can be read and written; they take memory when they are first
    /// written.
    pub(crate) fn writable(len: u64) -> io::Result<Self> {
        Self::map(len, libc::PROT_READ | libc::PROT_WRITE)
    }

    fn map(len: u64, protection: libc::c_int) -> io::Result<Self> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let len = len.checked_next_multiple_of(page_size()).ok_or(io::ErrorKind::OutOfMemory)?.max(page_size());
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: an anonymous mapping at an address of the kernel's choice touches nothing that
        // exists.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), len, protection, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(AddressSpace { base, len })
    }

    /// The first byte.
    pub(crate) fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// How many bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Makes the pages of a range readable and writable.
    pub(crate) fn make_writable(&self, range: Range<usize>) -> io::Result<()> {
        self.protect(range, libc::PROT_READ | libc::PROT_WRITE)
    }

    /// Takes back the pages of a range, but for one that begins before it: they cannot be accessed
    /// until they are made writable again, and are zero then.
    pub(crate) fn make_inaccessible(&self, range: Range<usize>) -> io::Result<()> {
        let (start, end) = (range.start.next_multiple_of(page_size()), range.end.next_multiple_of(page_size()));
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        self.replace(start..end, libc::PROT_NONE, flags, -1, 0)
    }

    /// Maps a part of a file as private pages that can be read and written. Range and offset are
    /// whole pages.
    pub(crate) fn map_file(&self, range: Range<usize>, file: &File, offset: u64) -> io::Result<()> {
        let offset = libc::off_t::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        self.replace(range, protection, libc::MAP_PRIVATE | libc::MAP_NORESERVE, file.as_raw_fd(), offset)
    }

    /// Replaces whole pages of this mapping by another one.
    fn replace(
        &self,
        range: Range<usize>,
        protection: libc::c_int,
        flags: libc::c_int,
        file: libc::c_int,
        offset: libc::off_t,
    ) -> io::Result<()> {
        let whole = range.start.is_multiple_of(page_size()) && range.end.is_multiple_of(page_size());
        assert!(whole && range.end <= self.len, "a mapping outside the reservation");
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: the range lies inside this mapping, whose pages are ours to replace.
        let mapped = unsafe {
            let start = self.base().add(range.start).cast();
            libc::mmap(start, range.len(), protection, flags | libc::MAP_FIXED, file, offset)
        };
        if mapped == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Forgets what was written to the pages that a range touches: they are zero again, or what the
    /// file has.
    pub(crate) fn discard(&self, range: Range<usize>) -> io::Result<()> {
        let start = range.start - range.start % page_size();
        let end = range.end.next_multiple_of(page_size());
        assert!(end <= self.len, "a range outside the reservation");
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: the range lies inside this mapping, and nobody relies on what is in it.
        match unsafe { libc::madvise(self.base().add(start).cast(), end - start, libc::MADV_DONTNEED) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Makes the pages of a range readable and executable, and no longer writable.
    pub(crate) fn make_executable(&self, range: Range<usize>) -> io::Result<()> {
        self.protect(range, libc::PROT_READ | libc::PROT_EXEC)
    }

    fn protect(&self, range: Range<usize>, protection: libc::c_int) -> io::Result<()> {
        let start = range.start - range.start % page_size();
        let end = range.end.next_multiple_of(page_size());
        assert!(start <= end && end <= self.len, "protection outside the reservation");
        if start == end {
            return Ok(());
        }
        // SAFETY: the range lies inside this mapping.
        match unsafe { libc::mprotect(self.base().add(start).cast(), end - start, protection) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for AddressSpace {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and whoever holds addresses in it promised not to use them
        // after this.
        unsafe { libc::munmap(self.base().cast(), self.len) };
    }
}

/// The size of a page.
pub(crate) fn page_size() -> usize {
    static SIZE: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    // SAFETY: `sysconf` has no preconditions.
    *SIZE.get_or_init(|| unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_becomes_writable_in_part() {
        let space = AddressSpace::reserve(1 << 32).unwrap();
        space.make_writable(0..1).unwrap();
        // SAFETY: the first page was just made writable.
        unsafe {
            space.base().write(7);
            assert_eq!(space.base().read(), 7);
            assert_eq!(space.base().add(page_size() - 1).read(), 0);
        }
    }

    #[test]
    fn pages_that_are_taken_back_are_zero() {
        let (space, page) = (AddressSpace::reserve(1 << 20).unwrap(), page_size());
        let written = || {
            space.make_writable(0..3 * page).unwrap();
            // SAFETY: the pages were just made writable.
            let bytes = unsafe { std::slice::from_raw_parts_mut(space.base(), 3 * page) };
            let ends: Vec<u8> = bytes.chunks(page).map(|page| page[page.len() - 1]).collect();
            bytes.fill(1);
            ends
        };
        assert_eq!(written(), [0, 0, 0]);
        space.make_inaccessible(1..3 * page).unwrap();
        assert_eq!(written(), [1, 0, 0]);
        space.discard(0..page + 1).unwrap();
        assert_eq!(written(), [0, 0, 1]);
    }

    #[test]
    fn an_absurd_length_is_an_error() {
        assert!(AddressSpace::reserve(u64::MAX).is_err());
    }
}
