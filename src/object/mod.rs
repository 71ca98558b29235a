//! Native objects: what `compile` writes and `run` loads.
//!
//! An object is an ordinary relocatable ELF file: text with a symbol for each function, `.eh_frame`, the bytes of data
//! segments, and the metadata ([`artifact::Artifact`]) in a section of its own. There is no second format.

pub mod artifact;
#[cfg(feature = "compile")]
pub mod compiled;
pub mod container;
#[cfg(feature = "runtime")]
pub mod load;
#[cfg(feature = "compile")]
mod unwind;
#[cfg(feature = "compile")]
pub mod write;
