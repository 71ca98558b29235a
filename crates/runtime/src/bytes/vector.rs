//! Loops over simple text, written so that the compiler makes vector instructions of them: runs of
//! ASCII or Latin-1, which change their width only, and the validation of UTF-16. What is not
//! simple is for the libraries. And such loops over lists.
//!
//! Each exists twice on x86-64: for every machine, and for those with AVX2, chosen when it is
//! called.

/// Lengths of copies that outgrow the first cache and stay in the second. There the C library's
/// routine goes by `rep movsb`, which takes up to twice as long as a loop; for shorter and longer
/// ones it is the best.
const BETWEEN_CACHES: core::ops::Range<usize> = 32 << 10..512 << 10;

/// `memmove`.
///
/// # Safety
///
/// The ranges must be valid for reading and writing. They may overlap.
pub unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    #[cfg(target_arch = "x86_64")]
    if BETWEEN_CACHES.contains(&len)
        && from.addr().abs_diff(to.addr()) >= len
        && std::arch::is_x86_feature_detected!("avx2")
    {
        // SAFETY: the machine has the feature, the ranges do not overlap, and the caller vouches
        // for them and for the rest.
        unsafe {
            let done = copy_rounds::<false>(from, to, len);
            return std::ptr::copy_nonoverlapping(from.add(done), to.add(done), len - done);
        }
    }
    // SAFETY: the caller vouches for both ranges.
    unsafe { std::ptr::copy(from, to, len) }
}

/// Copies from the beginning of a range to another by explicit vectors, because the compiler makes
/// a call of the C library of any plain loop. It copies whole rounds, with `ASCII` up to the first
/// round that has another byte. Returns how much that is.
///
/// # Safety
///
/// The machine must have AVX2; the ranges must be valid for reading and writing, and must not
/// overlap.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn copy_rounds<const ASCII: bool>(from: *const u8, to: *mut u8, len: usize) -> usize {
    use core::arch::x86_64::{__m256i, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_storeu_si256};
    const ROUND: usize = 4 * size_of::<__m256i>();
    for round in 0..len / ROUND {
        // SAFETY: each round reads and writes that many bytes of the ranges.
        unsafe {
            let (source, target) = (from.add(round * ROUND).cast(), to.add(round * ROUND).cast());
            // Each written out, since a closure would not have the feature where it is called.
            let (a, b) = (_mm256_loadu_si256(source), _mm256_loadu_si256(source.add(1)));
            let (c, d) = (_mm256_loadu_si256(source.add(2)), _mm256_loadu_si256(source.add(3)));
            // The mask has the highest bits of all bytes.
            if ASCII && _mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d))) != 0 {
                return round * ROUND;
            }
            _mm256_storeu_si256(target, a);
            _mm256_storeu_si256(target.add(1), b);
            _mm256_storeu_si256(target.add(2), c);
            _mm256_storeu_si256(target.add(3), d);
        }
    }
    len - len % ROUND
}

/// Units that are converted at once. A run ends exactly; this is only how far a loop looks ahead.
const STRIDE: usize = 64;

