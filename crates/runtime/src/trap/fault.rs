//! Which hardware faults are a guest's: what a signal says of its cause, and where accesses of
//! guests may fault.
//!
//! All of this runs in the signal handler: it allocates nothing and takes no lock.

use crate::instance::InstanceRecord;
use crate::linear_memory::LinearMemory;
use crate::store::StoreState;
use cantilever_abi::block::{Header, TrapKind};
use libc::{c_int, siginfo_t};

/// Codes of SIGSEGV for an address that is not mapped, and for one whose pages do not allow the
/// access.
const NOT_MAPPED: c_int = 1;
const NOT_ALLOWED: c_int = 2;
/// A field of null is below this address, and nothing is ever mapped there.
const NULL_PAGE: usize = 4096;

/// What the processor met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
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
    pub(super) unsafe fn of(signal: c_int, siginfo: *const siginfo_t) -> Option<Fault> {
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

    /// Is this fault, at a trap site of this kind, what the site is there for? If not, the compiler
    /// or the runtime has made a mistake.
    ///
    /// # Safety
    ///
    /// `block` must be that of the thread's innermost activation, and compiled code must have been
    /// interrupted.
    pub(super) unsafe fn is_trap(self, kind: u8, block: *const Header) -> bool {
        match self {
            Fault::Instruction => true,
            // SAFETY: passed on.
            Fault::Access(address) if kind == TrapKind::MemoryOutOfBounds as u8 => unsafe { is_guard(block, address) },
            // Null in place of a function is found when its fields are read.
            Fault::Access(address) => address < NULL_PAGE,
        }
    }
}

/// Did somebody send this signal?
///
/// # Safety
///
/// As [`Fault::of`].
pub(super) unsafe fn was_sent(siginfo: *const siginfo_t) -> bool {
    // SAFETY: the caller vouches for it. The kernel's own codes are positive.
    unsafe { (*siginfo).si_code <= 0 }
}

/// Is an address in the part of a memory, of the store that this block belongs to, which no access
/// of a guest reaches?
///
/// # Safety
///
/// As [`Fault::is_trap`].
unsafe fn is_guard(block: *const Header, address: usize) -> bool {
    // SAFETY: the header of a live block leads to its store and its record, which outlive it.
    // Nobody is changing them: whoever entered compiled code waits for it, with exclusive access to
    // the store.
    let (store, record) =
        unsafe { (&*(*block).store.cast::<StoreState>(), &*(*block).instance.cast::<InstanceRecord>()) };
    // Modules call one another, and use memories of one another and of the host.
    record.block.is_guard(address)
        || store.instances.iter().any(|other| other.block.is_guard(address))
        || store.host_items.iter().filter_map(|item| item.downcast_ref::<LinearMemory>()).any(|m| m.is_guard(address))
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
