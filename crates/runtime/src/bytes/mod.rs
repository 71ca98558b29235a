//! Loops over bytes: copies, and strings of one encoding made into strings of another.
//!
//! It must not know where the bytes lie or who asks: neither memories nor the ABI's routines.

pub(crate) mod transcode;
pub(crate) mod vector;
