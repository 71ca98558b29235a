//! Core tables: arrays of 8-byte references that can move when they grow.

use cantilever_abi::block::TableDef;
use cantilever_object::artifact::TableLimits;
use std::alloc::Layout;
use std::cell::Cell;
use std::io;

/// Clearing more elements than this takes longer than new memory for them.
const MAX_CLEARED: usize = 1 << 14;

/// A table. What compiled code knows of it is in its [`TableDef`], which this updates.
#[derive(Debug)]
pub(crate) struct Table {
    def: *mut TableDef,
    /// The elements; the same address as the definition's.
    base: Cell<*mut u64>,
    /// How many elements there is room for.
    capacity: Cell<usize>,
    /// Its type; `min` is the initial size.
    pub(crate) limits: TableLimits,
}

impl Table {
    /// Makes a table of its initial size, all null. It counts once it is [defined](Self::define).
    ///
    /// # Safety
    ///
    /// `def` must be valid for reads and writes whenever a method is called.
    pub(crate) unsafe fn new(def: *mut TableDef, limits: TableLimits) -> io::Result<Self> {
        let size = usize::try_from(limits.min).map_err(|_| too_large())?;
        let base = allocate(size).ok_or_else(too_large)?;
        Ok(Table { def, base: Cell::new(base), capacity: Cell::new(size), limits })
    }

    /// Fills in the definition of a table that has its initial size.
    pub(crate) fn define(&self) {
        let owner = std::ptr::from_ref(self).cast();
        // SAFETY: the definition is valid, as `new`'s caller promised.
        unsafe { self.def.write(TableDef { base: self.base.get(), len: self.limits.min, owner }) };
    }

    /// The table that has this definition.
    ///
    /// # Safety
    ///
    /// `def` must have been filled in by [`Table::define`] of a table that is still there for `'a`,
    /// and has not moved.
    pub(crate) unsafe fn of<'a>(def: *const TableDef) -> &'a Self {
        // SAFETY: the caller vouches for it.
        unsafe { &*(*def).owner.cast() }
    }

    /// The first element.
    pub(crate) fn base(&self) -> *mut u64 {
        self.base.get()
    }

    /// The current number of elements.
    pub(crate) fn len(&self) -> u64 {
        // SAFETY: the definition is valid, as `new`'s caller promised.
        unsafe { (*self.def).len }
    }

    /// `table.grow`: the old size, or `None` when a limit or the allocator refuses. `limit` is the
    /// greatest number of elements that the store allows.
    pub(crate) fn grow(&self, delta: u64, init: u64, limit: u64) -> Option<u64> {
        let old = self.len();
        let new = old.checked_add(delta)?;
        let index_limit = if self.limits.table64 { u64::MAX } else { u64::from(u32::MAX) };
        if new > self.limits.max.unwrap_or(index_limit).min(limit) {
            return None;
        }
        let new_len = usize::try_from(new).ok()?;
        let capacity = self.capacity.get();
        if new_len > capacity {
            self.move_to(new_len.max(capacity.saturating_mul(2).min(usize::try_from(limit).ok()?)), old as usize)?;
        }
        // SAFETY: the definition lives; there is room for `new` elements at `base`.
        unsafe {
            let base = (*self.def).base;
            for index in old as usize..new_len {
                base.add(index).write(init);
            }
            (*self.def).len = new;
        }
        Some(old)
    }

    /// Moves the first `kept` elements to where there is room for `capacity` of them. What follows
    /// is null.
    fn move_to(&self, capacity: usize, kept: usize) -> Option<()> {
        let base = allocate(capacity)?;
        // SAFETY: there is room for `kept` elements in both places, which do not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(self.base.get(), base, kept);
            deallocate(self.base.get(), self.capacity.get());
            (*self.def).base = base;
        }
        self.base.set(base);
        self.capacity.set(capacity);
        Some(())
    }

    /// Forgets all elements and all growth. Afterwards the table must be defined again.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let size = self.limits.min as usize;
        if self.capacity.get() != size || size > MAX_CLEARED {
            return self.move_to(size, 0).ok_or_else(too_large);
        }
        // SAFETY: there is room for that many elements.
        unsafe { std::ptr::write_bytes(self.base.get(), 0, size) };
        Ok(())
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: `base` was allocated for `capacity` elements. The definition is not touched: its
        // block may be gone.
        unsafe { deallocate(self.base.get(), self.capacity.get()) };
    }
}

/// The error for a table for which there is no room.
fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, "the allocator has no room for its elements")
}

/// A table with these limits, in words.
#[cold]
pub(crate) fn describe(limits: &TableLimits) -> String {
    format!("a table of {} elements", limits.min)
}

fn layout(capacity: usize) -> Option<Layout> {
    Layout::array::<u64>(capacity).ok()
}

fn allocate(capacity: usize) -> Option<*mut u64> {
    let layout = layout(capacity)?;
    if layout.size() == 0 {
        return Some(std::ptr::dangling_mut());
    }
    // SAFETY: the size is not zero.
    let base = unsafe { std::alloc::alloc_zeroed(layout) };
    (!base.is_null()).then_some(base.cast())
}

/// # Safety
///
/// `base` must come from [`allocate`] with the same capacity.
unsafe fn deallocate(base: *mut u64, capacity: usize) {
    if let Some(layout) = layout(capacity).filter(|l| l.size() != 0) {
        // SAFETY: allocated with this very layout.
        unsafe { std::alloc::dealloc(base.cast(), layout) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cantilever_object::artifact::CoreValType;

    #[test]
    fn growing_keeps_elements_and_respects_limits() {
        let mut def = TableDef { base: std::ptr::null_mut(), len: 0, owner: std::ptr::null() };
        let element = CoreValType::FuncRef { nullable: true };
        let limits = TableLimits { min: 2, max: Some(10), table64: false, element };
        // SAFETY: `def` outlives the table; its elements are accessed below its length.
        unsafe {
            let table = Table::new(&mut def, limits).unwrap();
            table.define();
            let elements = || std::slice::from_raw_parts_mut((*table.def).base, (*table.def).len as usize);
            elements()[1] = 7;
            assert_eq!(table.grow(3, 9, 1000), Some(2));
            assert_eq!(table.grow(6, 0, 1000), None);
            assert_eq!(table.grow(1, 0, 5), None);
            assert_eq!(table.grow(u64::MAX, 0, 1000), None);
            assert_eq!(elements(), [0, 7, 9, 9, 9]);
            table.reset().unwrap();
            table.define();
            assert_eq!(elements(), [0, 0]);
            elements()[0] = 8;
            table.reset().unwrap();
            assert_eq!(elements(), [0, 0]);
        }
    }
}
