//! The library routines that do the work on bytes.
//!
//! There is no bound for transcoding: Cantilever itself calls the best library that builds without a C++ compiler.

use crate::contestant::Run;
use anyhow::{Context, Result, ensure};
use std::hint::black_box;

/// A copy.
pub fn copy(len: usize) -> Result<Run> {
    let mut ranges = Ranges::of(b'x', len);
    Ok(repeated(move || {
        let (source, destination) = ranges.split();
        destination.copy_from_slice(source);
        Ok(())
    }))
}

/// Validation of UTF-8, and a copy.
pub fn utf8(len: usize) -> Result<Run> {
    let mut ranges = Ranges::of(b'x', len);
    Ok(repeated(move || {
        let (source, destination) = ranges.split();
        simdutf8::basic::from_utf8(source).context("ASCII is valid")?;
        destination.copy_from_slice(source);
        Ok(())
    }))
}

/// Validation of UTF-16, and a copy. The length is in code units.
pub fn utf16(len: usize) -> Result<Run> {
    let mut ranges = Ranges::of(u16::from(b'x'), len);
    Ok(repeated(move || {
        let (source, destination) = ranges.split();
        ensure!(encoding_rs::mem::utf16_valid_up_to(source) == len, "ASCII is valid");
        destination.copy_from_slice(source);
        Ok(())
    }))
}

/// A source and a destination that begin at pages, as in guests' memories: where they begin at nearly the same place of a page,
/// some processors take twenty times as long for the instruction by which the C library copies.
struct Ranges<T> {
    items: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy> Ranges<T> {
    const PAGE: usize = 4096;

    fn of(item: T, len: usize) -> Self {
        assert!((len * size_of::<T>()).is_multiple_of(Self::PAGE), "the destination begins where the source ends");
        let items = vec![item; 2 * len + Self::PAGE / size_of::<T>()];
        let start = items.as_ptr().align_offset(Self::PAGE);
        Ranges { items, start, len }
    }

    fn split(&mut self) -> (&[T], &mut [T]) {
        let (source, destination) = self.items[self.start..][..2 * self.len].split_at_mut(self.len);
        (black_box(source), black_box(destination))
    }
}

fn repeated(mut once: impl FnMut() -> Result<()> + 'static) -> Run {
    Box::new(move |n| {
        for _ in 0..n {
            once()?;
        }
        Ok(n)
    })
}
