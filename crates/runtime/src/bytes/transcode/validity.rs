//! Whether UTF-8 is well-formed, block by block. What is wrong with each pair of adjacent bytes is
//! looked up for their nibbles. Which bytes must be the third or fourth of their character is found
//! apart. (J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction per byte".)

use super::block::BLOCK;
use core::arch::x86_64::*;

/// A fault of two adjacent bytes: nibbles, as bits of a set, that together make it.
struct Fault {
    first_high: u16,
    first_low: u16,
    second_high: u16,
}

const ANY: u16 = 0xffff;
/// High nibbles of continuation bytes.
const CONTINUATION: u16 = 0x0f00;

/// All faults; each is a bit in the tables. The last is none in the third and fourth byte of a
/// character.
const FAULTS: [Fault; 8] = [
    // A character begins that the second byte does not continue.
    Fault { first_high: 0xf000, first_low: ANY, second_high: !CONTINUATION },
    // The second byte continues what is complete.
    Fault { first_high: 0x00ff, first_low: ANY, second_high: CONTINUATION },
    // C0 and C1: one byte were enough.
    Fault { first_high: 1 << 0xc, first_low: 0b11, second_high: CONTINUATION },
    // E0 80 to E0 9F: two bytes were enough.
    Fault { first_high: 1 << 0xe, first_low: 1, second_high: 1 << 8 | 1 << 9 },
    // ED A0 to ED BF: surrogates.
    Fault { first_high: 1 << 0xe, first_low: 1 << 0xd, second_high: 1 << 0xa | 1 << 0xb },
    // F4 90 and greater: beyond the last character.
    Fault { first_high: 1 << 0xf, first_low: 0xfff0, second_high: 1 << 9 | 1 << 0xa | 1 << 0xb },
    // F0 80 to F0 8F: three bytes were enough. F5 80 and greater: beyond.
    Fault { first_high: 1 << 0xf, first_low: 0xffe1, second_high: 1 << 8 },
    // Two continuations.
    Fault { first_high: CONTINUATION, first_low: ANY, second_high: CONTINUATION },
];

/// The bit of the last fault.
const CONTINUATIONS: u8 = 0x80;

/// For each nibble, which faults are possible.
macro_rules! possible {
    ($field:ident) => {{
        let mut table = [0u8; 16];
        let mut nibble = 0;
        while nibble < 16 {
            let mut fault = 0;
            while fault < FAULTS.len() {
                table[nibble] |= ((FAULTS[fault].$field >> nibble & 1) << fault) as u8;
                fault += 1;
            }
            nibble += 1;
        }
        table
    }};
}

const FIRST_HIGH: [u8; 16] = possible!(first_high);
const FIRST_LOW: [u8; 16] = possible!(first_low);
const SECOND_HIGH: [u8; 16] = possible!(second_high);

/// The greatest bytes at the end of a block that need nothing after it.
const COMPLETE: [u8; BLOCK] = {
    let mut greatest = [0xff; BLOCK];
    (greatest[BLOCK - 3], greatest[BLOCK - 2], greatest[BLOCK - 1]) = (0xef, 0xdf, 0xbf);
    greatest
};

#[inline]
#[target_feature(enable = "avx2")]
fn constant(bytes: [u8; BLOCK]) -> __m128i {
    // SAFETY: this reads as much as the array has.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// The faults of a block that follows another one; not zero where there are any.
#[inline]
#[target_feature(enable = "avx2")]
pub fn faults(before: __m128i, block: __m128i) -> __m128i {
    let nibble = _mm_set1_epi8(0xf);
    let (one, two) = (_mm_alignr_epi8::<15>(block, before), _mm_alignr_epi8::<14>(block, before));
    let three = _mm_alignr_epi8::<13>(block, before);
    let first_high = _mm_shuffle_epi8(constant(FIRST_HIGH), _mm_and_si128(_mm_srli_epi16::<4>(one), nibble));
    let first_low = _mm_shuffle_epi8(constant(FIRST_LOW), _mm_and_si128(one, nibble));
    let second_high = _mm_shuffle_epi8(constant(SECOND_HIGH), _mm_and_si128(_mm_srli_epi16::<4>(block), nibble));
    let found = _mm_and_si128(_mm_and_si128(first_high, first_low), second_high);
    // The highest bit is set in the third bytes after E0 or greater, and the fourth after F0 or
    // greater.
    let third = _mm_subs_epu8(two, _mm_set1_epi8((0xe0 - 0x80u8) as i8));
    let fourth = _mm_subs_epu8(three, _mm_set1_epi8((0xf0 - 0x80u8) as i8));
    let continues = _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8(CONTINUATIONS as i8));
    _mm_xor_si128(found, continues)
}

/// Not zero where a block ends inside a character.
#[inline]
#[target_feature(enable = "avx2")]
pub fn unfinished(block: __m128i) -> __m128i {
    _mm_subs_epu8(block, constant(COMPLETE))
}
