//! Core tables and element segments. Offsets and lengths are in elements of 8 bytes.

use super::store;
use crate::memory::table::Table;
use cantilever_abi::block::TableDef;
use cantilever_abi::block::intrinsics::SegmentSlot;
use cantilever_abi::block::status::{CANNOT_GROW, DONE, FAILED};
use std::ffi::c_void;

/// `table.grow`.
pub(super) unsafe extern "C" fn table_grow(vmctx: *mut c_void, table: *mut u8, delta: u64, init: u64) -> u64 {
    // SAFETY: compiled code passes its own context, and waits for the result.
    let store = unsafe { store(vmctx) };
    // SAFETY: compiled code passes the address of a definition that the runtime has filled in.
    let table = unsafe { Table::of(table.cast()) };
    table.grow(delta, init, store.limits.table_elements).unwrap_or(CANNOT_GROW)
}

/// The address of `len` elements at `at`, if the table has them.
///
/// # Safety
///
/// `table` must be the address of a live `TableDef`.
unsafe fn range(table: *mut u8, at: u64, len: u64) -> Option<*mut u64> {
    // SAFETY: the caller vouches for it.
    let table = unsafe { &*table.cast::<TableDef>() };
    // SAFETY: `at` is at most the table's length.
    (at.checked_add(len)? <= table.len).then(|| unsafe { table.base.add(at as usize) })
}

/// `table.init` from evaluated elements.
pub(super) unsafe extern "C" fn table_init(
    _vmctx: *mut c_void,
    table: *mut u8,
    segment: *mut u8,
    dst: u64,
    src: u64,
    len: u64,
) -> u32 {
    // SAFETY: compiled code passes addresses of a table and a segment of its instance. The range of
    // the segment is checked here, that of the table by `range`. Elements of segments lie apart
    // from tables.
    unsafe {
        let segment = &*segment.cast::<SegmentSlot>();
        let Some(dst) = range(table, dst, len) else { return FAILED };
        if src.checked_add(len).is_none_or(|end| end > segment.len) {
            return FAILED;
        }
        if len != 0 {
            std::ptr::copy_nonoverlapping(segment.base.cast::<u64>().add(src as usize), dst, len as usize);
        }
    }
    DONE
}

/// `table.copy`.
pub(super) unsafe extern "C" fn table_copy(
    _vmctx: *mut c_void,
    dst_table: *mut u8,
    src_table: *mut u8,
    dst: u64,
    src: u64,
    len: u64,
) -> u32 {
    // SAFETY: compiled code passes addresses of tables of its instance; `range` checks the rest.
    let ranges = unsafe { (range(dst_table, dst, len), range(src_table, src, len)) };
    let (Some(dst), Some(src)) = ranges else { return FAILED };
    // SAFETY: both ranges were just checked; `copy` allows them to overlap.
    unsafe { std::ptr::copy(src, dst, len as usize) };
    DONE
}

/// `table.fill`.
pub(super) unsafe extern "C" fn table_fill(_vmctx: *mut c_void, table: *mut u8, dst: u64, value: u64, len: u64) -> u32 {
    // SAFETY: as in `table_copy`.
    let Some(dst) = (unsafe { range(table, dst, len) }) else { return FAILED };
    for index in 0..len as usize {
        // SAFETY: the range was just checked.
        unsafe { dst.add(index).write(value) };
    }
    DONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_before_anything_is_written() {
        let null = std::ptr::null_mut();
        let mut elements = [0u64; 4];
        let mut table = TableDef { base: elements.as_mut_ptr(), len: 4, owner: null };
        let table = (&raw mut table).cast();
        let evaluated = [1u64, 2];
        let mut segment = SegmentSlot { base: evaluated.as_ptr().cast(), len: 2 };
        let segment = (&raw mut segment).cast();
        // SAFETY: table and segment live here; the context is not used.
        unsafe {
            assert_eq!(table_init(null, table, segment, 3, 0, 2), FAILED);
            assert_eq!(table_init(null, table, segment, 0, 1, 2), FAILED);
            assert_eq!(table_init(null, table, segment, 1, 0, 2), DONE);
            assert_eq!(table_copy(null, table, table, 2, 1, 2), DONE);
            assert_eq!(table_copy(null, table, table, 3, 1, 2), FAILED);
            assert_eq!(table_fill(null, table, 0, 9, 1), DONE);
            assert_eq!(table_fill(null, table, u64::MAX, 9, 2), FAILED);
        }
        assert_eq!(elements, [9, 1, 1, 2]);
    }
}
