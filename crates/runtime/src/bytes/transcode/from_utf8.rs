//! Loops over blocks of UTF-8. At every byte the unit is computed that it would begin; those bytes
//! at which none begins are squeezed out by a table.

use super::block::{BLOCK, UNITS, all, bytes_mut, load, store};
use super::portable;
use super::validity::{faults, unfinished};
use crate::bytes::vector;
use core::arch::x86_64::*;

/// Texts shorter than this are validated while they are transcoded, longer ones by the library
/// before.
const SHORT: usize = 64;

/// As [`super::utf8_to_utf8`].
#[target_feature(enable = "avx2,popcnt")]
pub fn utf8_to_utf8(from: &[u8], to: &mut [u8]) -> bool {
    if from.len() >= SHORT {
        return portable::utf8_to_utf8(from, to);
    }
    let to = &mut to[..from.len()];
    let (mut before, mut wrong) = (_mm_setzero_si128(), _mm_setzero_si128());
    for (from, to) in from.chunks(BLOCK).zip(to.chunks_mut(BLOCK)) {
        let block = load(from);
        wrong = _mm_or_si128(wrong, faults(before, block));
        store(block, from.len(), to);
        before = block;
    }
    wrong = _mm_or_si128(wrong, unfinished(before));
    _mm_testz_si128(wrong, wrong) == 1
}

/// As [`super::utf8_to_utf16`].
#[target_feature(enable = "avx2,popcnt")]
pub fn utf8_to_utf16(from: &[u8], to: &mut [u16]) -> Option<usize> {
    if from.len() < SHORT {
        return transcode::<true>(from, to);
    }
    let ascii = vector::widen_ascii(from, to);
    let is_valid = simdutf8::basic::from_utf8(&from[ascii..]).is_ok();
    transcode::<false>(&from[ascii..], &mut to[ascii..]).filter(|_| is_valid).map(|rest| ascii + rest)
}

/// As [`super::utf8_to_latin1`].
#[target_feature(enable = "avx2,popcnt")]
pub fn utf8_to_latin1(from: &[u8], to: &mut [u8]) -> (usize, usize) {
    let to = &mut to[..from.len()];
    let ascii = if from.len() < SHORT { 0 } else { vector::copy_ascii(from, to) };
    let (mut read, mut written) = (ascii, ascii);
    while read < from.len() {
        let left = BLOCK.min(from.len() - read);
        let block = load(&from[read..]);
        if _mm_movemask_epi8(block) == 0 {
            store(block, left, &mut to[written..]);
            (read, written) = (read + left, written + left);
            continue;
        }
        let leads = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(block, byte(0xfe)), byte(0xc2))) as u32;
        let continuations = _mm_movemask_epi8(_mm_cmpgt_epi8(byte(0xc0), block)) as u32;
        let others = _mm_movemask_epi8(block) as u32 & !leads & !continuations;
        // A character that the block does not have as a whole begins the next one.
        let whole = left - (leads >> (left - 1) & 1) as usize;
        if others != 0 || continuations != leads << 1 & 0xffff {
            break;
        }
        let second = _mm_add_epi8(_mm_bsrli_si128::<1>(block), _mm_slli_epi16::<6>(_mm_and_si128(block, byte(1))));
        let is_lead = _mm_cmpgt_epi8(byte(0xc4), block);
        let characters = _mm_blendv_epi8(block, second, is_lead);
        let kept = !continuations & ((1 << whole) - 1);
        for (half, kept) in [characters, _mm_bsrli_si128::<8>(characters)].into_iter().zip(kept.to_le_bytes()) {
            let units = UNITS.squeeze(_mm_cvtepu8_epi16(half), kept);
            let len = kept.count_ones() as usize;
            store(_mm_packus_epi16(units, units), len, &mut to[written..]);
            written += len;
        }
        read += whole;
    }
    let (rest_read, rest_written) = portable::latin1_prefix(&from[read..], &mut to[written..]);
    (read + rest_read, written + rest_written)
}

