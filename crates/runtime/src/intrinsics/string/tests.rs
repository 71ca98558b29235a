//! Every routine against the standard library's notion of the encodings.

use super::*;

const NULL: *mut c_void = std::ptr::null_mut();
const TEXTS: [&str; 5] = ["", "plain ASCII of some length, more than a SIMD register", "naïve", "日本語", "a😀b"];

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn bytes<T>(slice: &mut [T]) -> *mut u8 {
    slice.as_mut_ptr().cast()
}

#[test]
fn well_formed_text_survives_every_route() {
    for text in TEXTS {
        let (mut utf8, mut wide) = (text.as_bytes().to_vec(), utf16(text));
        let (len, units) = (utf8.len() as u64, wide.len() as u64);
        let (src8, src16) = (bytes(&mut utf8), bytes(&mut wide));
        // SAFETY: sources and destinations are vectors of the documented sizes.
        unsafe {
            let mut out8 = vec![0u8; 3 * text.len()];
            let mut out16 = vec![0u16; text.len()];
            assert_eq!(utf8_to_utf8(NULL, bytes(&mut out8), src8, len), WELL_FORMED);
            assert_eq!(&out8[..text.len()], text.as_bytes());
            assert_eq!(utf8_to_utf16(NULL, bytes(&mut out16), src8, len), units);
            assert_eq!(&out16[..units as usize], utf16(text));
            assert_eq!(utf16_to_utf8(NULL, bytes(&mut out8), src16, units), len);
            assert_eq!(&out8[..text.len()], text.as_bytes());
            assert_eq!(utf16_to_utf16(NULL, bytes(&mut out16), src16, units), WELL_FORMED);
            let content = if text.chars().all(|c| c <= 'ÿ') { ALL_LATIN1 } else { WELL_FORMED };
            assert_eq!(utf16_to_probably_utf16(NULL, bytes(&mut out16), src16, units), content);
            assert_eq!(&out16[..units as usize], utf16(text));
            let ascii = text.bytes().take_while(u8::is_ascii).count() as u64;
            assert_eq!(utf16_to_utf8_ascii(NULL, bytes(&mut out8), src16, units), ascii);
        }
    }
}

#[test]
fn ill_formed_text_is_told_from_incomplete_text() {
    let cases: [(&[u8], u32); 4] = [
        (b"a\xff", ILL_FORMED),
        (b"a\xe6\x97", INCOMPLETE),
        (b"\xff\xe6\x97", ILL_FORMED),
        (b"\xed\xa0\x80", ILL_FORMED),
    ];
    for (text, status) in cases {
        let (mut text, len) = (text.to_vec(), text.len() as u64);
        let mut out = [0u16; 8];
        // SAFETY: sources and destinations are arrays of the documented sizes.
        unsafe {
            assert_eq!(utf8_to_host(NULL, bytes(&mut text), len, std::ptr::null_mut()), length(status));
            assert_eq!(utf8_to_utf8(NULL, bytes(&mut out), bytes(&mut text), len), status);
            assert_eq!(utf8_to_utf16(NULL, bytes(&mut out), bytes(&mut text), len), length(status));
        }
    }
    let mut lone = [0x61u16, 0xd800];
    let mut out = [0u16; 8];
    // SAFETY: as above.
    unsafe {
        assert_eq!(utf16_to_utf8(NULL, bytes(&mut out), bytes(&mut lone), 2), ILL_FORMED_LENGTH);
        assert_eq!(utf16_to_latin1(NULL, bytes(&mut out), bytes(&mut lone), 2), 1);
        assert_eq!(utf16_to_probably_utf16(NULL, bytes(&mut out), bytes(&mut lone), 2), ILL_FORMED);
    }
}

#[test]
fn latin1_is_the_first_256_characters() {
    let mut text = "aé日".as_bytes().to_vec();
    let mut wide = utf16("aé日");
    let mut out = [0u8; 16];
    // SAFETY: sources and destinations are arrays of the documented sizes.
    unsafe {
        let packed = utf8_to_latin1(NULL, bytes(&mut out), bytes(&mut text), 6);
        assert_eq!((packed >> 32, packed as u32, &out[..2]), (2, 3, &b"a\xe9"[..]));
        assert_eq!(utf16_to_latin1(NULL, bytes(&mut out), bytes(&mut wide), 3), 2);
        let mut latin1 = *b"a\xe9b";
        assert_eq!(latin1_to_utf8_ascii(NULL, bytes(&mut out), bytes(&mut latin1), 3), 1);
        assert_eq!(latin1_to_utf8(NULL, bytes(&mut out), bytes(&mut latin1), 3), 4);
        assert_eq!(&out[..4], "aéb".as_bytes());
        let mut units = [0u16; 3];
        latin1_to_utf16(NULL, bytes(&mut units), bytes(&mut latin1), 3);
        assert_eq!(units.as_slice(), utf16("aéb"));
        deflate_utf16(NULL, bytes(&mut units), 3);
        inflate_latin1(NULL, bytes(&mut units), 3);
        assert_eq!(units.as_slice(), utf16("aéb"));
    }
}

#[test]
fn a_destination_may_overlap_its_source() {
    let mut memory = [0u16; 16];
    let base = bytes(&mut memory);
    // SAFETY: both ranges lie in `memory`.
    unsafe {
        base.add(4).copy_from_nonoverlapping(b"overlap".as_ptr(), 7);
        assert_eq!(utf8_to_utf16(NULL, base, base.add(4), 7), 7);
    }
    assert_eq!(String::from_utf16_lossy(&memory[..7]), "overlap");
}

#[test]
fn latin1_is_widened_and_narrowed_in_place() {
    for len in 0..70 {
        let latin1: Vec<u8> = (0..len).map(|index| (index * 37) as u8).collect();
        let expected: Vec<u16> = latin1.iter().copied().map(u16::from).collect();
        let mut units = vec![0u16; len + 1];
        // SAFETY: the vector has room for all units.
        unsafe {
            bytes(&mut units).copy_from_nonoverlapping(latin1.as_ptr(), len);
            inflate_latin1(NULL, bytes(&mut units), len as u64);
            assert_eq!((&units[..len], units[len]), (&*expected, 0));
            deflate_utf16(NULL, bytes(&mut units), len as u64);
            assert_eq!(std::slice::from_raw_parts(bytes(&mut units), len), latin1);
        }
    }
}

#[test]
fn every_routine_allows_its_ranges_to_overlap() {
    type Routine = unsafe extern "C" fn(*mut c_void, *mut u8, *mut u8, u64) -> u64;
    let text = "é漢a".repeat(20);
    let units = utf16(&text);
    let wide: Vec<u8> = units.iter().copied().flat_map(u16::to_ne_bytes).collect();
    let cases: [(Routine, &[u8], u64, &[u8]); 2] = [
        (utf8_to_utf16, text.as_bytes(), text.len() as u64, &wide),
        (utf16_to_utf8, &wide, units.len() as u64, text.as_bytes()),
    ];
    for (routine, source, len, expected) in cases {
        for distance in [0, 2, 16, 64] {
            let mut memory = vec![0u64; 128];
            let base = bytes(&mut memory);
            // SAFETY: both ranges lie in `memory`.
            unsafe {
                base.add(64).copy_from_nonoverlapping(source.as_ptr(), source.len());
                let written = routine(NULL, base.add(64).sub(distance), base.add(64), len) as usize;
                let written = written * if expected == wide { 2 } else { 1 };
                let result = std::slice::from_raw_parts(base.add(64).sub(distance), written);
                assert_eq!(result, expected, "{distance} bytes before");
            }
        }
    }
}
