//! Every function, of each kind of machine, against the standard library.

use super::*;

/// Characters of each length, first and last ones and ones between.
const CHARACTERS: [char; 14] = [
    '\0',
    'a',
    '\x7f',
    '\u{80}',
    'é',
    '\u{7ff}',
    '\u{800}',
    '漢',
    '\u{d7ff}',
    '\u{e000}',
    '\u{ffff}',
    '\u{10000}',
    '𝄞',
    '\u{10ffff}',
];

/// What is behind the room that a function may use.
const FENCE: u8 = 0xee;

/// What the functions make of a text, and that they write no further than they may.
fn check(text: &[u8]) {
    check_latin1(text);
    let expected = std::str::from_utf8(text).ok();
    type ToUtf16 = fn(&[u8], &mut [u16]) -> Option<usize>;
    for to_utf16 in [utf8_to_utf16 as ToUtf16, portable::utf8_to_utf16] {
        let mut units = vec![0xeeee; text.len() + 16];
        let (room, fence) = units.split_at_mut(text.len());
        let written = to_utf16(text, room);
        assert!(fence.iter().all(|unit| *unit == 0xeeee), "{text:x?}");
        let written = written.map(|len| &room[..len]);
        assert_eq!(written, expected.map(|text| text.encode_utf16().collect::<Vec<u16>>()).as_deref(), "{text:x?}");
    }
    for to_utf8 in [utf8_to_utf8, portable::utf8_to_utf8] {
        let mut bytes = vec![FENCE; text.len() + 32];
        let (room, fence) = bytes.split_at_mut(text.len());
        let is_valid = to_utf8(text, room);
        assert!(fence.iter().all(|byte| *byte == FENCE), "{text:x?}");
        assert_eq!(is_valid.then_some(&*room), expected.map(str::as_bytes), "{text:x?}");
    }
}

/// As [`check`], of the beginning that is Latin-1.
fn check_latin1(text: &[u8]) {
    let valid = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap(),
    };
    let expected: Vec<u8> = valid.chars().map_while(|character| u8::try_from(character).ok()).collect();
    let read: usize = expected.iter().map(|byte| char::from(*byte).len_utf8()).sum();
    for to_latin1 in [utf8_to_latin1, portable::utf8_to_latin1] {
        let mut bytes = vec![FENCE; text.len() + 32];
        let (room, fence) = bytes.split_at_mut(text.len());
        assert_eq!(to_latin1(text, room), (read, expected.len()), "{text:x?}");
        assert_eq!(room[..expected.len()], expected, "{text:x?}");
        assert!(fence.iter().all(|byte| *byte == FENCE), "{text:x?}");
    }
}

fn check_units(text: &[u16]) {
    let expected = String::from_utf16(text).ok();
    type ToUtf8 = fn(&[u16], &mut [u8]) -> Option<usize>;
    for to_utf8 in [utf16_to_utf8 as ToUtf8, portable::utf16_to_utf8] {
        let mut bytes = vec![FENCE; 3 * text.len() + 32];
        let (room, fence) = bytes.split_at_mut(3 * text.len());
        let written = to_utf8(text, room);
        assert!(fence.iter().all(|byte| *byte == FENCE), "{text:x?}");
        assert_eq!(written.map(|len| &room[..len]), expected.as_deref().map(str::as_bytes), "{text:x?}");
    }
    type ToUtf16 = fn(&[u16], &mut [u16]) -> Option<u16>;
    for to_utf16 in [utf16_to_utf16 as ToUtf16, portable::utf16_to_utf16] {
        let mut units = vec![0xeeee; text.len() + 16];
        let (room, fence) = units.split_at_mut(text.len());
        let bits = to_utf16(text, room);
        assert!(fence.iter().all(|unit| *unit == 0xeeee), "{text:x?}");
        assert_eq!(bits, expected.is_some().then(|| text.iter().fold(0, |seen, unit| seen | unit)), "{text:x?}");
        assert!(bits.is_none() || room == text, "{text:x?}");
    }
}

fn check_both(text: &str) {
    check(text.as_bytes());
    check_units(&text.encode_utf16().collect::<Vec<u16>>());
}

#[test]
fn every_length_of_every_kind_of_character() {
    for character in CHARACTERS {
        for len in 0..70 {
            for before in 0..4 {
                check_both(&("x".repeat(before) + &character.to_string().repeat(len)));
            }
        }
    }
}

#[test]
fn every_neighbourhood_of_characters_at_every_place() {
    for first in CHARACTERS {
        for second in CHARACTERS {
            for at in 0..36 {
                check_both(&format!("{}{first}{second}{first}a", "é".repeat(at / 2) + &"x".repeat(at % 2)));
            }
        }
    }
}

#[test]
fn every_character() {
    for first in ('\0'..=char::MAX).step_by(5) {
        let text: String = (first..=char::MAX).take(5).collect();
        check_both(&text);
    }
}

/// Bytes at the limits of what may follow what.
const BYTES: [u8; 22] = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0,
    0xf3, 0xf4, 0xf5,
];

#[test]
fn every_sequence_of_four_limiting_bytes() {
    for sequence in 0..BYTES.len().pow(4) {
        let bytes = [0, 1, 2, 3].map(|place| BYTES[sequence / BYTES.len().pow(place) % BYTES.len()]);
        check(&bytes);
    }
}

#[test]
fn every_pair_of_bytes_at_every_place_of_text() {
    for pair in 0..=u16::MAX {
        for text in ["漢é𝄞a", "éÿaaÄa"] {
            let mut text = text.repeat(4).into_bytes();
            let at = usize::from(pair) % (text.len() - 1);
            text[at..at + 2].copy_from_slice(&pair.to_le_bytes());
            check(&text);
        }
    }
}

#[test]
fn text_that_is_cut_at_every_place() {
    for character in CHARACTERS {
        for before in 0..40 {
            let mut text = "x".repeat(before) + &character.to_string();
            text.push_str(&"é".repeat(12));
            (0..text.len()).for_each(|len| check(&text.as_bytes()[..len]));
            let units: Vec<u16> = text.encode_utf16().collect();
            (0..units.len()).for_each(|len| check_units(&units[..len]));
        }
    }
}

#[test]
fn surrogates_at_every_place_of_text() {
    // Beyond a run, after which what was seen before it counts.
    for len in (1..70).chain([127, 128, 129, 200]) {
        for at in 0..len {
            for pattern in [&[0xd800, 0xdc00][..], &[0xd800], &[0xdc00], &[0xdc00, 0xd800], &[0xdbff, 0xdfff, 0xdfff]] {
                let mut units = vec![0x6f22; len];
                let taken = pattern.len().min(len - at);
                units[at..at + taken].copy_from_slice(&pattern[..taken]);
                check_units(&units);
            }
        }
    }
}
