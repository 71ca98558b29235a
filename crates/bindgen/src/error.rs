//! Why there are no bindings.

use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with the WIT, the options or the files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The WIT cannot be read. The text has the place (file, line and column) and the line itself.
    #[error("{0}")]
    Wit(String),
    /// The world has something for which there are no bindings.
    #[error("{location}: {item} {reason}")]
    Unsupported {
        /// File, line and column of the item.
        location: String,
        /// The item, such as ``the function `read` ``.
        item: String,
        /// What is unsupported about it.
        reason: String,
    },
    /// What the options say of a resource cannot be followed.
    #[error("the resource `{path}`: {reason}")]
    Resource {
        /// The resource, as the options name it.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The path of the runtime's crate is no path of Rust.
    #[error("`{0}` is no path of a crate or module")]
    RuntimePath(String),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
}

impl Error {
    /// What `map_err` needs for operations on a file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Error::File { path, error }
    }
}
