//! Loops over rounds of UTF-16. Each unit becomes one to three bytes, also each of two surrogates,
//! which has two of the four bytes of their character; a table squeezes out the others.

use super::block::{BLOCK, GROUPS, all, bytes, bytes_mut, equal, halves, load, store};
use super::pairs::{Pairs, surrogates};
use core::arch::x86_64::*;

/// Bytes of two blocks, which are treated at once.
const ROUND: usize = 2 * BLOCK;
/// Units of such.
const UNITS: usize = ROUND / size_of::<u16>();
/// Lengths that two blocks suffice for, or two halves of one.
const SHORT: core::ops::RangeInclusive<usize> = 4..=16;
/// Rounds that are copied at once.
const RUN: usize = 4;
/// Units of a block's quarters, which are squeezed together.
const GROUP: usize = 4;
/// What is enough for the characters of a round, of which the last group is put as a whole block.
const ROOM: usize = 3 * 3 * GROUP + BLOCK;

/// As [`super::utf16_to_utf16`].
#[target_feature(enable = "avx2,popcnt")]
pub fn utf16_to_utf16(from: &[u16], to: &mut [u16]) -> Option<u16> {
    let to = &mut to[..from.len()];
    if SHORT.contains(&from.len()) {
        return copy_short(bytes(from), bytes_mut(to));
    }
    let (rounds, part) = bytes(from).as_chunks();
    let (room, room_for_part) = bytes_mut(to).as_chunks_mut();
    let ((runs, rounds), (room_for_runs, room)) = (rounds.as_chunks(), room.as_chunks_mut());
    let (mut pairs, mut seen) = (Pairs::new(), all(0));
    for (from, to) in runs.iter().zip(room_for_runs) {
        seen = _mm256_or_si256(seen, copy_run(from, to, &mut pairs));
    }
    for (from, to) in rounds.iter().zip(room) {
        let round = load_whole(from);
        pairs.check(round);
        seen = _mm256_or_si256(seen, round);
        store_whole(round, to);
    }
    for (from, to) in part.chunks(BLOCK).zip(room_for_part.chunks_mut(BLOCK)) {
        let block = load(from);
        pairs.check_block(block);
        seen = _mm256_or_si256(seen, _mm256_zextsi128_si256(block));
        store(block, to.len(), to);
    }
    pairs.are_whole(from).then(|| any_bits(seen))
}

/// Copies what is short by two parts that overlap, whole blocks or halves of one.
#[inline]
#[target_feature(enable = "avx2")]
fn copy_short(from: &[u8], to: &mut [u8]) -> Option<u16> {
    let (first, last, part) = match copy_ends::<BLOCK>(from, to) {
        Some((first, last)) => (load(first), load(last), BLOCK),
        None => {
            let (first, last) = copy_ends::<{ BLOCK / 2 }>(from, to)?;
            let load_half = |half: &[u8; BLOCK / 2]| _mm_cvtsi64_si128(i64::from_le_bytes(*half));
            (load_half(first), load_half(last), BLOCK / 2)
        }
    };
    // A bit for each unit. A part has at most eight.
    let second = (from.len() - part) / size_of::<u16>();
    let join = |first: __m128i, last: __m128i| {
        let bits = _mm_movemask_epi8(_mm_packs_epi16(first, last));
        bits & 0xff | bits >> 8 << second
    };
    let kind = |part: __m128i| _mm_and_si128(part, eight(0xfc00));
    let are = |part: __m128i, unit: u16| _mm_cmpeq_epi16(kind(part), eight(unit));
    let high = join(are(first, 0xd800), are(last, 0xd800));
    let low = join(are(first, 0xdc00), are(last, 0xdc00));
    (high << 1 == low).then(|| any_bits(_mm256_zextsi128_si256(_mm_or_si128(first, last))))
}

