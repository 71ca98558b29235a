//! Filling: how a host function writes bytes of its result where its caller wants them.
//!
//! A result is *fillable* if a string or a `list<u8>` occurs in it that is in no list
//! ([`Types::is_fillable`](crate::Types::is_fillable)). Before an adapter calls such a host
//! function, it writes into the room of the result whom to ask for room in the caller's memory
//! ([`FILL_ENTRY`]). The host function may ask, fill the room, and return its address and length in
//! the result, as if the bytes were its own. The adapter tells by the address that the bytes are in
//! the memory of its canonical options already. It neither allocates nor copies then.
//!
//! Nothing here knows how the room comes about, nor who fills it.

/// Offset in the room of a host function's fillable result of a 64-bit word that says whom to ask:
/// [`NO_FILL_ENTRY`], or the [number](fill_entry_number) of a
/// [`FuncKey::FillEntry`](crate::FuncKey::FillEntry).
///
/// The function is called like any entry trampoline, with the caller's block. Its parameters are a
/// [`FillRequest`]. Its result is the native address of the room, or null where values of that kind
/// cannot be filled: strings of a guest that does not write them in UTF-8.
pub const FILL_ENTRY: usize = 0;

/// There is nobody to ask.
pub const NO_FILL_ENTRY: u64 = 0;

/// The number of the [`FuncKey::FillEntry`](crate::FuncKey::FillEntry) with an index.
pub const fn fill_entry_number(index: u32) -> u64 {
    index as u64 + 1
}

/// The index of the function with this number; none for [`NO_FILL_ENTRY`].
pub const fn fill_entry_index(number: u64) -> Option<u64> {
    number.checked_sub(1)
}

/// What a host function asks of a [`FuncKey::FillEntry`](crate::FuncKey::FillEntry): that `realloc`
/// be called for so many bytes, as lowering calls it for the value. Its result is checked as there.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillRequest {
    /// The size of the room in bytes, at least 1: what is empty is returned like any other value.
    pub bytes: u64,
    /// Non-zero for a string, whose bytes are to be well-formed UTF-8; 0 for a `list<u8>`.
    pub of_string: u64,
}
