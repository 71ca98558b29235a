//! Transcoding for every machine, by libraries.

use crate::bytes::vector;
use encoding_rs::mem;

/// Texts shorter than this are validated faster without vectors.
const SHORT: usize = 64;

/// The text, if it is well-formed.
pub fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.len() < SHORT { std::str::from_utf8(bytes).ok() } else { simdutf8::basic::from_utf8(bytes).ok() }
}

pub fn utf8_to_utf8(from: &[u8], to: &mut [u8]) -> bool {
    let ascii = vector::copy_ascii(from, to);
    to[ascii..from.len()].copy_from_slice(&from[ascii..]);
    text(&from[ascii..]).is_some()
}

pub fn utf8_to_utf16(from: &[u8], to: &mut [u16]) -> Option<usize> {
    let ascii = vector::widen_ascii(from, to);
    Some(ascii + mem::convert_str_to_utf16(text(&from[ascii..])?, &mut to[ascii..]))
}

pub fn utf16_to_utf16(from: &[u16], to: &mut [u16]) -> Option<u16> {
    to[..from.len()].copy_from_slice(from);
    vector::is_utf16(from).then(|| vector::any_bits(from))
}

pub fn utf16_to_utf8(from: &[u16], to: &mut [u8]) -> Option<usize> {
    vector::is_utf16(from).then(|| mem::convert_utf16_to_utf8(from, to))
}

pub fn utf8_to_latin1(from: &[u8], to: &mut [u8]) -> (usize, usize) {
    let ascii = vector::copy_ascii(from, to);
    let (read, written) = latin1_prefix(&from[ascii..], &mut to[ascii..]);
    (ascii + read, ascii + written)
}

/// As [`utf8_to_latin1`], byte by byte.
pub fn latin1_prefix(from: &[u8], to: &mut [u8]) -> (usize, usize) {
    let (mut rest, mut written) = (from, 0);
    for place in to {
        (*place, rest) = match rest {
            [ascii @ ..0x80, rest @ ..] => (*ascii, rest),
            [lead @ 0xc2..=0xc3, second @ 0x80..=0xbf, rest @ ..] => (lead << 6 | second & 0x3f, rest),
            _ => break,
        };
        written += 1;
    }
    (from.len() - rest.len(), written)
}
