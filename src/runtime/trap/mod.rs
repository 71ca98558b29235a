//! Traps: how a fault in compiled code becomes an error of the call that entered it.
//!
//! A trap site raises a hardware fault. The signal handler ([`signals`]) looks the address up among the registered code
//! ([`registry`]), notes what happened in the thread's innermost [`Activation`], and resumes at the place where the entry
//! trampoline lands. [`Trap`] is what the embedder sees.

mod activation;
mod message;
mod registry;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod signals;

pub(crate) use activation::Activation;
pub(crate) use message::{describe, func_key, handle_type};
pub(crate) use registry::{CallSite, CodeRegistration, call_sites};

use crate::block::TrapKind;

/// Why a guest's execution ended, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    kind: Option<TrapKind>,
    message: String,
    frame: Option<TrapFrame>,
}

/// The function in which a trap happened, or another event that is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrapFrame {
    /// The function's symbol.
    pub function: String,
    /// The offset in the input, where it is known.
    pub offset: Option<u32>,
}

impl Trap {
    pub(crate) fn new(kind: TrapKind, message: String, frame: Option<TrapFrame>) -> Self {
        Trap { kind: Some(kind), message, frame }
    }

    /// The error of an entry into an instance that trapped before.
    pub(crate) fn poisoned() -> Self {
        let message = "wasm trap: cannot enter component instance: it trapped before and is in an unknown state";
        Trap { kind: None, message: message.to_owned(), frame: None }
    }

    /// What went wrong. `None` when the guest was not even entered, because it trapped before.
    pub fn kind(&self) -> Option<TrapKind> {
        self.kind
    }

    /// The message, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it happened, if that is known.
    pub fn frame(&self) -> Option<&TrapFrame> {
        self.frame.as_ref()
    }
}

impl std::fmt::Display for Trap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.frame {
            Some(frame) => write!(f, "\n    at {frame}"),
            None => Ok(()),
        }
    }
}

impl std::fmt::Display for TrapFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.function)?;
        match self.offset {
            Some(offset) => write!(f, ", offset {offset:#x}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Trap {}

/// Makes this process ready for faults in compiled code. Does something the first time only.
pub(crate) fn install_signal_handlers() {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    signals::install();
}
