//! Linear memories: a reservation that covers every 32-bit address and the guard, of which a prefix is accessible.

use super::address_space::AddressSpace;
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
    /// Makes a memory of its initial size and fills in its definition. `limit` is the greatest size in bytes that the
    /// store allows.
    ///
    /// # Safety
    ///
    /// `def` must be valid for writes for as long as the memory lives.
    pub(crate) unsafe fn new(def: *mut MemoryDef, limits: MemoryLimits, limit: u64) -> io::Result<Self> {
        let too_large = || io::Error::new(io::ErrorKind::OutOfMemory, "the initial size exceeds the limit");
        let size =
            bytes(limits.min, limits.page_log2).filter(|s| *s <= limit.min(RESERVATION)).ok_or_else(too_large)?;
        let space = AddressSpace::reserve(RESERVATION + GUARD)?;
        space.make_writable(0..size as usize)?;
        // SAFETY: the caller vouches for `def`.
        unsafe { def.write(MemoryDef { base: space.base(), len: size }) };
        Ok(LinearMemory { space, def, limits })
    }

    /// The current size in bytes.
    pub(crate) fn len(&self) -> u64 {
        // SAFETY: the definition lives as long as the memory, as `new`'s caller promised.
        unsafe { (*self.def).len }
    }

    /// The current size in pages.
    pub(crate) fn pages(&self) -> u64 {
        self.len() >> self.limits.page_log2
    }

    /// `memory.grow`: the old size in pages, or `None` when a limit or the system refuses.
    pub(crate) fn grow(&mut self, delta: u64, limit: u64) -> Option<u64> {
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

    #[test]
    fn grows_in_place_up_to_its_limits() {
        let mut def = MemoryDef { base: std::ptr::null_mut(), len: 0 };
        // SAFETY: `def` outlives the memory.
        let mut memory = unsafe { LinearMemory::new(&mut def, limits(1, Some(4)), RESERVATION) }.unwrap();
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
        let mut def = MemoryDef { base: std::ptr::null_mut(), len: 0 };
        // SAFETY: `def` outlives both.
        unsafe {
            assert_eq!(LinearMemory::new(&mut def, limits(0, None), RESERVATION).unwrap().pages(), 0);
            assert!(LinearMemory::new(&mut def, limits(u64::MAX, None), RESERVATION).is_err());
        }
    }
}
