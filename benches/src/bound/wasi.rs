//! What a guest asks of WASI, by native Rust on the same files.

use crate::contestant::Run;
use crate::guest_files;
use anyhow::Result;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;

/// Does it so often; what it returns is not compared.
fn repeat(mut step: impl FnMut() -> Result<()> + 'static) -> Run {
    Box::new(move |n| {
        for _ in 0..n {
            step()?;
        }
        Ok(0)
    })
}

/// The monotonic clock.
pub fn now() -> Result<Run> {
    Ok(repeat(|| {
        std::hint::black_box(std::time::Instant::now());
        Ok(())
    }))
}

/// Eight random bytes of the system.
pub fn random() -> Result<Run> {
    Ok(repeat(|| {
        let mut bytes = [0u8; 8];
        // SAFETY: the buffer has this length.
        let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        anyhow::ensure!(got == bytes.len() as isize, "no random bytes");
        std::hint::black_box(bytes);
        Ok(())
    }))
}

/// From the beginning of a file.
pub fn read(len: u32) -> Result<Run> {
    let file = File::open(guest_files::folder()?.join("file"))?;
    let mut room = vec![0; len as usize];
    Ok(repeat(move || Ok(file.read_exact_at(&mut room, 0)?)))
}

/// To the beginning of a file.
pub fn write(len: u32) -> Result<Run> {
    let file = OpenOptions::new().write(true).open(guest_files::folder()?.join("sink"))?;
    let bytes = vec![0; len as usize];
    Ok(repeat(move || Ok(file.write_all_at(&bytes, 0)?)))
}

/// Opens a file and closes it.
pub fn open() -> Result<Run> {
    let path = guest_files::folder()?.join("file");
    Ok(repeat(move || {
        File::open(&path)?;
        Ok(())
    }))
}
