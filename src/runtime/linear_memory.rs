//! Linear memories: a reservation of address space, of which a prefix is accessible. It does not move. That of a guarded
//! memory covers every 32-bit address and the guard.

use super::address_space::AddressSpace;
use crate::block::MemoryDef;
use crate::block::memory::{GUARD, RESERVATION, is_guarded};
use crate::object::artifact::MemoryLimits;
use std::io;

/// A linear memory. What compiled code knows of it is in its [`MemoryDef`], which this updates.
#[derive(Debug)]
pub(crate) struct LinearMemory {
    space: AddressSpace,
    def: *mut MemoryDef,
    /// The greatest size, in bytes, for which there is address space.
    capacity: u64,
    guarded: bool,
    /// Its type; `min` is the initial size.
    pub(crate) limits: MemoryLimits,
}

impl LinearMemory {
    /// Makes a memory of its initial size and fills in its definition. `reservation` is what its code was compiled for, in
    /// bytes; `limit` is the greatest size in bytes that the store allows.
    ///
    /// # Safety
    ///
    /// `def` must be valid for writes for as long as the memory lives.
    pub(crate) unsafe fn new(
        def: *mut MemoryDef,
        limits: MemoryLimits,
        reservation: u64,
        limit: u64,
    ) -> io::Result<Self> {
        let too_large = || io::Error::new(io::ErrorKind::OutOfMemory, "the initial size exceeds the limit");
        let greatest = if limits.memory64 { u64::MAX } else { RESERVATION };
        let size =
            bytes(limits.min, limits.page_log2).filter(|size| *size <= limit.min(greatest)).ok_or_else(too_large)?;
        let guarded = is_guarded(reservation, limits.memory64, limits.page_log2.into());
        let (capacity, guard) = if guarded {
            (RESERVATION, GUARD)
        } else {
            let greatest = limits.max.and_then(|max| bytes(max, limits.page_log2)).unwrap_or(greatest).min(greatest);
            (reservation.min(greatest).max(size), 0)
        };
        let space = AddressSpace::reserve(capacity.checked_add(guard).ok_or_else(too_large)?)?;
        space.make_writable(0..size as usize)?;
        // SAFETY: the caller vouches for `def`.
        unsafe { def.write(MemoryDef { base: space.base(), len: size }) };
        Ok(LinearMemory { space, def, capacity, guarded, limits })
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

    /// May code rely on the guard in place of a bounds check?
    pub(crate) fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// `memory.grow`: the old size in pages, or `None` when a limit or the system refuses.
    pub(crate) fn grow(&mut self, delta: u64, limit: u64) -> Option<u64> {
        let old = self.pages();
        let new = old.checked_add(delta)?;
        if self.limits.max.is_some_and(|max| new > max) {
            return None;
        }
        let size = bytes(new, self.limits.page_log2).filter(|size| *size <= limit.min(self.capacity))?;
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

    /// Without a limit of the store.
    fn make(def: &mut MemoryDef, limits: MemoryLimits, reservation: u64) -> io::Result<LinearMemory> {
        // SAFETY: in these tests definitions outlive memories.
        unsafe { LinearMemory::new(def, limits, reservation, u64::MAX) }
    }

    const NO_DEF: MemoryDef = MemoryDef { base: std::ptr::null_mut(), len: 0 };

    #[test]
    fn grows_in_place_up_to_its_limits() {
        let mut def = NO_DEF;
        let mut memory = make(&mut def, limits(1, Some(4)), RESERVATION).unwrap();
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
        let (mut def, memory64) = (NO_DEF, |min| MemoryLimits { memory64: true, ..limits(min, None) });
        assert_eq!(make(&mut def, limits(0, None), RESERVATION).unwrap().pages(), 0);
        assert!(make(&mut def, limits(65537, None), RESERVATION).is_err());
        assert!(make(&mut def, limits(u64::MAX, None), RESERVATION).is_err());
        assert!(make(&mut def, memory64(u64::MAX), RESERVATION).is_err());
        assert!(make(&mut def, memory64(u64::MAX >> 16), RESERVATION).is_err());
    }

    #[test]
    fn a_small_reservation_bounds_growth() {
        let mut def = NO_DEF;
        let mut memory = make(&mut def, limits(1, Some(9)), 3 << 16).unwrap();
        assert!(!memory.is_guarded());
        assert_eq!((memory.space.len(), memory.capacity), (3 << 16, 3 << 16));
        assert_eq!(memory.grow(3, u64::MAX), None);
        assert_eq!(memory.grow(2, u64::MAX), Some(1));
        assert_eq!(memory.grow(1, u64::MAX), None);
        assert_eq!((memory.grow(0, u64::MAX), memory.pages()), (Some(3), 3));
    }

    #[test]
    fn a_reservation_is_neither_less_than_the_initial_size_nor_more_than_the_greatest() {
        let mut def = NO_DEF;
        let mut capacity = |limits, reservation| make(&mut def, limits, reservation).unwrap().capacity;
        assert_eq!(capacity(limits(2, None), 0), 2 << 16);
        assert_eq!(capacity(limits(0, None), 0), 0);
        assert_eq!(capacity(limits(0, Some(2)), 8 << 16), 2 << 16);
        let small_pages = MemoryLimits { page_log2: 0, ..limits(5, None) };
        assert_eq!(capacity(small_pages, 2 * RESERVATION), RESERVATION);
        assert_eq!(capacity(MemoryLimits { memory64: true, ..limits(5, None) }, 2 * RESERVATION), 2 * RESERVATION);
        assert_eq!(capacity(limits(0, Some(2)), 2 * RESERVATION), RESERVATION);
    }
}
