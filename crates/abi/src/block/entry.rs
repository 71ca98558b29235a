//! How calls between the host and compiled code pass core values, and how they say that they ended.
//!
//! Entry trampolines and host functions are both sides of it. Nothing here knows how either is
//! made.

/// What an entry trampoline returns when the call came back.
pub const RETURNED: u32 = 0;
/// What an entry trampoline returns when the call trapped.
pub const TRAPPED: u32 = 1;

/// What a [`HostFunc`](super::HostFunc) returns when it succeeded. All else is a failure.
pub const HOST_SUCCEEDED: u32 = 0;
/// What a [`HostFunc`](super::HostFunc) of ours returns when it has recorded an error for the
/// store.
pub const HOST_FAILED: u32 = 1;

/// Bytes of the slot of one core value in an array of parameters or results: a vector fits.
pub const VALUE_SLOT: usize = 16;

/// The slot of one core value. The value lies at its start, in native byte order.
pub type ValueSlot = [u8; VALUE_SLOT];
