//! SIMD on bytes: base64 of 12 KiB, twelve bytes to sixteen letters at once, by shuffles and
//! multiplications.

use core::arch::wasm32::*;

const BYTES: usize = 12 << 10;

/// Sixteen bytes, of which twelve are used, as sixteen letters.
fn letters(bytes: v128) -> v128 {
    let spread = i8x16_swizzle(bytes, i8x16(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    let high = v128_and(spread, u32x4_splat(0x0fc0_fc00));
    let (even, odd) = (u32x4_shr(v128_and(high, u32x4_splat(0xfc00)), 10), u32x4_shr(v128_and(high, u32x4_splat(0x0fc0_0000)), 6));
    let low = i16x8_mul(v128_and(spread, u32x4_splat(0x003f_03f0)), u32x4_splat(0x0100_0010));
    let sextets = v128_or(v128_or(even, odd), low);
    let class = v128_or(u8x16_sub_sat(sextets, u8x16_splat(51)), v128_and(i8x16_lt(sextets, i8x16_splat(26)), u8x16_splat(13)));
    let shift = i8x16_swizzle(i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0), class);
    i8x16_add(sextets, shift)
}

fn encode(from: &[u8], to: &mut [u8]) {
    for (bytes, out) in from.windows(16).step_by(12).zip(to.chunks_exact_mut(16)) {
        // SAFETY: both have sixteen bytes.
        unsafe { v128_store(out.as_mut_ptr().cast(), letters(v128_load(bytes.as_ptr().cast()))) }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let mut from: Vec<u8> = (0..BYTES + 4).map(|i| (i * 7 + i / 256) as u8).collect();
    let mut to = vec![0u8; BYTES / 3 * 4];
    let mut sum = 0u32;
    for i in 0..n {
        encode(&from, &mut to);
        let at = i as usize % BYTES;
        sum = sum.wrapping_mul(31).wrapping_add(u32::from(to[at]));
        from[at] = from[at].wrapping_add(to[at / 2]);
    }
    sum
}
