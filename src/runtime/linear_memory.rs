//! Linear memories: a reservation that covers every 32-bit address and the guard, of which a prefix is accessible.

use super::address_space::AddressSpace;
use super::memory_image::{Contents, ImageFile};
use crate::block::MemoryDef;
use crate::block::memory::{GUARD, RESERVATION};
use crate::object::artifact::MemoryLimits;
use std::io;

/// A linear memory. What compiled code knows of it is in its [`MemoryDef`], which this updates.
#[derive(Debug)]
pub(crate) struct LinearMemory {
    space: AddressSpace,
    def: *mut MemoryDef,
    /// Its type; `min` is the initial size.
    pub(crate) limits: MemoryLimits,
}

impl LinearMemory {
    /// Makes a memory of its initial size, with what is mapped of its contents. It counts once it is [defined](Self::define).
    ///
    /// # Safety
    ///
    /// `def` must be valid for reads and writes for as long as methods of the memory are called.
    pub(crate) unsafe fn new(
        def: *mut MemoryDef,
        limits: MemoryLimits,
        contents: &Contents,
        file: Option<&ImageFile>,
    ) -> io::Result<Self> {
        let size = initial_size(&limits, RESERVATION).ok_or_else(too_large)?;
        let space = AddressSpace::reserve(RESERVATION + GUARD)?;
        space.make_writable(0..size as usize)?;
        if let (Contents::Mapped(runs), Some(file)) = (contents, file) {
            file.map(&space, runs)?;
        }
        Ok(LinearMemory { space, def, limits })
    }

    /// Fills in the definition of a memory that has its initial size.
    pub(crate) fn define(&self) {
        let owner = std::ptr::from_ref(self).cast();
        let len = initial_size(&self.limits, RESERVATION).expect("checked in `new`");
        // SAFETY: the definition is valid, as `new`'s caller promised.
        unsafe { self.def.write(MemoryDef { base: self.space.base(), len, owner }) };
    }

    /// The memory that has this definition.
    ///
    /// # Safety
    ///
    /// `def` must have been filled in by [`LinearMemory::define`] of a memory that is still there for `'a`, and has not moved.
    pub(crate) unsafe fn of<'a>(def: *const MemoryDef) -> &'a Self {
        // SAFETY: the caller vouches for it.
        unsafe { &*(*def).owner.cast() }
    }

    /// The first byte.
    pub(crate) fn base(&self) -> *mut u8 {
        self.space.base()
    }

    /// The current size in bytes.
    pub(crate) fn len(&self) -> u64 {
        // SAFETY: the definition is valid, as `new`'s caller promised.
        unsafe { (*self.def).len }
    }

    /// The current size in pages.
    pub(crate) fn pages(&self) -> u64 {
        self.len() >> self.limits.page_log2
    }

    /// `memory.grow`: the old size in pages, or `None` when a limit or the system refuses.
    pub(crate) fn grow(&self, delta: u64, limit: u64) -> Option<u64> {
        let old = self.pages();
        let new = old.checked_add(delta)?;
        if self.limits.max.is_some_and(|max| new > max) {
            return None;
        }
        let size = bytes(new, self.limits.page_log2).filter(|size| *size <= limit.min(RESERVATION))?;
        self.space.make_writable(self.len() as usize..size as usize).ok()?;
        // SAFETY: as in `len`.
        unsafe { (*self.def).len = size };
        Some(old)
    }

    /// Forgets everything that was written, and all growth: what is mapped is there again, all else is zero.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let initial = initial_size(&self.limits, RESERVATION).ok_or_else(too_large)? as usize;
        self.space.make_inaccessible(initial..self.len() as usize)?;
        self.space.discard(0..initial)
    }
}

/// The initial size in bytes, if it is not larger than `limit`.
pub(crate) fn initial_size(limits: &MemoryLimits, limit: u64) -> Option<u64> {
    bytes(limits.min, limits.page_log2).filter(|size| *size <= limit.min(RESERVATION))
}

/// The error for a memory whose initial size is not allowed.
pub(crate) fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, "the initial size exceeds the limit")
}

fn bytes(pages: u64, page_log2: u8) -> Option<u64> {
    pages.checked_mul(1u64.checked_shl(u32::from(page_log2))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(min: u64, max: Option<u64>) -> MemoryLimits {
        MemoryLimits { min, max, memory64: false, page_log2: 16 }
    }

    fn undefined() -> MemoryDef {
        MemoryDef { base: std::ptr::null_mut(), len: 0, owner: std::ptr::null() }
    }

    #[test]
    fn grows_in_place_up_to_its_limits() {
        let mut def = undefined();
        // SAFETY: `def` outlives the memory.
        let memory = unsafe { LinearMemory::new(&mut def, limits(1, Some(4)), &Contents::Zero, None) }.unwrap();
        memory.define();
        let base = memory.space.base();
        // SAFETY: the first page is accessible.
        unsafe { base.add(65535).write(1) };
        assert_eq!(memory.grow(1, RESERVATION), Some(1));
        assert_eq!(memory.grow(0, RESERVATION), Some(2));
        // SAFETY: the second page is accessible now.
        unsafe { base.add(131_071).write(1) };
        assert_eq!(memory.grow(1, 2 << 16), None);
        assert_eq!(memory.grow(3, RESERVATION), None);
        assert_eq!(memory.grow(u64::MAX, RESERVATION), None);
        assert_eq!(memory.grow(2, RESERVATION), Some(2));
        assert_eq!((memory.pages(), memory.space.base()), (4, base));
    }

    #[test]
    fn an_empty_memory_can_be_made_and_a_huge_one_cannot() {
        let mut def = undefined();
        // SAFETY: `def` outlives both.
        unsafe {
            let empty = LinearMemory::new(&mut def, limits(0, None), &Contents::Zero, None).unwrap();
            empty.define();
            assert_eq!(empty.pages(), 0);
            empty.reset().unwrap();
            assert!(LinearMemory::new(&mut def, limits(u64::MAX, None), &Contents::Zero, None).is_err());
        }
    }

    #[test]
    fn a_reset_memory_is_as_new() {
        let pieces = [crate::object::artifact::Piece { offset: 65530, start: 0, len: 4 }];
        let (file, contents) = ImageFile::new(&[&pieces], b"data");
        let mut def = undefined();
        // SAFETY: `def` outlives the memory, whose bytes are accessed below its length.
        unsafe {
            let memory = LinearMemory::new(&mut def, limits(1, None), &contents[0], file.as_ref()).unwrap();
            memory.define();
            let bytes = || std::slice::from_raw_parts_mut(memory.base(), memory.len() as usize);
            let fresh = bytes().to_vec();
            assert_eq!(fresh[65528..65536], *b"\0\0data\0\0");
            memory.grow(2, RESERVATION).unwrap();
            bytes().fill(0xee);
            memory.reset().unwrap();
            memory.define();
            assert!(bytes() == fresh, "what was written is still there");
            memory.grow(1, RESERVATION).unwrap();
            assert!(bytes()[65536..].iter().all(|byte| *byte == 0), "what was grown is not zero");
        }
    }
}
