//! Validation and transcoding of strings: what compiled code calls, in terms of slices.
//!
//! A guest chooses where a transcoded string goes, and may choose a place that overlaps the source.
//! Plain copies are `memmove`s, and transcoders read from a copy of the source then, so that no two
//! Rust slices ever overlap.

use super::store;
use crate::bytes::{transcode, vector};
use crate::memory::arena::LARGE;
use cantilever_abi::block::HostCallee;
use cantilever_abi::block::status::{
    ALL_LATIN1, ILL_FORMED, ILL_FORMED_LENGTH, INCOMPLETE, INCOMPLETE_LENGTH, WELL_FORMED, well_formed,
};
use encoding_rs::mem;
use std::ffi::c_void;

/// A source of `len` units.
///
/// # Safety
///
/// `ptr` must be aligned and valid for reads of `len` units, which nothing writes for `'a`.
unsafe fn units<'a, T>(ptr: *const u8, len: u64) -> &'a [T] {
    if len == 0 {
        return &[];
    }
    debug_assert!(ptr.cast::<T>().is_aligned());
    // SAFETY: the caller vouches for it.
    unsafe { std::slice::from_raw_parts(ptr.cast(), len as usize) }
}

/// Runs a conversion of a source of `src_len` units and a destination of `dst_len` units.
///
/// # Safety
///
/// Both ranges must be aligned and valid, the destination for writes. They may overlap.
pub(super) unsafe fn convert<S: Copy, D, R>(
    (dst, dst_len): (*mut u8, u64),
    (src, src_len): (*mut u8, u64),
    run: impl FnOnce(&[S], &mut [D]) -> R,
) -> R {
    // SAFETY: the caller vouches for the source; the destination is not written before the borrow
    // ends or is copied.
    let source: &[S] = unsafe { units(src, src_len) };
    let (start, end) = (dst as usize, dst as usize + dst_len as usize * size_of::<D>());
    let overlap = start < src as usize + size_of_val(source) && (src as usize) < end;
    let copy = if overlap { source.to_vec() } else { Vec::new() };
    let source = if overlap { &copy } else { source };
    let destination: &mut [D] = if dst_len == 0 {
        &mut []
    } else {
        // SAFETY: the caller vouches for the destination, and nothing else refers to it: the source
        // lies elsewhere.
        unsafe { std::slice::from_raw_parts_mut(dst.cast(), dst_len as usize) }
    };
    run(source, destination)
}

/// What is wrong with UTF-8 that is ill-formed.
#[cold]
fn fault(text: &[u8]) -> u32 {
    let is_incomplete = std::str::from_utf8(text).is_err_and(|error| error.error_len().is_none());
    if is_incomplete { INCOMPLETE } else { ILL_FORMED }
}

/// The status where a length or an address is returned.
fn length(status: u32) -> u64 {
    if status == INCOMPLETE { INCOMPLETE_LENGTH } else { ILL_FORMED_LENGTH }
}

/// Characters that are widened or narrowed in place at once.
const STEP: usize = 16;

// SAFETY (of all routines below): compiled code has checked the source range and a destination of
// the documented size. Both lie in memories of the instance or of the host, and UTF-16 is aligned
// to two bytes. Nothing else runs in the store meanwhile.

pub(super) unsafe extern "C" fn utf8_to_host(vmctx: *mut c_void, src: *mut u8, len: u64, receiver: *mut u8) -> u64 {
    // SAFETY: see above; the receiver is null or a `HostCallee` of the block.
    let (text, receiver) = unsafe { (units(src, len), receiver.cast::<HostCallee>().as_ref()) };
    let is_kept = receiver.is_none_or(|callee| callee.keeps_strings != 0);
    // SAFETY: compiled code passes its own context, and waits for the result.
    let store = unsafe { store(vmctx) };
    // Where a limit forbids the copy, whoever lifts the string says so, and a view needs none.
    let copy = || store.arena.alloc_lifted(text.len(), 1, &store.limits).ok();
    let (at, is_valid) = match (is_kept && text.len() >= LARGE).then(copy).flatten() {
        // SAFETY: just allocated with that size.
        Some(to) => (to, unsafe { utf8_to_utf8(vmctx, to, src, len) } == WELL_FORMED),
        None => (src, transcode::is_utf8(text)),
    };
    if is_valid { at as u64 } else { length(fault(text)) }
}

