//! The numbers by which the routines of [`intrinsics`](super::intrinsics) say how they ended.
//!
//! The runtime returns them and compiled code compares with them. Nothing here knows what a routine
//! does.

/// A routine could not do what it was asked for, or a question has the answer no.
pub const FAILED: u32 = 0;
/// A routine did what it was asked for, or a question has the answer yes.
pub const DONE: u32 = 1;
/// A memory or a table could not grow. All else is its size before.
pub const CANNOT_GROW: u64 = u64::MAX;

/// A text is ill-formed.
pub const ILL_FORMED: u32 = 0;
/// A text is well-formed.
pub const WELL_FORMED: u32 = 1;
/// The only fault of UTF-8 is that it ends inside a sequence.
pub const INCOMPLETE: u32 = 2;
/// UTF-16 is well-formed, and all its code units are characters of Latin-1.
pub const ALL_LATIN1: u32 = 2;
/// [`ILL_FORMED`] where lengths or addresses are returned.
pub const ILL_FORMED_LENGTH: u64 = u64::MAX;
/// [`INCOMPLETE`] where lengths or addresses are returned.
pub const INCOMPLETE_LENGTH: u64 = u64::MAX - 1;

/// The status of something that succeeds or fails, or the answer to a question.
pub const fn done(is_done: bool) -> u32 {
    if is_done { DONE } else { FAILED }
}

/// The status of a text that is only looked at as a whole.
pub const fn well_formed(is_well_formed: bool) -> u32 {
    if is_well_formed { WELL_FORMED } else { ILL_FORMED }
}
