//! A trap as the embedder sees it: its kind, its message, and the functions that were running.

use super::frame::{Backtrace, Frame};
use cantilever_abi::block::TrapKind;

/// Why a guest's execution ended, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    kind: Option<TrapKind>,
    message: String,
    backtrace: Backtrace,
}

impl Trap {
    pub(crate) fn new(kind: TrapKind, message: String, backtrace: Backtrace) -> Self {
        Trap { kind: Some(kind), message, backtrace }
    }

    /// The error of an entry into an instance that trapped before.
    pub(crate) fn poisoned() -> Self {
        let message = "wasm trap: cannot enter component instance: it trapped before and is in an unknown state";
        Trap { kind: None, message: message.to_owned(), backtrace: Backtrace::default() }
    }

    /// The error of a guest that waited for a host function while its instance trapped in another
    /// call.
    pub(crate) fn cannot_go_on(backtrace: Backtrace) -> Self {
        let message = "wasm trap: cannot go on in component instance: it trapped in a call that was made meanwhile";
        Trap { kind: None, message: message.to_owned(), backtrace }
    }

    /// What went wrong. `None` when the instance had trapped before: the guest was not even
    /// entered, or it did not go on when the host function returned that it had called.
    pub fn kind(&self) -> Option<TrapKind> {
        self.kind
    }

    /// The message, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The functions that were running, innermost first, through all guests and host functions of
    /// the thread that waited for one another. Guests of other stores are left out, and so are
    /// callers after the sixty-fourth native frame.
    pub fn frames(&self) -> &[Frame] {
        self.backtrace.frames()
    }
}

impl std::fmt::Display for Trap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.message, self.backtrace)
    }
}

impl std::error::Error for Trap {}
