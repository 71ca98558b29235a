//! What a signal says of its cause.
//!
//! All of this runs in the signal handler: it allocates nothing and takes no lock.

use libc::{c_int, siginfo_t};

/// Codes of SIGSEGV for an address that is not mapped, and for one whose pages do not allow the
/// access.
const NOT_MAPPED: c_int = 1;
const NOT_ALLOWED: c_int = 2;

/// What the processor met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An access to memory that cannot be accessed, at this address.
    Access(usize),
    /// An instruction that traps by itself, or a division.
    Instruction,
}

impl Fault {
    /// The fault that a signal stands for; `None` for a signal that somebody sent, and for any
    /// other cause.
    ///
    /// # Safety
    ///
    /// `siginfo` must be what the kernel passed to a handler of this signal.
    pub(crate) unsafe fn of(signal: c_int, siginfo: *const siginfo_t) -> Option<Fault> {
        // SAFETY: the caller vouches for it; the kernel's codes of these signals come with an
        // address.
        unsafe {
            match (signal, (*siginfo).si_code) {
                (libc::SIGSEGV, NOT_MAPPED | NOT_ALLOWED) => Some(Fault::Access((*siginfo).si_addr() as usize)),
                (libc::SIGILL | libc::SIGFPE, code) if (1..libc::SI_KERNEL).contains(&code) => Some(Fault::Instruction),
                _ => None,
            }
        }
    }
}

/// Did somebody send this signal?
///
/// # Safety
///
/// As [`Fault::of`].
pub(crate) unsafe fn was_sent(siginfo: *const siginfo_t) -> bool {
    // SAFETY: the caller vouches for it. The kernel's own codes are positive.
    unsafe { (*siginfo).si_code <= 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(signal: c_int, code: c_int) -> Option<Fault> {
        // SAFETY: all-zero is a valid `siginfo_t`, with null for the address.
        unsafe {
            let mut siginfo: siginfo_t = std::mem::zeroed();
            (siginfo.si_signo, siginfo.si_code) = (signal, code);
            Fault::of(signal, &siginfo)
        }
    }

    #[test]
    fn signals_that_were_sent_are_no_faults() {
        const SI_TKILL: c_int = -6;
        for signal in [libc::SIGSEGV, libc::SIGILL, libc::SIGFPE, libc::SIGBUS] {
            for code in [libc::SI_USER, libc::SI_QUEUE, SI_TKILL, libc::SI_KERNEL] {
                assert_eq!(fault(signal, code), None, "{signal} {code}");
            }
        }
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(fault(libc::SIGSEGV, NOT_MAPPED), Some(Fault::Access(0)));
        assert_eq!(fault(libc::SIGSEGV, NOT_ALLOWED), Some(Fault::Access(0)));
        // Protection keys, tags, …
        assert_eq!(fault(libc::SIGSEGV, 4), None);
        assert_eq!(fault(libc::SIGILL, 2), Some(Fault::Instruction));
        assert_eq!(fault(libc::SIGFPE, 1), Some(Fault::Instruction));
        assert_eq!(fault(libc::SIGBUS, 2), None);
    }
}
