//! Validation and transcoding of strings, by SIMD libraries.
//!
//! A guest chooses where a transcoded string goes, and may choose a place that overlaps the source. Plain copies are
//! `memmove`s, and transcoders read from a copy of the source then, so that no two Rust slices ever overlap.

use super::vector;
use encoding_rs::mem;
use std::ffi::c_void;

/// Well-formed.
const VALID: u32 = 1;
/// Ill-formed.
const INVALID: u32 = 0;
/// The only fault is that the string ends inside a sequence.
const INCOMPLETE: u32 = 2;
/// [`INVALID`] where lengths are returned.
const INVALID_LEN: u64 = u64::MAX;
/// [`INCOMPLETE`] where lengths are returned.
const INCOMPLETE_LEN: u64 = u64::MAX - 1;

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

/// Runs a transcoder on a source of `src_len` units and a destination of `dst_len` units.
///
/// # Safety
///
/// Both ranges must be aligned and valid, the destination for writes. They may overlap.
pub(super) unsafe fn transcode<S: Copy, D, R>(
    (dst, dst_len): (*mut u8, u64),
    (src, src_len): (*mut u8, u64),
    run: impl FnOnce(&[S], &mut [D]) -> R,
) -> R {
    // SAFETY: the caller vouches for the source; the destination is not written before the borrow ends or is copied.
    let source: &[S] = unsafe { units(src, src_len) };
    let (start, end) = (dst as usize, dst as usize + dst_len as usize * size_of::<D>());
    let overlap = start < src as usize + size_of_val(source) && (src as usize) < end;
    let copy = if overlap { source.to_vec() } else { Vec::new() };
    let source = if overlap { &copy } else { source };
    let destination: &mut [D] = if dst_len == 0 {
        &mut []
    } else {
        // SAFETY: the caller vouches for the destination, and nothing else refers to it: the source lies elsewhere.
        unsafe { std::slice::from_raw_parts_mut(dst.cast(), dst_len as usize) }
    };
    run(source, destination)
}

/// Texts shorter than this are validated faster without vectors.
const SHORT: usize = 64;

fn check_utf8(bytes: &[u8]) -> Result<&str, u32> {
    if bytes.len() >= SHORT
        && let Ok(text) = simdutf8::basic::from_utf8(bytes)
    {
        return Ok(text);
    }
    std::str::from_utf8(bytes).map_err(|error| if error.error_len().is_none() { INCOMPLETE } else { INVALID })
}

/// The status where a length is returned.
fn length(status: u32) -> u64 {
    if status == INCOMPLETE { INCOMPLETE_LEN } else { INVALID_LEN }
}

// SAFETY (of all routines below): compiled code has checked that the source range and a destination of the documented
// size lie in memories of the instance or of the host, and that UTF-16 is aligned to two bytes; nothing else runs in the
// store meanwhile.

pub(super) unsafe extern "C" fn utf8_validate(_vmctx: *mut c_void, src: *mut u8, len: u64) -> u32 {
    // SAFETY: see above.
    check_utf8(unsafe { units(src, len) }).map_or_else(|status| status, |_| VALID)
}

pub(super) unsafe extern "C" fn utf8_to_utf8(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    let run = |src: &[u8], dst: &mut [u8]| {
        let ascii = vector::copy_ascii(src, dst);
        match check_utf8(&src[ascii..]) {
            Ok(text) => {
                dst[ascii..].copy_from_slice(text.as_bytes());
                VALID
            }
            Err(status) => status,
        }
    };
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn utf16_validate(_vmctx: *mut c_void, src: *mut u8, units_len: u64) -> u32 {
    // SAFETY: see above.
    u32::from(vector::is_utf16(unsafe { units(src, units_len) }))
}

pub(super) unsafe extern "C" fn utf16_to_utf16(vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u32 {
    // SAFETY: see above.
    unsafe {
        let status = utf16_validate(vmctx, src, len);
        if status == VALID {
            std::ptr::copy(src, dst, 2 * len as usize);
        }
        status
    }
}

pub(super) unsafe extern "C" fn utf8_to_utf16(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let run = |src: &[u8], dst: &mut [u16]| {
        let ascii = vector::widen_ascii(src, dst);
        match check_utf8(&src[ascii..]) {
            Ok(text) => (ascii + mem::convert_str_to_utf16(text, &mut dst[ascii..])) as u64,
            Err(status) => length(status),
        }
    };
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn latin1_to_utf16(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) {
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), vector::widen_latin1) };
}

