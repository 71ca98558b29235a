//! How an engine is made: with the routines that compiled code calls, in a process that handles its
//! faults.

use crate::call::install_signal_handlers;
use crate::image::engine::{Config, Engine};
use crate::intrinsics::INTRINSICS;

impl Default for Engine {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Engine {
    /// An engine with these settings. The first one installs the signal handlers that turn hardware
    /// faults of guests into traps, for SIGSEGV, SIGILL and SIGFPE. Signals that are not a guest's
    /// fault, and those that somebody sent, go to the handler that was there before. A handler that
    /// the embedder installs afterwards must treat ours so, and be installed with `SA_ONSTACK`.
    pub fn new(config: Config) -> Self {
        install_signal_handlers();
        Self::with_intrinsics(config, &INTRINSICS)
    }
}
