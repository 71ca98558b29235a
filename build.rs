//! Tells builds of the compiler apart, so that none reads from a cache what another one wrote.
//!
//! The fingerprint covers the sources of all crates that decide about code. In a checkout they lie
//! beside this file, with the lock file that says which Cranelift it is. Packages from a registry
//! are told apart by their versions, which the cache's keys have too.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// What decides about code, relative to this file.
const SOURCES: [&str; 5] = ["src", "crates/abi/src", "crates/object/src", "crates/pass/src", "Cargo.lock"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_CACHE").is_none() {
        return;
    }
    let mut hasher = DefaultHasher::new();
    for source in SOURCES.map(Path::new) {
        if source.exists() {
            println!("cargo::rerun-if-changed={}", source.display());
            hash(source, &mut hasher);
        }
    }
    println!("cargo::rustc-env=CANTILEVER_FINGERPRINT={:016x}", hasher.finish());
}

/// Hashes a file, or all files in a folder, with their names.
fn hash(path: &Path, hasher: &mut DefaultHasher) {
    if let Ok(entries) = fs::read_dir(path) {
        let mut inner: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        inner.sort();
        return inner.iter().for_each(|path| hash(path, hasher));
    }
    path.hash(hasher);
    fs::read(path).unwrap_or_default().hash(hasher);
}