/// Copies the first and the last bytes of a slice to another one of its length, if it has so many;
/// those.
#[inline]
fn copy_ends<'a, const N: usize>(from: &'a [u8], to: &mut [u8]) -> Option<(&'a [u8; N], &'a [u8; N])> {
    let (first, last) = (from.first_chunk()?, from.last_chunk()?);
    *to.first_chunk_mut()? = *first;
    *to.last_chunk_mut()? = *last;
    Some((first, last))
}

/// Copies a run, which costs less where it has no surrogates; the bits that are set in any unit of
/// a place.
#[inline]
#[target_feature(enable = "avx2")]
fn copy_run(from: &[[u8; ROUND]; RUN], to: &mut [[u8; ROUND]; RUN], pairs: &mut Pairs) -> __m256i {
    let (mut seen, mut found) = (all(0), surrogates(pairs.before()));
    for (from, to) in from.iter().zip(to) {
        let round = load_whole(from);
        seen = _mm256_or_si256(seen, round);
        found = _mm256_or_si256(found, surrogates(round));
        store_whole(round, to);
    }
    if _mm256_testz_si256(found, found) == 0 {
        for from in from {
            pairs.check(load_whole(from));
        }
    }
    seen
}

/// As [`super::utf16_to_utf8`].
#[target_feature(enable = "avx2,popcnt")]
pub fn utf16_to_utf8(from: &[u16], to: &mut [u8]) -> Option<usize> {
    let to = &mut to[..3 * from.len()];
    let (mut rest, mut pairs, mut written) = (bytes(from), Pairs::new(), 0);
    while let (Some((round, next)), Some(room)) = (rest.split_first_chunk::<ROUND>(), to[written..].first_chunk_mut()) {
        let round = load_whole(round);
        written += put(pairs.check(round), round, room);
        rest = next;
    }
    // The last round, which may be whole, has less room than it would need if it were put at once.
    while !rest.is_empty() {
        let round = rest.first_chunk().map_or_else(|| load_part(rest), |round| load_whole(round));
        let len = UNITS.min(rest.len() / size_of::<u16>());
        written += put_part(pairs.check(round), round, len, &mut to[written..]);
        rest = rest.get(ROUND..).unwrap_or(&[]);
    }
    pairs.are_whole(from).then_some(written)
}

/// Puts the characters of a round; their bytes.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn put(previous: __m256i, units: __m256i, to: &mut [u8; ROOM]) -> usize {
    if _mm256_testz_si256(units, all(0xff80)) == 1 {
        let [low, high] = halves(units);
        store(_mm_packus_epi16(low, high), UNITS, to);
        return UNITS;
    }
    let (groups, kept) = groups(characters(previous, units));
    let mut written = 0;
    for (group, kept) in groups.into_iter().zip(kept) {
        store(GROUPS.squeeze(group, kept), BLOCK, &mut to[written..]);
        written += GROUP + kept.count_ones() as usize;
    }
    written
}

/// Puts the characters of the first `len` units of a round; their bytes.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn put_part(previous: __m256i, units: __m256i, len: usize, to: &mut [u8]) -> usize {
    let (groups, kept) = groups(characters(previous, units));
    let mut written = 0;
    for ((group, kept), start) in groups.into_iter().zip(kept).zip((0..len).step_by(GROUP)) {
        let bytes = GROUP.min(len - start) + kept.count_ones() as usize;
        store(GROUPS.squeeze(group, kept), bytes, &mut to[written..]);
        written += bytes;
    }
    written
}

/// Four groups of four units, each as three bytes and one that is nothing, and which of them are
/// kept.
#[inline]
#[target_feature(enable = "avx2")]
fn groups(characters: Characters) -> ([__m128i; 4], [u8; 4]) {
    let Characters { first, third, two, three } = characters;
    // Two bits for each unit.
    let kept = _mm256_movemask_epi8(_mm256_blendv_epi8(two, three, all(0xff00))) as u32;
    let [group_0, group_2] = halves(_mm256_unpacklo_epi16(first, third));
    let [group_1, group_3] = halves(_mm256_unpackhi_epi16(first, third));
    ([group_0, group_1, group_2, group_3], kept.to_le_bytes())
}

