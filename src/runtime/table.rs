//! Core tables: arrays of 8-byte references that can move when they grow.

use crate::block::TableDef;
use crate::object::artifact::TableLimits;
use std::alloc::Layout;
use std::io;

/// A table. What compiled code knows of it is in its [`TableDef`], which this updates.
#[derive(Debug)]
pub(crate) struct Table {
    def: *mut TableDef,
    /// The elements; the same address as the definition's.
    base: *mut u64,
    /// How many elements there is room for.
    capacity: usize,
    /// Its type; `min` is the initial size.
    pub(crate) limits: TableLimits,
}

impl Table {
    /// Makes a table of its initial size, all null, and fills in its definition. `limit` is the greatest number of
    /// elements that the store allows.
    ///
    /// # Safety
    ///
    /// `def` must be valid for reads and writes whenever a method is called.
    pub(crate) unsafe fn new(def: *mut TableDef, limits: TableLimits, limit: u64) -> io::Result<Self> {
        let too_large = || io::Error::new(io::ErrorKind::OutOfMemory, "the initial size exceeds the limit");
        let size = usize::try_from(limits.min).ok().filter(|s| *s as u64 <= limit).ok_or_else(too_large)?;
        let base = allocate(size).ok_or_else(too_large)?;
        // SAFETY: the caller vouches for `def`.
        unsafe { def.write(TableDef { base, len: limits.min }) };
        Ok(Table { def, base, capacity: size, limits })
    }

    /// The current number of elements.
    pub(crate) fn len(&self) -> u64 {
        // SAFETY: the definition is valid, as `new`'s caller promised.
        unsafe { (*self.def).len }
    }

    /// `table.grow`: the old size, or `None` when a limit or the allocator refuses.
    pub(crate) fn grow(&mut self, delta: u64, init: u64, limit: u64) -> Option<u64> {
        let old = self.len();
        let new = old.checked_add(delta)?;
        let index_limit = if self.limits.table64 { u64::MAX } else { u64::from(u32::MAX) };
        if new > self.limits.max.unwrap_or(index_limit).min(limit) {
            return None;
        }
        let new_len = usize::try_from(new).ok()?;
        if new_len > self.capacity {
            self.move_to(new_len.max(self.capacity.saturating_mul(2).min(usize::try_from(limit).ok()?)))?;
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

    /// Moves the elements to where there is room for `capacity` of them.
    fn move_to(&mut self, capacity: usize) -> Option<()> {
        let base = allocate(capacity)?;
        // SAFETY: the new room is at least as large as the old, and they do not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(self.base, base, self.len() as usize);
            deallocate(self.base, self.capacity);
            (*self.def).base = base;
        }
        self.base = base;
        self.capacity = capacity;
        Some(())
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: `base` was allocated for `capacity` elements. The definition is not touched: its block may be gone.
        unsafe { deallocate(self.base, self.capacity) };
    }
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
    use crate::object::artifact::CoreValType;

    #[test]
    fn growing_keeps_elements_and_respects_limits() {
        let mut def = TableDef { base: std::ptr::null_mut(), len: 0 };
        let element = CoreValType::FuncRef { nullable: true };
        let limits = TableLimits { min: 2, max: Some(10), table64: false, element };
        // SAFETY: `def` outlives the table; its elements are accessed below its length.
        unsafe {
            let mut table = Table::new(&mut def, limits, 1000).unwrap();
            (*table.def).base.add(1).write(7);
            assert_eq!(table.grow(3, 9, 1000), Some(2));
            assert_eq!(table.grow(6, 0, 1000), None);
            assert_eq!(table.grow(1, 0, 5), None);
            assert_eq!(table.grow(u64::MAX, 0, 1000), None);
            let elements = std::slice::from_raw_parts((*table.def).base, (*table.def).len as usize);
            assert_eq!(elements, [0, 7, 9, 9, 9]);
        }
    }
}
