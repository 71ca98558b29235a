//! Strings as the specification defines them: `load_string_from_range` and
//! `store_string_into_range`.

use super::oracle::{MAX_BYTE_LENGTH, Outcome, Peer};
use cantilever_abi::Encoding;
use cantilever_abi::block::TrapKind;

/// The encoding of a string once a tag has been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simple {
    Utf8,
    Utf16,
    Latin1,
    /// UTF-16 of a side whose encoding is `latin1+utf16`.
    TaggedUtf16,
}

/// A string, and how it was encoded where it comes from. Equal strings need not have been encoded
/// equally.
#[derive(Debug, Clone)]
pub struct Text {
    pub text: String,
    pub from: Simple,
    /// `src_code_units`.
    pub units: u64,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let units = text.len() as u64;
        Text { text, from: Simple::Utf8, units }
    }
}

/// The tag of a side's lengths.
pub fn tag(word: u64) -> u64 {
    1 << (8 * word - 1)
}

/// `load_string_from_range`.
pub fn decode(cx: &Peer, ptr: u64, tagged: u64) -> Outcome<Text> {
    let tag = tag(cx.measure.word);
    let (align, size, from, units) = match cx.encoding {
        Encoding::Utf8 => (1, 1, Simple::Utf8, tagged),
        Encoding::Utf16 => (2, 2, Simple::Utf16, tagged),
        Encoding::Latin1Utf16 if tagged & tag != 0 => (2, 2, Simple::TaggedUtf16, tagged ^ tag),
        Encoding::Latin1Utf16 => (2, 1, Simple::Latin1, tagged),
    };
    let length = u128::from(units) * size;
    cx.trap_if(length > MAX_BYTE_LENGTH, TrapKind::StringTooLong)?;
    cx.check(ptr, align, length, TrapKind::UnalignedPointer, TrapKind::StringOutOfBounds)?;
    let bytes = cx.read(ptr, length as u64);
    let text = match from {
        Simple::Utf8 => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => {
                let incomplete = e.utf8_error().error_len().is_none();
                cx.trap_if(incomplete, TrapKind::IncompleteUtf8)?;
                cx.trap_if(true, TrapKind::InvalidUtf8)?;
                unreachable!("it has trapped")
            }
        },
        Simple::Latin1 => bytes.into_iter().map(char::from).collect(),
        Simple::Utf16 | Simple::TaggedUtf16 => {
            let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            let text = String::from_utf16(&units);
            cx.trap_if(text.is_err(), TrapKind::InvalidUtf16)?;
            text.expect("it has been checked")
        }
    };
    Ok(Text { text, from, units })
}

pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

fn is_latin1(c: char) -> bool {
    u32::from(c) < 0x100
}

/// `store_string_into_range`.
pub fn store_string(cx: &mut Peer, source: &Text) -> Outcome<[u64; 2]> {
    let Text { text, from, units } = source;
    match (cx.encoding, from) {
        (Encoding::Utf8, Simple::Utf8) => store_copy(cx, text.as_bytes(), *units, 1),
        (Encoding::Utf8, Simple::Utf16 | Simple::TaggedUtf16) => store_to_utf8(cx, text, *units, 3 * units),
        (Encoding::Utf8, Simple::Latin1) => store_to_utf8(cx, text, *units, 2 * units),
        (Encoding::Utf16, Simple::Utf8) => store_utf8_to_utf16(cx, text, *units),
        (Encoding::Utf16, _) => store_copy(cx, &utf16(text), *units, 2),
        (Encoding::Latin1Utf16, Simple::Utf8 | Simple::Utf16) => store_to_latin1_or_utf16(cx, text, *units),
        (Encoding::Latin1Utf16, Simple::Latin1) => store_copy(cx, &latin1(text), *units, 2),
        (Encoding::Latin1Utf16, Simple::TaggedUtf16) => store_probably_utf16(cx, text, *units),
    }
}

fn realloc(cx: &mut Peer, old: [u64; 2], align: u64, size: u64) -> Outcome<u64> {
    cx.reallocate(old, align, size, TrapKind::ReallocOutOfBounds)
}

fn store_copy(cx: &mut Peer, encoded: &[u8], units: u64, align: u64) -> Outcome<[u64; 2]> {
    let ptr = realloc(cx, [0, 0], align, encoded.len() as u64)?;
    cx.write(ptr, encoded);
    Ok([ptr, units])
}

fn store_to_utf8(cx: &mut Peer, text: &str, units: u64, worst: u64) -> Outcome<[u64; 2]> {
    let ptr = realloc(cx, [0, 0], 1, units)?;
    let ascii = text.bytes().take_while(u8::is_ascii).count();
    cx.write(ptr, &text.as_bytes()[..ascii]);
    if ascii == text.len() {
        return Ok([ptr, units]);
    }
    let mut ptr = realloc(cx, [ptr, units], 1, worst)?;
    cx.write(ptr + ascii as u64, &text.as_bytes()[ascii..]);
    let length = text.len() as u64;
    if worst > length {
        ptr = realloc(cx, [ptr, worst], 1, length)?;
    }
    Ok([ptr, length])
}

fn store_utf8_to_utf16(cx: &mut Peer, text: &str, units: u64) -> Outcome<[u64; 2]> {
    let worst = 2 * units;
    let mut ptr = realloc(cx, [0, 0], 2, worst)?;
    let encoded = utf16(text);
    cx.write(ptr, &encoded);
    let length = encoded.len() as u64;
    if length < worst {
        ptr = realloc(cx, [ptr, worst], 2, length)?;
    }
    Ok([ptr, length / 2])
}

fn store_to_latin1_or_utf16(cx: &mut Peer, text: &str, units: u64) -> Outcome<[u64; 2]> {
    let mut ptr = realloc(cx, [0, 0], 2, units)?;
    let prefix: String = text.chars().take_while(|c| is_latin1(*c)).collect();
    let narrow = latin1(&prefix);
    cx.write(ptr, &narrow);
    let written = narrow.len() as u64;
    if prefix.len() < text.len() {
        let worst = 2 * units;
        ptr = realloc(cx, [ptr, units], 2, worst)?;
        let encoded = utf16(text);
        cx.write(ptr, &encoded);
        let length = encoded.len() as u64;
        if worst > length {
            ptr = realloc(cx, [ptr, worst], 2, length)?;
        }
        return Ok([ptr, (length / 2) | tag(cx.measure.word)]);
    }
    if written < units {
        ptr = realloc(cx, [ptr, units], 2, written)?;
    }
    Ok([ptr, written])
}

fn store_probably_utf16(cx: &mut Peer, text: &str, units: u64) -> Outcome<[u64; 2]> {
    let encoded = utf16(text);
    let ptr = realloc(cx, [0, 0], 2, 2 * units)?;
    cx.write(ptr, &encoded);
    if !text.chars().all(is_latin1) {
        return Ok([ptr, units | tag(cx.measure.word)]);
    }
    cx.write(ptr, &latin1(text));
    let ptr = realloc(cx, [ptr, 2 * units], 1, units)?;
    Ok([ptr, units])
}
