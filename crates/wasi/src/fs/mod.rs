//! Files: what `wasi:filesystem` does, in system calls.
//!
//! A host gives directories ([`Descriptor::preopen`]), and a guest reaches what lies beneath them
//! and nothing else. Every failure is an [`Errno`](rustix::io::Errno), for the error codes of WASI
//! are those of POSIX. Some say what the system does not:
//!
//! | errno | why |
//! |---|---|
//! | `EROFS` | the directory does not permit changes beneath it |
//! | `EBADF` | the descriptor was not opened for reading, or not for writing |
//! | `EPERM` | a path leads out of its directory, or a link would give rights that a file had not |
//! | `EILSEQ` | a name or the target of a symbolic link is not UTF-8 |
//!
//! Nothing here waits for a guest: FIFOs and devices are opened without blocking. It must not know
//! of components or of tables of resources.

mod descriptor;
mod directory;
mod listing;
mod path;
mod resolve;
mod rights;
mod stat;
mod stream;
mod walk;

#[cfg(test)]
mod tests;

pub use descriptor::{Advice, Descriptor};
pub use directory::{Follow, Open};
pub use listing::{Entry, Listing};
pub use resolve::Resolver;
pub use rights::{Integrity, Rights};
pub use stat::{HashKey, Kind, MetadataHash, NewTime, Stat, Time};
pub use stream::{FileInput, FileOutput};
