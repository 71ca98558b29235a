//! The library routines that do the work on bytes.
//!
//! There is no bound for transcoding: Cantilever itself calls the best library that builds without a C++ compiler.

use crate::contestant::Run;
use anyhow::{Context, Result, ensure};
use std::hint::black_box;

/// A copy.
pub fn copy(len: usize) -> Result<Run> {
    let (source, mut destination) = (vec![b'x'; len], vec![0u8; len]);
    Ok(repeated(move || {
        black_box(&mut destination[..]).copy_from_slice(black_box(&source));
        Ok(())
    }))
}

/// Validation of UTF-8, and a copy.
pub fn utf8(len: usize) -> Result<Run> {
    let (source, mut destination) = (vec![b'x'; len], vec![0u8; len]);
    Ok(repeated(move || {
        simdutf8::basic::from_utf8(black_box(&source)).context("ASCII is valid")?;
        black_box(&mut destination[..]).copy_from_slice(&source);
        Ok(())
    }))
}

/// Validation of UTF-16, and a copy. The length is in code units.
pub fn utf16(len: usize) -> Result<Run> {
    let (source, mut destination) = (vec![u16::from(b'x'); len], vec![0u16; len]);
    Ok(repeated(move || {
        ensure!(encoding_rs::mem::utf16_valid_up_to(black_box(&source)) == len, "ASCII is valid");
        black_box(&mut destination[..]).copy_from_slice(&source);
        Ok(())
    }))
}

fn repeated(mut once: impl FnMut() -> Result<()> + 'static) -> Run {
    Box::new(move |n| {
        for _ in 0..n {
            once()?;
        }
        Ok(n)
    })
}
