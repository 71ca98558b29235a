//! The library routines that do the work on bytes: the C library's copy, and the validation and
//! transcoding of simdutf8 and simdutf.

use crate::contestant::Run;
use anyhow::{Result, ensure};
use std::hint::black_box;

/// A copy.
pub fn copy(len: usize) -> Result<Run> {
    converted(b'x', len, |from: &[u8], to: &mut [u8]| {
        to.copy_from_slice(from);
        to.len()
    })
}

/// Validation of UTF-8, and a copy.
pub fn utf8(len: usize) -> Result<Run> {
    converted(b'x', len, |from: &[u8], to: &mut [u8]| {
        let valid = simdutf8::basic::from_utf8(from).map_or(0, str::len);
        to.copy_from_slice(from);
        valid
    })
}

/// Validation of UTF-16, and a copy. The length is in code units.
pub fn utf16(len: usize) -> Result<Run> {
    converted(u16::from(b'x'), len, |from: &[u16], to: &mut [u16]| {
        let valid = simdutf::validate_utf16le(from);
        to.copy_from_slice(from);
        if valid { to.len() } else { 0 }
    })
}

/// UTF-8 of ASCII to UTF-16.
pub fn utf8_to_utf16(len: usize) -> Result<Run> {
    transcoded(b'x', len, simdutf::convert_utf8_to_utf16le)
}

/// UTF-8 of ASCII to Latin-1.
pub fn utf8_to_latin1(len: usize) -> Result<Run> {
    transcoded(b'x', len, simdutf::convert_utf8_to_latin1)
}

/// UTF-16 of ASCII to UTF-8. The length is in code units.
pub fn utf16_to_utf8(len: usize) -> Result<Run> {
    transcoded(u16::from(b'x'), len, simdutf::convert_utf16le_to_utf8)
}

/// UTF-16 of ASCII to Latin-1. The length is in code units.
pub fn utf16_to_latin1(len: usize) -> Result<Run> {
    transcoded(u16::from(b'x'), len, simdutf::convert_utf16le_to_latin1)
}

/// Latin-1 of ASCII to UTF-8.
pub fn latin1_to_utf8(len: usize) -> Result<Run> {
    transcoded(b'x', len, simdutf::convert_latin1_to_utf8)
}

/// Latin-1 of ASCII to UTF-16.
pub fn latin1_to_utf16(len: usize) -> Result<Run> {
    transcoded(b'x', len, simdutf::convert_latin1_to_utf16le)
}

/// A routine of simdutf: reads so many units, and says how many it has written.
type Transcoder<S, D> = unsafe fn(*const S, usize, *mut D) -> usize;

/// Transcodes ASCII, which has as many units in every encoding.
fn transcoded<S, D>(unit: S, len: usize, transcode: Transcoder<S, D>) -> Result<Run>
where
    S: Copy + 'static,
    D: Copy + Default + 'static,
{
    // SAFETY: both have so many units, and each unit of the source becomes one.
    converted(unit, len, move |from: &[S], to: &mut [D]| unsafe {
        transcode(from.as_ptr(), from.len(), to.as_mut_ptr())
    })
}

/// Converts a text of so many units, each of which becomes one; `convert` says how many it has
/// written.
fn converted<S: Copy + 'static, D: Copy + Default + 'static>(
    unit: S,
    len: usize,
    convert: impl Fn(&[S], &mut [D]) -> usize + 'static,
) -> Result<Run> {
    let (mut source, mut destination) = (Paged::of(unit, len), Paged::of(D::default(), len));
    Ok(Box::new(move |n| {
        for _ in 0..n {
            let written = convert(black_box(source.items()), black_box(destination.items()));
            ensure!(written == len, "{written} of {len} units were written");
        }
        Ok(n)
    }))
}

/// Items that begin at a page, as those of guests' memories. The C library copies by one
/// instruction. Some processors take twenty times as long for it where source and destination begin
/// at nearly the same place of a page.
struct Paged<T> {
    all: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy> Paged<T> {
    const PAGE: usize = 4096;

    fn of(item: T, len: usize) -> Self {
        let all = vec![item; len + Self::PAGE / size_of::<T>()];
        let start = all.as_ptr().align_offset(Self::PAGE);
        Paged { all, start, len }
    }

    fn items(&mut self) -> &mut [T] {
        &mut self.all[self.start..][..self.len]
    }
}
