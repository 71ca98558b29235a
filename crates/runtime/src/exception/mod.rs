//! Exceptions of core code at run time: the ones that a store holds ([`held`]), the search for a handler ([`walk`]), and
//! the jump to it ([`resume`]).
//!
//! It knows frames and addresses, and must not know what is thrown or why.

mod held;
mod resume;
mod walk;

pub(crate) use held::Exceptions;
pub(crate) use resume::resume;
pub(crate) use walk::find_handler;