/// The bytes of 16 units: the first two in a unit, the third, and masks of those that have two and
/// three.
struct Characters {
    first: __m256i,
    third: __m256i,
    two: __m256i,
    three: __m256i,
}

#[inline]
#[target_feature(enable = "avx2")]
fn characters(previous: __m256i, units: __m256i) -> Characters {
    let at_least = |unit: u16| _mm256_cmpeq_epi16(_mm256_max_epu16(units, all(unit)), units);
    let (two, three) = (at_least(0x80), at_least(0x800));
    let six = _mm256_and_si256(units, all(0x3f));
    let second = _mm256_slli_epi16::<8>(six);
    // The second byte is in the upper half.
    let of_two = _mm256_or_si256(_mm256_srli_epi16::<6>(units), _mm256_or_si256(second, all(0x80c0)));
    let upper = _mm256_and_si256(_mm256_slli_epi16::<2>(units), all(0x3f00));
    let of_three = _mm256_or_si256(_mm256_srli_epi16::<12>(units), _mm256_or_si256(upper, all(0x80e0)));
    let first = _mm256_blendv_epi8(_mm256_blendv_epi8(units, of_two, two), of_three, three);
    let third = _mm256_or_si256(six, all(0x80));

    let surrogate = surrogates(units);
    if _mm256_testz_si256(surrogate, surrogate) == 1 {
        return Characters { first, third, two, three };
    }
    let upper = _mm256_sub_epi16(units, all(0xd800 - (0x1_0000u32 >> 10) as u16));
    let upper_six = _mm256_and_si256(_mm256_slli_epi16::<6>(upper), all(0x3f00));
    let of_high = _mm256_or_si256(_mm256_srli_epi16::<8>(upper), _mm256_or_si256(upper_six, all(0x80f0)));
    // Two bits of the third byte of four are the high surrogate's.
    let lent = _mm256_slli_epi16::<4>(_mm256_and_si256(previous, all(3)));
    let own = _mm256_and_si256(_mm256_srli_epi16::<6>(units), all(0xf));
    let of_low = _mm256_or_si256(_mm256_or_si256(lent, own), _mm256_or_si256(second, all(0x8080)));
    let low = equal(_mm256_and_si256(units, all(0xfc00)), 0xdc00);
    let first = _mm256_blendv_epi8(_mm256_blendv_epi8(first, of_high, surrogate), of_low, low);
    Characters { first, third, two, three: _mm256_andnot_si256(surrogate, three) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_whole(from: &[u8; ROUND]) -> __m256i {
    // SAFETY: this reads as much as the array has.
    unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_whole(round: __m256i, to: &mut [u8; ROUND]) {
    // SAFETY: this writes as much as the array has.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), round) }
}

/// Less than a round, with zeros behind it.
#[inline]
#[target_feature(enable = "avx2")]
fn load_part(from: &[u8]) -> __m256i {
    match from.split_at_checked(BLOCK) {
        Some((low, high)) => _mm256_set_m128i(load(high), load(low)),
        None => _mm256_zextsi128_si256(load(from)),
    }
}

/// The bits that are set in any unit.
#[inline]
#[target_feature(enable = "avx2")]
fn any_bits(units: __m256i) -> u16 {
    let [low, high] = halves(units);
    let eight = _mm_or_si128(low, high);
    let four = _mm_cvtsi128_si64(_mm_or_si128(eight, _mm_bsrli_si128::<8>(eight))) as u64;
    let two = four | four >> 32;
    (two | two >> 16) as u16
}

/// Eight times the same unit.
#[inline]
#[target_feature(enable = "avx2")]
fn eight(unit: u16) -> __m128i {
    _mm_set1_epi16(unit as i16)
}
