//! Linear memories: a reservation of address space, of which a prefix is accessible. It does not
//! move. That of a guarded memory covers every 32-bit address and the guard.

use super::contents::{Contents, ImageFile};
use crate::sys::address_space::AddressSpace;
use cantilever_abi::block::MemoryDef;
use cantilever_abi::block::memory::{GUARD, RESERVATION, is_guarded};
use cantilever_object::artifact::MemoryLimits;
use std::io;

/// The size of the widest access, less the byte that must lie outside.
const WIDEST: usize = 15;

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
    /// Makes a memory of its initial size, with what is mapped of its contents. It counts once it
    /// is [defined](Self::define). `reservation` is what its code was compiled for, in bytes.
    ///
    /// # Safety
    ///
    /// `def` must be valid for reads and writes for as long as methods of the memory are called.
    pub(crate) unsafe fn new(
        def: *mut MemoryDef,
        limits: MemoryLimits,
        reservation: u64,
        contents: &Contents,
        file: Option<&ImageFile>,
    ) -> io::Result<Self> {
        let size = initial_size(&limits).ok_or_else(too_large)?;
        let guarded = is_guarded(reservation, limits.memory64, limits.page_log2.into());
        let (capacity, guard) = if guarded {
            (RESERVATION, GUARD)
        } else {
            let greatest = greatest_size(&limits);
            let greatest = limits.max.and_then(|max| bytes(max, limits.page_log2)).unwrap_or(greatest).min(greatest);
            (reservation.min(greatest).max(size), 0)
        };
        let space = AddressSpace::reserve(capacity.checked_add(guard).ok_or_else(too_large)?)?;
        space.make_writable(0..size as usize)?;
        if let (Contents::Mapped(runs), Some(file)) = (contents, file) {
            file.map(&space, runs)?;
        }
        Ok(LinearMemory { space, def, capacity, guarded, limits })
    }

    /// Fills in the definition of a memory that has its initial size.
    pub(crate) fn define(&self) {
        let owner = std::ptr::from_ref(self).cast();
        let len = initial_size(&self.limits).expect("checked in `new`");
        // SAFETY: the definition is valid, as `new`'s caller promised.
        unsafe { self.def.write(MemoryDef { base: self.space.base(), len, owner }) };
    }

    /// The memory that has this definition.
    ///
    /// # Safety
    ///
    /// `def` must have been filled in by [`LinearMemory::define`] of a memory that is still there
    /// for `'a`, and has not moved.
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

    /// How much address space it has, in reservations of whole 32-bit memories.
    pub(crate) fn reservations(&self) -> usize {
        self.capacity.div_ceil(RESERVATION).max(1) as usize
    }

    /// The current size in pages.
    pub(crate) fn pages(&self) -> u64 {
        self.len() >> self.limits.page_log2
    }

    /// May code rely on the guard in place of a bounds check?
    pub(crate) fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// Does this address lie where accesses of code that relies on the guard fault? Safe in a
    /// signal handler.
    pub(crate) fn is_guard(&self, address: usize) -> bool {
        let Some(offset) = address.checked_sub(self.base() as usize) else { return false };
        // An access that goes beyond the end may be reported by its first byte.
        self.guarded && offset + WIDEST > self.len() as usize && offset < self.space.len()
    }

    /// `memory.grow`: the old size in pages, or `None` when a limit or the system refuses.
    pub(crate) fn grow(&self, delta: u64, limit: u64) -> Option<u64> {
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

    /// Forgets everything that was written, and all growth: what is mapped is there again, all else
    /// is zero.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let initial = initial_size(&self.limits).ok_or_else(too_large)? as usize;
        self.space.make_inaccessible(initial..self.len() as usize)?;
        self.space.discard(0..initial)
    }
}

/// The initial size in bytes, `u64::MAX` if it is greater.
pub(crate) fn initial_bytes(limits: &MemoryLimits) -> u64 {
    bytes(limits.min, limits.page_log2).unwrap_or(u64::MAX)
}

/// The initial size in bytes, if a memory has addresses for it.
fn initial_size(limits: &MemoryLimits) -> Option<u64> {
    bytes(limits.min, limits.page_log2).filter(|size| *size <= greatest_size(limits))
}

/// The greatest size in bytes for which a memory has addresses.
fn greatest_size(limits: &MemoryLimits) -> u64 {
    if limits.memory64 { u64::MAX } else { RESERVATION }
}

/// The error for a memory whose initial size no memory can have.
fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, "there are no addresses for its initial size")
}

/// A memory with these limits, in words.
#[cold]
pub(crate) fn describe(limits: &MemoryLimits) -> String {
    format!("a linear memory of {} bytes", initial_bytes(limits))
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

    /// Makes and defines a memory without contents.
    fn make(def: &mut MemoryDef, limits: MemoryLimits, reservation: u64) -> io::Result<Box<LinearMemory>> {
        // SAFETY: in these tests definitions outlive memories.
        let memory = unsafe { LinearMemory::new(def, limits, reservation, &Contents::Zero, None) }?;
        let memory = Box::new(memory);
        memory.define();
        Ok(memory)
    }

    const NO_DEF: MemoryDef = MemoryDef { base: std::ptr::null_mut(), len: 0, owner: std::ptr::null() };

    #[test]
    fn grows_in_place_up_to_its_limits() {
        let mut def = NO_DEF;
        let memory = make(&mut def, limits(1, Some(4)), RESERVATION).unwrap();
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
        let memory = make(&mut def, limits(1, Some(9)), 3 << 16).unwrap();
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

    #[test]
    fn a_reset_memory_is_as_new() {
        let pieces = [cantilever_object::artifact::Piece { offset: 65530, start: 0, len: 4 }];
        let (file, contents) = ImageFile::new(&[&pieces], b"data");
        let mut def = NO_DEF;
        // SAFETY: `def` outlives the memory, whose bytes are accessed below its length.
        unsafe {
            let memory =
                LinearMemory::new(&mut def, limits(1, None), RESERVATION, &contents[0], file.as_ref()).unwrap();
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
