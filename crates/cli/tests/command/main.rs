//! The tests of the built command, in one binary.

mod bindgen;
mod cache;
mod command_line;
mod precompiled;
mod programs;
#[cfg(feature = "serve")]
mod serve;

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The built command, with a cache that is not the user's.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cantilever"));
    command.env("CANTILEVER_CACHE_DIR", cache_directory());
    command
}

/// The cache of the tests.
fn cache_directory() -> &'static PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cache");
        // What earlier runs left.
        let _ = std::fs::remove_dir_all(&directory);
        directory
    })
}
