//! A store and what it owns: the records of its instances, exceptions, fuel and contexts, and its
//! arena.
//!
//! It must not know how guests are entered, nor how values are lifted and lowered.

pub(crate) mod arena_scope;
pub(crate) mod exceptions;
pub(crate) mod interrupt_event;
pub(crate) mod live_handles;
pub(crate) mod record;
pub(crate) mod state;
pub(crate) mod supervision;
pub(crate) mod variance;
