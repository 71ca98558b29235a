//! What a cache has done so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a cache and its clones have done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CacheStats {
    /// Objects that were found.
    pub hits: u64,
    /// Objects that had to be made.
    pub misses: u64,
    /// Functions that need not be compiled to make an object, since an earlier compilation of an
    /// input with the same name had them.
    pub reused_functions: u64,
    /// Files that were there and could not be used. The object of each was made anew.
    pub damaged: u64,
    /// Files that were written.
    pub stored: u64,
    /// Bytes that were written.
    pub stored_bytes: u64,
}

/// The same, being counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    reused_functions: AtomicU64,
    damaged: AtomicU64,
    stored: AtomicU64,
    stored_bytes: AtomicU64,
}

impl Counters {
    pub fn hit(&self) {
        self.hits.fetch_add(1, Relaxed);
    }

    pub fn missed(&self) {
        self.misses.fetch_add(1, Relaxed);
    }

    pub fn reused(&self, functions: usize) {
        self.reused_functions.fetch_add(functions as u64, Relaxed);
    }

    pub fn damaged(&self) {
        self.damaged.fetch_add(1, Relaxed);
    }

    pub fn stored(&self, bytes: u64) {
        self.stored.fetch_add(1, Relaxed);
        self.stored_bytes.fetch_add(bytes, Relaxed);
    }

    pub fn stats(&self) -> CacheStats {
        CacheStats {
            hits: self.hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            reused_functions: self.reused_functions.load(Relaxed),
            damaged: self.damaged.load(Relaxed),
            stored: self.stored.load(Relaxed),
            stored_bytes: self.stored_bytes.load(Relaxed),
        }
    }
}
