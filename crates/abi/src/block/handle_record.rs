//! What is recorded of the entries of handle tables in an object that debugs handles.
//!
//! The records of a table lie elsewhere in the block, at the indices of their entries
//! ([`BlockLayout::handle_records`](super::BlockLayout::handle_records)).

use core::mem::offset_of;

/// The last creation and the last removal of a handle at an index. Zeroed memory says that there
/// was neither.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandleRecord {
    /// How the handle came to be that is there, or was there last.
    pub created: HandleEvent,
    /// How the last handle there ended that did: this one, or the one before it.
    pub dropped: HandleEvent,
}

impl HandleRecord {
    /// The size of a record in bytes.
    pub const SIZE: u32 = size_of::<Self>() as u32;

    /// Where in record 0, which is that of no handle, the use of a handle is recorded that led to a
    /// trap. Its tag means nothing.
    pub const FAULT: usize = offset_of!(HandleRecord, created);
}

/// A handle was added to a table or removed from it.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandleEvent {
    /// The canonical function that did it, as its CLIF user name (namespace in the upper half), or
    /// [`HandleEvent::HOST`].
    pub by: u64,
    /// The handle's tag. 0: nothing happened.
    pub tag: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
    /// The calls of core code that led there, as
    /// [`Intrinsic::CoreCalls`](super::Intrinsic::CoreCalls) gives them.
    pub calls: [u32; CALL_DEPTH],
}

impl HandleEvent {
    /// The host did it, without a canonical function. No function has this name.
    pub const HOST: u64 = u64::MAX;
}

/// How many calls of core code are recorded.
pub const CALL_DEPTH: usize = 4;

const _: () = assert!(HandleRecord::SIZE.is_power_of_two());
