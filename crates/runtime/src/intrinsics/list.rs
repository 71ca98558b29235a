//! Copies of lists whose elements are not just bytes: records with padding, and characters.

use super::string::convert;
use crate::bytes::vector;
use std::ffi::c_void;

// SAFETY (of both routines): compiled code has checked that both ranges lie in memories of the
// instance or of the host, and that characters are aligned to four bytes. Nothing else runs in the
// store meanwhile.

pub(super) unsafe extern "C" fn copy_fields(
    _vmctx: *mut c_void,
    dst: *mut u8,
    src: *mut u8,
    len: u64,
    size: u64,
    fields: u64,
) {
    // SAFETY: see above.
    unsafe { convert((dst, len), (src, len), |src, dst| vector::copy_fields(src, dst, size as usize, fields)) };
}

pub(super) unsafe extern "C" fn copy_chars(_vmctx: *mut c_void, dst: *mut u8, src: *mut u8, count: u64) -> u64 {
    // SAFETY: see above.
    unsafe { convert((dst, count), (src, count), vector::copy_chars) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NULL: *mut c_void = std::ptr::null_mut();

    #[test]
    fn padding_stays_what_it_is() {
        for size in [2usize, 4, 6, 8, 12, 16, 20, 24, 40, 64] {
            for count in [0usize, 1, 2, 3, 7, 8, 33, 100] {
                let fields = 0x9d37_15b3_67e5_a6d1u64 & u64::MAX >> (64 - size);
                let src: Vec<u8> = (0..size * count).map(|i| i as u8 | 0x80).collect();
                let mut dst: Vec<u8> = (0..size * count).map(|i| (i * 7) as u8 & 0x7f).collect();
                let is_field = |i: usize| fields >> (i % size) & 1 == 1;
                let expected: Vec<u8> = (0..dst.len()).map(|i| if is_field(i) { src[i] } else { dst[i] }).collect();
                let len = dst.len() as u64;
                // SAFETY: both vectors have that length.
                unsafe {
                    copy_fields(NULL, dst.as_mut_ptr(), src.as_ptr().cast_mut(), len, size as u64, fields);
                }
                assert_eq!(dst, expected, "{count} records of {size} bytes");
            }
        }
    }

    #[test]
    fn characters_are_copied_up_to_the_first_that_is_none() {
        for odd in [0xd800u32, 0xdfff, 0x11_0000, u32::MAX] {
            for at in [0usize, 1, 63, 64, 65, 99] {
                let mut src = [0x10_ffffu32.to_le(), 0, 0xd7ff_u32.to_le(), 0xe000_u32.to_le()].repeat(25);
                src[at] = odd.to_le();
                let mut dst = vec![0u32; 100];
                // SAFETY: both vectors have that length.
                let copied = unsafe { copy_chars(NULL, dst.as_mut_ptr().cast(), src.as_mut_ptr().cast(), 100) };
                assert_eq!((copied, &dst[..at]), (at as u64, &src[..at]), "{odd:x} at {at}");
            }
        }
    }
}
