//! Linear memories and data segments.
//!
//! Offsets are bytes in a memory; every range is checked before anything is written.

use super::store;
use crate::bytes::vector;
use crate::memory::arena::{Refused, Saved};
use crate::memory::linear_memory::LinearMemory;
use cantilever_abi::block::MemoryDef;
use cantilever_abi::block::intrinsics::{HostMark, SegmentSlot};
use cantilever_abi::block::status::{CANNOT_GROW, DONE, FAILED};
use std::ffi::c_void;

/// `memory.grow`.
pub(super) unsafe extern "C" fn memory_grow(vmctx: *mut c_void, memory: *mut u8, delta_pages: u64) -> u64 {
    // SAFETY: compiled code passes its own context, and waits for the result.
    let store = unsafe { store(vmctx) };
    // SAFETY: compiled code passes the address of a definition that the runtime has filled in.
    let memory = unsafe { LinearMemory::of(memory.cast()) };
    memory.grow(delta_pages, store.limits.memory_bytes).unwrap_or(CANNOT_GROW)
}

/// The address of `len` bytes at `at`, if the memory has them.
///
/// # Safety
///
/// `memory` must be the address of a live `MemoryDef`.
unsafe fn range(memory: *mut u8, at: u64, len: u64) -> Option<*mut u8> {
    // SAFETY: the caller vouches for it.
    let memory = unsafe { &*memory.cast::<MemoryDef>() };
    // SAFETY: `at` is at most the memory's length.
    (at.checked_add(len)? <= memory.len).then(|| unsafe { memory.base.add(at as usize) })
}

/// `memory.init` and active data segments.
pub(super) unsafe extern "C" fn memory_init(
    _vmctx: *mut c_void,
    memory: *mut u8,
    segment: *mut u8,
    dst: u64,
    src: u64,
    len: u64,
) -> u32 {
    // SAFETY: compiled code passes addresses of a memory and a segment of its instance. The range
    // of the segment is checked here, that of the memory by `range`. They do not overlap, for
    // segments lie in the object.
    unsafe {
        let segment = &*segment.cast::<SegmentSlot>();
        let Some(dst) = range(memory, dst, len) else { return FAILED };
        if src.checked_add(len).is_none_or(|end| end > segment.len) {
            return FAILED;
        }
        if len != 0 {
            std::ptr::copy_nonoverlapping(segment.base.add(src as usize), dst, len as usize);
        }
    }
    DONE
}

/// `data.drop` and `elem.drop`.
pub(super) unsafe extern "C" fn segment_drop(_vmctx: *mut c_void, segment: *mut u8) {
    // SAFETY: compiled code passes the address of a segment of its instance.
    unsafe { (*segment.cast::<SegmentSlot>()).len = 0 }
}

/// `memory.copy`.
pub(super) unsafe extern "C" fn memory_copy(
    _vmctx: *mut c_void,
    dst_memory: *mut u8,
    src_memory: *mut u8,
    dst: u64,
    src: u64,
    len: u64,
) -> u32 {
    // SAFETY: compiled code passes addresses of memories of its instance; `range` checks the rest.
    let ranges = unsafe { (range(dst_memory, dst, len), range(src_memory, src, len)) };
    let (Some(dst), Some(src)) = ranges else { return FAILED };
    // SAFETY: both ranges were just checked.
    unsafe { vector::copy(src, dst, len as usize) };
    DONE
}

/// `memory.fill`.
pub(super) unsafe extern "C" fn memory_fill(
    _vmctx: *mut c_void,
    memory: *mut u8,
    dst: u64,
    value: u32,
    len: u64,
) -> u32 {
    // SAFETY: as in `memory_copy`.
    let Some(dst) = (unsafe { range(memory, dst, len) }) else { return FAILED };
    // SAFETY: the range was just checked.
    unsafe { std::ptr::write_bytes(dst, value as u8, len as usize) };
    DONE
}

/// Memory for a value that the host receives.
pub(super) unsafe extern "C" fn host_alloc(vmctx: *mut c_void, size: u64, align: u64) -> *mut u8 {
    // SAFETY: compiled code passes its own context, and waits for the result.
    let store = unsafe { store(vmctx) };
    let (Ok(size), Ok(align)) = (usize::try_from(size), usize::try_from(align)) else { return std::ptr::null_mut() };
    match store.arena.alloc_lifted(size, align, &store.limits) {
        Ok(base) => base,
        Err(refused) => {
            store.exceeded = if let Refused::Limit(exceeded) = refused { Some(exceeded) } else { None };
            std::ptr::null_mut()
        }
    }
}

/// Keeps what the host was given until the call ends.
pub(super) unsafe extern "C" fn host_keep(vmctx: *mut c_void) {
    // SAFETY: compiled code passes its own context, and waits for the result.
    unsafe { store(vmctx) }.arena.begin_activation();
}

/// Begins a stretch of what the host is given.
pub(super) unsafe extern "C" fn host_enter(vmctx: *mut c_void, saved: *mut u8) {
    const { assert!(size_of::<Saved>() <= size_of::<HostMark>() && align_of::<Saved>() <= align_of::<HostMark>()) };
    // SAFETY: compiled code passes its own context, and waits for the result; `saved` has room for
    // a mark.
    unsafe { saved.cast::<Saved>().write(store(vmctx).arena.enter_within()) };
}

/// Ends the stretch.
pub(super) unsafe extern "C" fn host_leave(vmctx: *mut c_void, saved: *mut u8) {
    // SAFETY: as above; `host_enter` has written what compiled code passes.
    unsafe { store(vmctx).arena.leave(saved.cast::<Saved>().read()) };
}

/// `memmove`.
pub(super) unsafe extern "C" fn copy(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) {
    // SAFETY: compiled code has checked both ranges.
    unsafe { vector::copy(src, dst, len as usize) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_before_anything_is_written() {
        let null = std::ptr::null_mut();
        let mut bytes = [0u8; 8];
        let mut memory = MemoryDef { base: bytes.as_mut_ptr(), len: 8, owner: null };
        let memory = (&raw mut memory).cast();
        let data = [1u8, 2, 3];
        let mut segment = SegmentSlot { base: data.as_ptr(), len: 3 };
        let segment = (&raw mut segment).cast();
        // SAFETY: memory and segment live here; the context is not used.
        unsafe {
            assert_eq!(memory_init(null, memory, segment, 6, 0, 3), FAILED);
            assert_eq!(memory_init(null, memory, segment, 0, 1, 3), FAILED);
            assert_eq!(memory_init(null, memory, segment, 1, u64::MAX, 3), FAILED);
            assert_eq!(memory_init(null, memory, segment, 5, 0, 3), DONE);
            assert_eq!(memory_copy(null, memory, memory, 4, 5, 3), DONE);
            assert_eq!(memory_copy(null, memory, memory, 6, 0, 3), FAILED);
            assert_eq!(memory_fill(null, memory, 0, 0x1ff, 2), DONE);
            assert_eq!(memory_fill(null, memory, 8, 0, 0), DONE);
            assert_eq!(memory_fill(null, memory, 9, 0, 0), FAILED);
            segment_drop(null, segment);
            assert_eq!(memory_init(null, memory, segment, 0, 0, 0), DONE);
            assert_eq!(memory_init(null, memory, segment, 0, 0, 1), FAILED);
        }
        assert_eq!(bytes, [0xff, 0xff, 0, 0, 1, 2, 3, 3]);
    }
}
