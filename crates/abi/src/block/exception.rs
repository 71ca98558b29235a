//! Exceptions of core code, as compiled code sees them; and where exceptions and traps land.

use core::ffi::c_void;

/// An exception. A slot of [`PAYLOAD_SLOT`] bytes follows for each value of its payload, each in
/// native byte order.
///
/// A reference to an exception is its address; 0 is null.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct Exception {
    /// Its tag: the address of the place of the tag's definition, which is different for each tag.
    pub tag: *const c_void,
    /// Non-zero once a reference to it has been given to core code, which may have kept it.
    pub referenced: u32,
    /// Keeps the size a multiple of a slot.
    pub reserved: u32,
}

/// Bytes of one value of an exception's payload.
pub const PAYLOAD_SLOT: usize = 16;

const _: () = assert!(size_of::<Exception>().is_multiple_of(PAYLOAD_SLOT));

/// A place to go on at, in a frame with a call that has not returned. It is a handler that catches
/// an exception, or the exceptional return of an entry trampoline, for traps. An entry trampoline
/// writes the latter where its caller says.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landing {
    /// The address of the handler.
    pub handler: usize,
    /// The stack pointer that it needs.
    pub sp: usize,
    /// The frame pointer that it needs.
    pub fp: usize,
}
