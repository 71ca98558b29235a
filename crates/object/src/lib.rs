//! Native objects: what `compile` writes and `run` loads.
//!
//! An object is an ordinary relocatable ELF file: text with a symbol for each function,
//! `.eh_frame`, and the bytes of data segments. It has sections of its own for the metadata
//! ([`artifact::Artifact`]), for sites in the code ([`sites`]) and for source lines ([`lines`]).
//! Behind its end is a [`seal`]: checksums of all of it. There is no second format.
//!
//! It knows neither how code comes about nor how it is run.

pub mod artifact;
mod check;
#[cfg(feature = "write")]
pub mod compiled;
pub mod container;
pub mod lines;
pub mod load;
mod nesting;
mod numbers;
pub mod seal;
pub mod sites;
pub mod trusted;
#[cfg(feature = "write")]
mod unwind;
#[cfg(feature = "write")]
pub mod write;
#[cfg(feature = "write")]
mod write_error;

#[cfg(feature = "write")]
pub use write_error::WriteError;
