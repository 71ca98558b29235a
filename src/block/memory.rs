//! How much address space a linear memory with 32-bit addresses has, on which elided bounds checks rely.

/// Address space reserved for the bytes of a memory: every 32-bit address lies in it. What is not yet part of the memory
/// is not accessible.
pub const RESERVATION: u64 = 1 << 32;

/// Inaccessible address space after the reservation: an access whose static offset and size are together at most
/// this needs no check.
pub const GUARD: u64 = 32 << 20;
