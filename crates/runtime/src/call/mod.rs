//! From the host into guests and back: entries, landings after traps, host functions, and the
//! making of instances.
//!
//! A trap site raises a hardware fault. The signal handler looks the address up among the
//! registered code. It notes in the thread's innermost activation what happened, and traces the
//! stack. Then it resumes where the entry trampoline lands (`landing`). What the landing means is
//! found out once Rust runs again ([`entry`]).
//!
//! It must not know names: linkers and exports are for others.

pub(crate) mod backtrace;
pub(crate) mod entry;
pub(crate) mod fill;
pub(crate) mod host_func;
pub(crate) mod instantiate;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod landing;
pub(crate) mod with_stack;

/// Makes hardware faults of guests traps, from now on, in the whole process.
pub(crate) fn install_signal_handlers() {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    crate::sys::signals::install(landing::lands);
}
