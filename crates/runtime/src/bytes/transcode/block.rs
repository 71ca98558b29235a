//! Blocks of 16 bytes: taken from a slice and put into one, in part where the slice ends, and
//! squeezed by tables of shuffles.

use core::arch::x86_64::*;

/// Bytes of a block.
pub const BLOCK: usize = size_of::<__m128i>();

/// What has no source in a shuffle, and becomes 0.
const NOTHING: u8 = 0x80;

/// The first block of a slice, with zeros where it is shorter.
#[inline]
#[target_feature(enable = "avx2")]
pub fn load(from: &[u8]) -> __m128i {
    match from.first_chunk::<BLOCK>() {
        // SAFETY: this reads as much as the chunk has.
        Some(chunk) => unsafe { _mm_loadu_si128(chunk.as_ptr().cast()) },
        None => load_part(from),
    }
}

/// Less than a block, by words that overlap.
#[inline]
#[target_feature(enable = "avx2")]
fn load_part(from: &[u8]) -> __m128i {
    let len = from.len();
    let (low, high) = if let (Some(first), Some(last)) = (from.first_chunk(), from.last_chunk()) {
        let past = 8 * (BLOCK - len) as u32;
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last).checked_shr(past).unwrap_or(0))
    } else if let (Some(first), Some(last)) = (from.first_chunk(), from.last_chunk()) {
        let last = u64::from(u32::from_le_bytes(*last));
        (u64::from(u32::from_le_bytes(*first)) | last << (8 * (len - 4)), 0)
    } else {
        let at = |index: usize| from.get(index).map_or(0, |byte| u64::from(*byte) << (8 * index));
        (at(0) | at(1) | at(2), 0)
    };
    _mm_set_epi64x(high as i64, low as i64)
}

/// Puts the first `len` bytes of a block. What lies behind them in `to` is undefined.
#[inline]
#[target_feature(enable = "avx2")]
pub fn store(block: __m128i, len: usize, to: &mut [u8]) {
    match to.first_chunk_mut::<BLOCK>() {
        // SAFETY: this writes as much as the chunk has.
        Some(chunk) => unsafe { _mm_storeu_si128(chunk.as_mut_ptr().cast(), block) },
        None => store_part(block, &mut to[..len]),
    }
}

/// Less than a block, by ever shorter words.
#[inline]
#[target_feature(enable = "avx2")]
fn store_part(block: __m128i, to: &mut [u8]) {
    let mut word = _mm_cvtsi128_si64(block) as u64;
    let (words, to) = to.as_chunks_mut();
    if let [first] = words {
        *first = word.to_le_bytes();
        word = _mm_extract_epi64::<1>(block) as u64;
    }
    let (words, to) = to.as_chunks_mut();
    if let [first] = words {
        *first = (word as u32).to_le_bytes();
        word >>= u32::BITS;
    }
    let (words, to) = to.as_chunks_mut();
    if let [first] = words {
        *first = (word as u16).to_le_bytes();
        word >>= u16::BITS;
    }
    if let [first] = to {
        *first = word as u8;
    }
}

/// The bytes of units.
pub fn bytes(units: &[u16]) -> &[u8] {
    // SAFETY: bytes have no alignment and every value, and the borrow of the units lasts as long.
    unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) }
}

/// As [`bytes`].
pub fn bytes_mut(units: &mut [u16]) -> &mut [u8] {
    // SAFETY: bytes have no alignment and every value, and the borrow of the units lasts as long.
    unsafe { std::slice::from_raw_parts_mut(units.as_mut_ptr().cast(), size_of_val(units)) }
}

/// Sixteen times the same unit.
#[inline]
#[target_feature(enable = "avx2")]
pub fn all(unit: u16) -> __m256i {
    _mm256_set1_epi16(unit as i16)
}

/// Which of sixteen units are this one.
#[inline]
#[target_feature(enable = "avx2")]
pub fn equal(units: __m256i, unit: u16) -> __m256i {
    _mm256_cmpeq_epi16(units, all(unit))
}

/// The two blocks of a round.
#[inline]
#[target_feature(enable = "avx2")]
pub fn halves(round: __m256i) -> [__m128i; 2] {
    [_mm256_castsi256_si128(round), _mm256_extracti128_si256::<1>(round)]
}

/// Shuffles of a block, for each value of a byte that says what to keep of it.
#[repr(align(64))]
pub struct Shuffles([[u8; BLOCK]; 256]);

impl Shuffles {
    /// Applies the shuffle of such a byte.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn squeeze(&self, block: __m128i, kept: u8) -> __m128i {
        let shuffle = self.0[usize::from(kept)].as_ptr();
        // SAFETY: this reads as much as a shuffle has.
        _mm_shuffle_epi8(block, unsafe { _mm_loadu_si128(shuffle.cast()) })
    }
}

/// Keeps of eight units those whose bit is set.
pub static UNITS: Shuffles = {
    let mut shuffles = [[NOTHING; BLOCK]; 256];
    let mut kept = 0;
    while kept < shuffles.len() {
        let (mut unit, mut len) = (0, 0);
        while unit < 8 {
            if kept >> unit & 1 == 1 {
                (shuffles[kept][len], shuffles[kept][len + 1]) = (2 * unit, 2 * unit + 1);
                len += 2;
            }
            unit += 1;
        }
        kept += 1;
    }
    Shuffles(shuffles)
};

/// Keeps of four groups of four bytes the first byte, and the next ones for which bits are set: two
/// bits of each group.
pub static GROUPS: Shuffles = {
    let mut shuffles = [[NOTHING; BLOCK]; 256];
    let mut kept = 0;
    while kept < shuffles.len() {
        let (mut byte, mut len) = (0, 0);
        while byte < BLOCK {
            // The fourth byte of a group is never kept.
            let is_kept = match byte % 4 {
                0 => true,
                3 => false,
                place => kept >> (byte / 4 * 2 + place - 1) & 1 == 1,
            };
            if is_kept {
                shuffles[kept][len] = byte as u8;
                len += 1;
            }
            byte += 1;
        }
        kept += 1;
    }
    Shuffles(shuffles)
};
