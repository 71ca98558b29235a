//! Why there is no cache, or why it does less than it could. No error of a cache keeps a program
//! from being compiled.

use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with a cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// No variable of the environment says where the cache of this user is.
    #[error("there is no place for a cache: neither XDG_CACHE_HOME nor HOME names a directory")]
    NoPlace,
    /// Something is not to be trusted: code that is loaded from there could be anybody's.
    #[error("{} is not trusted: {distrust}", path.display())]
    Distrusted {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        distrust: Distrust,
    },
    /// The system refuses something.
    #[error("{}: cannot {what}: {source}", path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// Why a directory or file of a cache is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Distrust {
    /// It is a symbolic link, or something else than it should be.
    #[error("it is no plain {0}")]
    Kind(&'static str),
    /// It belongs to a user who is not trusted.
    #[error("it belongs to user {0}")]
    Owner(u32),
    /// Others can write to it.
    #[error("its mode {0:04o} lets other users write to it")]
    Writable(u32),
}

impl CacheError {
    pub(super) fn io(path: &Path, what: &'static str, source: impl Into<io::Error>) -> Self {
        CacheError::Io { path: path.to_owned(), what, source: source.into() }
    }

    /// Does something that was there not exist any more?
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, CacheError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
