//! How much address space a linear memory has.
//!
//! Compiled code leaves out bounds checks that these numbers make needless; the runtime reserves accordingly.

/// Bytes that every linear memory may grow into in place: the reach of a 32-bit address.
pub const RESERVATION: u64 = 1 << 32;

/// Bytes after [`RESERVATION`] that are never accessible: a constant offset up to this needs no check of its own.
pub const GUARD: u64 = 32 << 20;
