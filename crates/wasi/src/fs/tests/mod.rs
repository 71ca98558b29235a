//! Tests of files on a real file system, for each way to keep paths beneath a directory.

mod descriptor;
mod directory;
mod escape;
mod exhaustion;
mod listing;
mod races;
mod rights;
mod stream;

use super::*;
use rustix::io::Errno;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of the host with a directory `base`, which a guest has, and a file `secret` beside it,
/// which no guest may see.
struct Place {
    folder: TempDir,
    base: Descriptor,
}

/// What no guest may read.
const SECRET: &str = "secret of the host";

impl Place {
    fn new(rights: Rights, resolver: Resolver) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("base")).unwrap();
        fs::write(folder.path().join("secret"), SECRET).unwrap();
        let base = Descriptor::preopen(folder.path().join("base"), rights).unwrap().with_resolver(resolver);
        Place { folder, base }
    }

    /// Where the host has something of the guest's.
    fn host(&self, path: &str) -> PathBuf {
        self.folder.path().join("base").join(path)
    }

    /// Makes a file as the host.
    fn file(&self, path: &str, contents: &str) {
        fs::write(self.host(path), contents).unwrap();
    }

    /// Makes directories as the host.
    fn dirs(&self, path: &str) {
        fs::create_dir_all(self.host(path)).unwrap();
    }

    /// Makes a symbolic link as the host.
    fn link(&self, target: impl AsRef<Path>, path: &str) {
        std::os::unix::fs::symlink(target, self.host(path)).unwrap();
    }

    /// What a guest finds in a file.
    fn contents(&self, path: &str) -> Result<String, Errno> {
        contents(&self.base.open_at(Follow::Yes, path, &Open::READ)?)
    }
}

/// What is in a file, up to a few bytes.
fn contents(file: &Descriptor) -> Result<String, Errno> {
    let mut room = [0; 64];
    let count = file.read(&mut room, 0)?;
    Ok(String::from_utf8(room[..count].to_vec()).unwrap())
}

/// Runs a test with each way to resolve paths.
fn with_each_resolver(rights: Rights, test: impl Fn(&Place)) {
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        eprintln!("with {resolver:?}");
        test(&Place::new(rights, resolver));
    }
}

/// Opens for reading and writing, and creates.
const CREATE: Open = Open { create: true, rights: Rights { mutate: false, ..Rights::ALL }, ..Open::READ };

/// Opens for reading and writing.
const WRITE: Open = Open { create: false, ..CREATE };

/// Opens a directory.
const DIRECTORY: Open = Open { directory: true, ..Open::READ };
