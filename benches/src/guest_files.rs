//! The files that guests of WASI are given.

use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// A folder of this run with `file` (1 MiB) and `sink`, both in memory where the system has such a
/// place, so that no disk is measured.
pub fn folder() -> Result<&'static Path> {
    if let Some(folder) = FOLDER.get() {
        return Ok(folder);
    }
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = parent.join(format!("cantilever-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("file"), vec![b'x'; 1 << 20])?;
    std::fs::write(folder.join("sink"), [])?;
    Ok(FOLDER.get_or_init(|| folder))
}

/// Removes the folder, if there is one.
pub fn remove() {
    if let Some(folder) = FOLDER.get() {
        // What cannot be removed is the system's to clean up.
        let _ = std::fs::remove_dir_all(folder);
    }
}