pub(super) unsafe extern "C" fn utf8_to_utf8(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    let run = |src: &[u8], dst: &mut [u8]| if transcode::utf8_to_utf8(src, dst) { WELL_FORMED } else { fault(src) };
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn utf16_to_utf16(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    let run = |src: &[u16], dst: &mut [u16]| well_formed(transcode::utf16_to_utf16(src, dst).is_some());
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn utf8_to_utf16(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let run = |src: &[u8], dst: &mut [u16]| match transcode::utf8_to_utf16(src, dst) {
        Some(written) => written as u64,
        None => length(fault(src)),
    };
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn latin1_to_utf16(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) {
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), vector::widen_latin1) };
}

pub(super) unsafe extern "C" fn utf16_to_utf8_ascii(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), vector::narrow_ascii) as u64 }
}

pub(super) unsafe extern "C" fn utf16_to_utf8(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let run = |src: &[u16], dst: &mut [u8]| {
        transcode::utf16_to_utf8(src, dst).map_or(ILL_FORMED_LENGTH, |written| written as u64)
    };
    // SAFETY: see above.
    unsafe { convert((dst, 3 * len), (src, len), run) }
}

pub(super) unsafe extern "C" fn latin1_to_utf8_ascii(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), vector::copy_ascii) as u64 }
}

pub(super) unsafe extern "C" fn latin1_to_utf8(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { convert((dst, 2 * len), (src, len), mem::convert_latin1_to_utf8) as u64 }
}

pub(super) unsafe extern "C" fn utf8_to_latin1(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    let (read, written) = unsafe { convert((dst, len), (src, len), transcode::utf8_to_latin1) };
    (written as u64) << u32::BITS | read as u64
}

pub(super) unsafe extern "C" fn utf16_to_latin1(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), vector::narrow_latin1) as u64 }
}

pub(super) unsafe extern "C" fn inflate_latin1(_vmctx: *mut c_void, ptr: *mut u8, len: u64) {
    let mut left = len as usize;
    // From the end, so that units never overwrite bytes that are still to be read.
    while let Some(start) = left.checked_sub(STEP) {
        // SAFETY: see above.
        unsafe {
            let bytes = ptr.add(start).cast::<[u8; STEP]>().read();
            ptr.cast::<u16>().add(start).cast::<[u16; STEP]>().write_unaligned(bytes.map(u16::from));
        }
        left = start;
    }
    for index in (0..left).rev() {
        // SAFETY: see above.
        unsafe { ptr.cast::<u16>().add(index).write_unaligned(u16::from(ptr.add(index).read())) };
    }
}

pub(super) unsafe extern "C" fn utf16_to_probably_utf16(
    _vmctx: *mut c_void,
    dst: *mut u8,
    src: *mut u8,
    len: u64,
) -> u32 {
    let run = |src: &[u16], dst: &mut [u16]| match transcode::utf16_to_utf16(src, dst) {
        Some(bits) if bits <= 0xff => ALL_LATIN1,
        Some(_) => WELL_FORMED,
        None => ILL_FORMED,
    };
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn deflate_utf16(_vmctx: *mut c_void, ptr: *mut u8, len: u64) {
    let len = len as usize;
    let whole = len - len % STEP;
    // From the start, so that bytes never overwrite units that are still to be read.
    for start in (0..whole).step_by(STEP) {
        // SAFETY: see above.
        unsafe {
            let units = ptr.cast::<u16>().add(start).cast::<[u16; STEP]>().read_unaligned();
            ptr.add(start).cast::<[u8; STEP]>().write(units.map(|unit| unit as u8));
        }
    }
    for index in whole..len {
        // SAFETY: see above.
        unsafe { ptr.add(index).write(ptr.cast::<u16>().add(index).read_unaligned() as u8) };
    }
}

#[cfg(test)]
mod tests;
