//! What is in a cache, for people, and removing it.

use super::error::CacheError;
use super::{Cache, OBJECT, entry, key, size_limit};
use std::time::SystemTime;

/// What a file of a cache has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// An object.
    Object,
    /// The functions of the last compilation of an input.
    Functions,
}

/// A file of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheEntry {
    /// The name of its file.
    pub file: String,
    /// What it has.
    pub content: Content,
    /// Bytes of the file.
    pub bytes: u64,
    /// When it was used last, to about an hour.
    pub used: SystemTime,
    /// What the input was called; empty if it had no name.
    pub input: String,
    /// Bytes of the input; 0 where the file is damaged.
    pub input_bytes: u64,
    /// The options that are not the default ones.
    pub options: String,
    /// Did this build of the compiler make it? Others are not used by this one.
    pub is_current: bool,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Removed {
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Cache {
    /// What is in the cache, what was used last first.
    ///
    /// # Errors
    ///
    /// [`CacheError`]: the directory cannot be read.
    pub fn list(&self) -> Result<Vec<CacheEntry>, CacheError> {
        let directory = self.current();
        let mut entries = Vec::new();
        for found in directory.files()? {
            let content = if found.name.ends_with(OBJECT) { Content::Object } else { Content::Functions };
            // What cannot be read or is not trusted is as good as damaged.
            let file = directory.find(&found.name).ok().flatten();
            let description = file.and_then(|(file, _)| entry::describe(&file).ok().flatten());
            let (input, input_bytes, options, is_current) = match description {
                Some(d) => (d.input, d.input_bytes, d.options, d.build == key::BUILD),
                None => Default::default(),
            };
            let (file, bytes, used) = (found.name, found.bytes, found.used);
            entries.push(CacheEntry { file, content, bytes, used, input, input_bytes, options, is_current });
        }
        entries.sort_by(|a, b| b.used.cmp(&a.used).then_with(|| a.file.cmp(&b.file)));
        Ok(entries)
    }

    /// Removes everything, unless another process is removing files just now.
    ///
    /// # Errors
    ///
    /// [`CacheError`]: files cannot be removed.
    pub fn clear(&self) -> Result<Removed, CacheError> {
        size_limit::shrink(&self.current(), 0)
    }

    /// Removes what was not used for longest, until the size limit holds; and what was left behind
    /// by processes that ended while they wrote.
    ///
    /// # Errors
    ///
    /// [`CacheError`]: files cannot be removed.
    pub fn prune(&self) -> Result<Removed, CacheError> {
        size_limit::shrink(&self.current(), self.shared.options.size_limit)
    }
}