pub(super) unsafe extern "C" fn utf16_to_utf8_ascii(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), vector::narrow_ascii) as u64 }
}

pub(super) unsafe extern "C" fn utf16_to_utf8(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let run = |src: &[u16], dst: &mut [u8]| {
        if vector::is_utf16(src) { mem::convert_utf16_to_utf8(src, dst) as u64 } else { INVALID_LEN }
    };
    // SAFETY: see above.
    unsafe { transcode((dst, 3 * len), (src, len), run) }
}

pub(super) unsafe extern "C" fn latin1_to_utf8_ascii(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), vector::copy_ascii) as u64 }
}

pub(super) unsafe extern "C" fn latin1_to_utf8(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    // SAFETY: see above.
    unsafe { transcode((dst, 2 * len), (src, len), mem::convert_latin1_to_utf8) as u64 }
}

pub(super) unsafe extern "C" fn utf8_to_latin1(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let run = |src: &[u8], dst: &mut [u8]| {
        let ascii = vector::copy_ascii(src, dst);
        match check_utf8(&src[ascii..]) {
            Ok(text) => {
                let latin1 = mem::str_latin1_up_to(text);
                let written = mem::convert_utf8_to_latin1_lossy(&text.as_bytes()[..latin1], &mut dst[ascii..]);
                ((ascii + written) as u64) << 32 | (ascii + latin1) as u64
            }
            Err(status) => length(status),
        }
    };
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn utf16_to_latin1(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, len: u64) -> u64 {
    let run = |src: &[u16], dst: &mut [u8]| {
        // What is Latin-1 has no surrogates, so only the rest can be ill-formed.
        let latin1 = vector::narrow_latin1(src, dst);
        if vector::is_utf16(&src[latin1..]) { latin1 as u64 } else { INVALID_LEN }
    };
    // SAFETY: see above.
    unsafe { transcode((dst, len), (src, len), run) }
}

pub(super) unsafe extern "C" fn inflate_latin1(_vmctx: *mut c_void, ptr: *mut u8, len: u64) {
    for index in (0..len as usize).rev() {
        // SAFETY: see above. From the end, so that a unit never overwrites a byte that is still to be read.
        unsafe { ptr.cast::<u16>().add(index).write_unaligned(u16::from(ptr.add(index).read())) };
    }
}

pub(super) unsafe extern "C" fn utf16_to_probably_utf16(
    _vmctx: *mut c_void,
    dst: *mut u8,
    src: *mut u8,
    len: u64,
) -> u32 {
    // SAFETY: see above.
    let source: &[u16] = unsafe { units(src, len) };
    if !vector::is_utf16(source) {
        return INVALID;
    }
    let narrow = vector::is_latin1(source);
    // SAFETY: see above; the source is not used as a slice any more.
    unsafe { std::ptr::copy(src, dst, 2 * len as usize) };
    1 + u32::from(narrow)
}

pub(super) unsafe extern "C" fn deflate_utf16(_vmctx: *mut c_void, ptr: *mut u8, len: u64) {
    for index in 0..len as usize {
        // SAFETY: see above. From the start, so that a byte never overwrites a unit that is still to be read.
        unsafe { ptr.add(index).write(ptr.cast::<u16>().add(index).read_unaligned() as u8) };
    }
}

#[cfg(test)]
mod tests;
