//! Ranges of address space from the operating system: reserved first, made accessible as they are needed.

use std::io;
use std::ops::Range;
use std::ptr::NonNull;

/// A range of pages that belongs to this process until it is dropped.
#[derive(Debug)]
pub(crate) struct AddressSpace {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping is not tied to the thread that made it; what is in it is accessed through raw pointers only, whose
// users answer for synchronisation.
unsafe impl Send for AddressSpace {}
// SAFETY: as above; the methods that take `&self` do not touch the contents.
unsafe impl Sync for AddressSpace {}

impl AddressSpace {
    /// Reserves pages that cannot be accessed yet.
    pub(crate) fn reserve(len: u64) -> io::Result<Self> {
        Self::map(len, libc::PROT_NONE)
    }

    /// Reserves zeroed pages that can be read and written; they take memory when they are first written.
    pub(crate) fn writable(len: u64) -> io::Result<Self> {
        Self::map(len, libc::PROT_READ | libc::PROT_WRITE)
    }

    fn map(len: u64, protection: libc::c_int) -> io::Result<Self> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let len = len.checked_next_multiple_of(page_size()).ok_or(io::ErrorKind::OutOfMemory)?.max(page_size());
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: an anonymous mapping at an address of the kernel's choice touches nothing that exists.
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
        // SAFETY: the mapping is ours, and whoever holds addresses in it promised not to use them after this.
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
    fn an_absurd_length_is_an_error() {
        assert!(AddressSpace::reserve(u64::MAX).is_err());
    }
}
