//! Compiled code on native stacks: what the runtime keeps for each thread, what an entry keeps in
//! its frame, and how frames, return addresses and handlers of exceptions are found.
//!
//! It must not know stores, instances or what a trap means. What the signal handler needs of it
//! takes no lock.

pub(crate) mod activation;
pub(crate) mod frames;
pub(crate) mod registry;
pub(crate) mod resume;
pub(crate) mod thread;
pub(crate) mod trace;
pub(crate) mod walk;