/// Transcodes, with `CHECKED` unless it is ill-formed.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn transcode<const CHECKED: bool>(from: &[u8], to: &mut [u16]) -> Option<usize> {
    let to = bytes_mut(&mut to[..from.len()]);
    let (mut before, mut block, mut rest) = (_mm_setzero_si128(), load(from), from);
    let (mut wrong, mut written) = (_mm_setzero_si128(), 0);
    // All units of a block have room as long as bytes follow it, since no byte becomes more than
    // one.
    while let (Some((_, next)), Some(room)) =
        (rest.split_at_checked(BLOCK), to[written..].first_chunk_mut::<{ 2 * BLOCK }>())
    {
        let Some(after) = next.first_chunk::<BLOCK>() else { break };
        let after = load(after);
        if CHECKED {
            wrong = _mm_or_si128(wrong, faults(before, block));
        }
        let (units, begin) = units(before, block, after);
        written += squeeze(units, begin, room);
        (before, block, rest) = (block, after, next);
    }
    while !rest.is_empty() {
        let next = rest.get(BLOCK..).unwrap_or(&[]);
        let after = load(next);
        if CHECKED {
            wrong = _mm_or_si128(wrong, faults(before, block));
        }
        let (units, begin) = units(before, block, after);
        // What pads the last block is no text.
        let begin = if rest.len() < BLOCK { begin & ((1 << rest.len()) - 1) } else { begin };
        written += squeeze(units, begin, &mut to[written..]);
        (before, block, rest) = (block, after, next);
    }
    wrong = _mm_or_si128(wrong, unfinished(before));
    (_mm_testz_si128(wrong, wrong) == 1).then_some(written / 2)
}

/// Puts those of 16 units whose bit is set; their bytes.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn squeeze(units: __m256i, kept: u32, to: &mut [u8]) -> usize {
    let [first, second] = [kept as u8, (kept >> u8::BITS) as u8];
    let [first_len, second_len] = [first, second].map(|kept| 2 * kept.count_ones() as usize);
    store(UNITS.squeeze(_mm256_castsi256_si128(units), first), first_len, to);
    store(UNITS.squeeze(_mm256_extracti128_si256::<1>(units), second), second_len, &mut to[first_len..]);
    first_len + second_len
}

/// A unit for each byte of a block, and at which bytes one begins: where a character does, or, for
/// the low surrogate, at the character's second byte of four. The bits of bytes that say how long a
/// character is are not masked but subtracted.
#[inline]
#[target_feature(enable = "avx2")]
fn units(before: __m128i, block: __m128i, after: __m128i) -> (__m256i, u32) {
    if _mm_movemask_epi8(block) == 0 {
        return (_mm256_cvtepu8_epi16(block), u32::MAX);
    }
    let first = _mm256_cvtepu8_epi16(block);
    let second = _mm256_cvtepu8_epi16(_mm_alignr_epi8::<1>(after, block));
    let third = _mm256_cvtepu8_epi16(_mm_alignr_epi8::<2>(after, block));
    let two = _mm256_add_epi16(_mm256_slli_epi16::<6>(first), second);
    let three = _mm256_add_epi16(_mm256_slli_epi16::<6>(two), third);

    // Nothing for ASCII, and more the longer the character is.
    let of_two = _mm256_subs_epu16(two, all((0xc0 << 6) + 0x80));
    let of_three = _mm256_sub_epi16(three, all((0x80 << 6) + 0x80));
    let ascii = _mm256_cvtepu8_epi16(_mm_max_epi8(block, _mm_setzero_si128()));
    let unit = _mm256_or_si256(ascii, of_two);
    let unit = _mm256_blendv_epi8(unit, of_three, _mm256_cmpgt_epi16(of_two, all(0x7ff)));
    let begins = _mm_cmpgt_epi8(block, byte(0xbf));

    let [fours_before, fours] = [before, block].map(|block| _mm_cmpeq_epi8(_mm_max_epu8(block, byte(0xf0)), block));
    let second_of_four = _mm_alignr_epi8::<15>(fours, fours_before);
    if _mm_movemask_epi8(_mm_or_si128(fours, second_of_four)) == 0 {
        return (unit, _mm_movemask_epi8(begins) as u32);
    }
    // The high surrogate has the upper bits less 0x10000; the low one is looked at from the second
    // byte.
    let upper = _mm256_add_epi16(_mm256_slli_epi16::<2>(two), _mm256_srli_epi16::<4>(third));
    let lengths = (0xf0u16 << 8) + (0x80 << 2) + (0x80 >> 4);
    let high = _mm256_sub_epi16(upper, all(lengths.wrapping_sub(0xd800 - (0x1_0000u32 >> 10) as u16)));
    let low = _mm256_or_si256(_mm256_and_si256(of_three, all(0x3ff)), all(0xdc00));
    let unit = _mm256_blendv_epi8(unit, high, _mm256_cmpgt_epi16(of_two, all(0xbff)));
    let unit = _mm256_blendv_epi8(unit, low, _mm256_cvtepi8_epi16(second_of_four));
    (unit, _mm_movemask_epi8(_mm_or_si128(begins, second_of_four)) as u32)
}

#[inline]
#[target_feature(enable = "avx2")]
fn byte(byte: u8) -> __m128i {
    _mm_set1_epi8(byte as i8)
}
