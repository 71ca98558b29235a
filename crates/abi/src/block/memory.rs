//! How much address space a linear memory has, and which accesses rely on it instead of a bounds
//! check.

/// Address space reserved for the bytes of a memory unless a compilation asks for less: every
/// 32-bit address lies in it. What is not yet part of the memory is not accessible.
pub const RESERVATION: u64 = 1 << 32;

/// Inaccessible address space after the reservation of a guarded memory: an access whose static
/// offset and size are together at most this needs no check.
pub const GUARD: u64 = 32 << 20;

/// The logarithm of the page size of a memory whose type does not say. No page is larger.
pub const DEFAULT_PAGE_LOG2: u32 = 16;

/// The logarithm of the smallest page size for which the end of a memory is the end of a page of
/// every supported host. Memories with smaller pages end where the hardware cannot trap.
const HOST_PAGE_LOG2: u32 = 16;

/// Is a memory guarded: does compiled code, for a reservation of this many bytes, rely on
/// [`RESERVATION`] and [`GUARD`]? Accesses to any other memory are compared with its length.
pub const fn is_guarded(reservation: u64, memory64: bool, page_log2: u32) -> bool {
    reservation >= RESERVATION && !memory64 && page_log2 >= HOST_PAGE_LOG2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_32_bit_memories_are_guarded() {
        assert!(is_guarded(RESERVATION, false, 16));
        assert!(!is_guarded(RESERVATION - 1, false, 16));
        assert!(!is_guarded(RESERVATION, true, 16));
        assert!(!is_guarded(RESERVATION, false, 0));
    }
}