/// Defines a function whose loops may use the widest vectors that the machine has.
macro_rules! vectorised {
    ($(#[$doc:meta])* $visibility:vis fn $name:ident($($param:ident: $ty:ty),*) -> $result:ty $body:block) => {
        $(#[$doc])*
        $visibility fn $name($($param: $ty),*) -> $result {
            #[inline(always)]
            fn portable($($param: $ty),*) -> $result $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide($($param: $ty),*) -> $result {
                    portable($($param),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the machine has the feature.
                    return unsafe { wide($($param),*) };
                }
            }
            portable($($param),*)
        }
    };
}

vectorised! {
    /// Is this well-formed? It is when exactly those units which follow a high surrogate are low
    /// ones.
    pub fn is_utf16(units: &[u16]) -> bool {
        if !units.iter().fold(false, |seen, unit| seen | (unit & 0xf800 == 0xd800)) {
            return true;
        }
        let is_low = |unit: u16| unit & 0xfc00 == 0xdc00;
        let is_high = |unit: u16| unit & 0xfc00 == 0xd800;
        let (Some(first), Some(last)) = (units.first(), units.last()) else { return true };
        let mut unpaired = is_low(*first) | is_high(*last);
        for (before, unit) in units.iter().zip(&units[1..]) {
            unpaired |= is_high(*before) != is_low(*unit);
        }
        !unpaired
    }
}

vectorised! {
    /// The bits that are set in any unit.
    pub fn any_bits(units: &[u16]) -> u16 {
        units.iter().fold(0, |seen, unit| seen | unit)
    }
}

/// Copies ASCII up to the first byte that is not; how much that is. `to` is no shorter than `from`.
pub fn copy_ascii(from: &[u8], to: &mut [u8]) -> usize {
    #[cfg(target_arch = "x86_64")]
    let done = if std::arch::is_x86_feature_detected!("avx2") {
        assert!(to.len() >= from.len(), "the destination is too short");
        // SAFETY: the machine has the feature, and both slices are as long as that.
        unsafe { copy_rounds::<true>(from.as_ptr(), to.as_mut_ptr(), from.len()) }
    } else {
        0
    };
    #[cfg(not(target_arch = "x86_64"))]
    let done = 0;
    done + copy_ascii_portably(&from[done..], &mut to[done..])
}

vectorised! {
    /// As [`copy_ascii`].
    fn copy_ascii_portably(from: &[u8], to: &mut [u8]) -> usize {
        run(from, to, |bytes| bytes.iter().fold(0, |seen, byte| seen | byte) < 0x80, |byte| byte)
    }
}

vectorised! {
    /// ASCII as UTF-16, up to the first byte that is not; how much that is. `to` is no shorter than
    /// `from`.
    pub fn widen_ascii(from: &[u8], to: &mut [u16]) -> usize {
        run(from, to, |bytes| bytes.iter().fold(0, |seen, byte| seen | byte) < 0x80, u16::from)
    }
}

vectorised! {
    /// Latin-1 as UTF-16; its length. `to` is no shorter than `from`.
    pub fn widen_latin1(from: &[u8], to: &mut [u16]) -> usize {
        run(from, to, |_| true, u16::from)
    }
}

vectorised! {
    /// UTF-16 as ASCII, up to the first unit that is not; how much that is. `to` is no shorter than
    /// `from`.
    pub fn narrow_ascii(from: &[u16], to: &mut [u8]) -> usize {
        run(from, to, |units| units.iter().fold(0, |seen, unit| seen | unit) < 0x80, |unit| unit as u8)
    }
}

vectorised! {
    /// UTF-16 as Latin-1, up to the first unit that is not; how much that is. `to` is no shorter
    /// than `from`.
    pub fn narrow_latin1(from: &[u16], to: &mut [u8]) -> usize {
        run(from, to, |units| units.iter().fold(0, |seen, unit| seen | unit) <= 0xff, |unit| unit as u8)
    }
}

vectorised! {
    /// Copies Unicode scalar values, little-endian, up to the first unit that is none; how many.
    /// `to` is no shorter than `from`.
    pub fn copy_chars(from: &[u32], to: &mut [u32]) -> usize {
        // Surrogates come to lie at the end of the range, above which everything is refused.
        let beyond = |unit: u32| u32::from((u32::from_le(unit) ^ 0xd800).wrapping_sub(0x800) >= 0x10_f800);
        run(from, to, |units| units.iter().fold(0, |seen, unit| seen | beyond(*unit)) == 0, |unit| unit)
    }
}

vectorised! {
    /// Copies records of `size` bytes, at most 64: of each the bytes whose bits `fields` has. How
    /// many bytes were looked at. `to` is no shorter than `from`.
    pub fn copy_fields(from: &[u8], to: &mut [u8], size: usize, fields: u64) -> usize {
        let mut mask = [0u8; RECORD_MASK];
        let mask = repeated_mask(&mut mask, from.len(), size, fields);
        for (source, target) in from.chunks(mask.len()).zip(to.chunks_mut(mask.len())) {
            for ((byte, place), mask) in source.iter().zip(target).zip(mask) {
                *place ^= (*byte ^ *place) & mask;
            }
        }
        from.len()
    }
}

/// Bytes of the longest mask: eight records of the greatest size.
const RECORD_MASK: usize = 8 * 64;

/// All ones for each byte that `fields` has, of as many whole records as are good to be treated at
/// once.
#[inline(always)]
fn repeated_mask(room: &mut [u8; RECORD_MASK], len: usize, size: usize, fields: u64) -> &[u8] {
    for (index, byte) in room[..size].iter_mut().enumerate() {
        *byte = 0u8.wrapping_sub((fields >> index & 1) as u8);
    }
    let mut filled = size;
    while filled < len && filled * 2 <= RECORD_MASK {
        room.copy_within(..filled, filled);
        filled *= 2;
    }
    &room[..filled]
}

/// Converts up to the first unit that is not `simple`; how many units that is.
#[inline(always)]
fn run<S: Copy, D>(from: &[S], to: &mut [D], simple: impl Fn(&[S]) -> bool, convert: impl Fn(S) -> D) -> usize {
    // What has no such beginning is told at once.
    if from.first().is_none_or(|unit| !simple(std::slice::from_ref(unit))) {
        return 0;
    }
    let mut done = 0;
    for (source, target) in from.chunks_exact(STRIDE).zip(to.chunks_exact_mut(STRIDE)) {
        if !simple(source) {
            break;
        }
        for (unit, place) in source.iter().zip(target) {
            *place = convert(*unit);
        }
        done += STRIDE;
    }
    let (rest, to) = (&from[done..], &mut to[done..]);
    let left = if rest.len() < STRIDE && simple(rest) {
        rest.len()
    } else {
        rest.iter().position(|unit| !simple(std::slice::from_ref(unit))).unwrap_or(rest.len())
    };
    for (unit, place) in rest[..left].iter().zip(to) {
        *place = convert(*unit);
    }
    done + left
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths around the stride, and every place of the one unit that is not simple.
    fn cases() -> impl Iterator<Item = (usize, usize)> {
        [0, 1, 63, 64, 65, 130, 260].into_iter().flat_map(|len| (0..=len).map(move |odd| (len, odd)))
    }

    #[test]
    fn runs_end_at_the_first_unit_that_is_not_simple() {
        for (len, odd) in cases() {
            let mut bytes = vec![b'a'; len];
            let mut units = vec![u16::from(b'a'); len];
            if odd < len {
                (bytes[odd], units[odd]) = (0x80, 0x80);
            }
            let (mut narrow, mut wide) = (vec![0u8; len], vec![0u16; len]);
            assert_eq!(copy_ascii(&bytes, &mut narrow), odd);
            assert_eq!(narrow[..odd], bytes[..odd]);
            assert_eq!(widen_ascii(&bytes, &mut wide), odd);
            assert_eq!(wide[..odd], units[..odd]);
            assert_eq!(narrow_ascii(&units, &mut narrow), odd);
            assert_eq!(narrow_latin1(&units, &mut narrow), len);
            assert_eq!(narrow, bytes);
            assert_eq!(widen_latin1(&bytes, &mut wide), len);
            assert_eq!(wide, units);
            assert!(any_bits(&units) <= 0xff);
            if odd < len {
                units[odd] = 0x100;
                assert!(any_bits(&units) > 0xff);
                assert_eq!(narrow_latin1(&units, &mut narrow), odd);
            }
        }
    }

    #[test]
    fn copies_of_every_length_copy_everything_and_no_more() {
        let lengths = [0, 1, 127, BETWEEN_CACHES.start, BETWEEN_CACHES.start + 129, BETWEEN_CACHES.end];
        let pattern = |len: usize| (0..len).map(|i| (i * 7 + i / 256) as u8).collect::<Vec<u8>>();
        for len in lengths {
            let from = pattern(len);
            let mut to = vec![0xee; len + 1];
            // SAFETY: both are as long as that.
            unsafe { copy(from.as_ptr(), to.as_mut_ptr(), len) };
            assert!(to[..len] == from[..] && to[len] == 0xee, "{len} bytes");
            for distance in [1, 31, 4096] {
                let mut bytes = pattern(len + distance);
                let expected = bytes[..len].to_vec();
                // SAFETY: both ranges lie in the vector.
                unsafe { copy(bytes.as_ptr(), bytes.as_mut_ptr().add(distance), len) };
                assert!(bytes[distance..] == expected[..], "{len} bytes to {distance} further");
            }
        }
    }

    #[test]
    fn surrogates_come_in_pairs() {
        for (len, at) in cases().filter(|(len, at)| at < len) {
            for pattern in
                [&[0xd800u16, 0xdc00][..], &[0xd800], &[0xdc00], &[0xdc00, 0xd800], &[0xdbff, 0xdfff, 0xdfff]]
            {
                let mut units = vec![0x6f22u16; len];
                let taken = pattern.len().min(len - at);
                units[at..at + taken].copy_from_slice(&pattern[..taken]);
                assert_eq!(is_utf16(&units), String::from_utf16(&units).is_ok(), "{pattern:x?} at {at} of {len}");
            }
        }
        assert!(is_utf16(&[]));
    }
}
