//! The signal handler, as far as it is the system's business. Whether a fault is a guest's, and
//! where the guest goes on, is decided by whoever installs it.
//!
//! Faults that are not the guest's go to whoever handled the signal before, and so do signals that
//! somebody sent.

use super::fault::{Fault, was_sent};
use super::registers::Registers;
use libc::{c_int, c_void, siginfo_t};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// The signals that trap sites can raise. SIGBUS is none: here it means that a page could not be
/// had.
const SIGNALS: [c_int; 3] = [libc::SIGSEGV, libc::SIGILL, libc::SIGFPE];

/// Makes the fault of a guest return to where its entry trampoline lands, and says whether it was a
/// guest's. It must be safe to call in a signal handler.
///
/// # Safety
///
/// The registers must be those of this thread at the fault.
pub(crate) type Lander = unsafe fn(Fault, &mut Registers) -> bool;

static LANDER: OnceLock<Lander> = OnceLock::new();

/// Who handled each of [`SIGNALS`] before.
static PREVIOUS: OnceLock<[libc::sigaction; SIGNALS.len()]> = OnceLock::new();

/// Installs the handler, once for the process, which has one `lander`.
pub(crate) fn install(lander: Lander) {
    // What the handler needs is there before it can run.
    LANDER.get_or_init(|| lander);
    PREVIOUS.get_or_init(|| SIGNALS.map(installed_action));
    static INSTALLED: std::sync::Once = std::sync::Once::new();
    INSTALLED.call_once(|| SIGNALS.into_iter().for_each(install_for));
}

/// What is installed for a signal. Safe in a signal handler.
fn installed_action(signal: c_int) -> libc::sigaction {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: only asks; all-zero is a valid `sigaction`, should it fail.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init()
    }
}

fn install_for(signal: c_int) {
    // SAFETY: all-zero is a valid `sigaction`; the handler has the signature that `SA_SIGINFO` asks
    // for and is async-signal-safe. `SA_NODEFER` lets a fault inside a chained handler be seen as
    // such.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        libc::sigemptyset(&mut action.sa_mask);
        let status = libc::sigaction(signal, &action, std::ptr::null_mut());
        assert_eq!(status, 0, "sigaction refused a handler for signal {signal}");
    }
}

unsafe extern "C" fn on_signal(signal: c_int, siginfo: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes a valid context to a `SA_SIGINFO` handler, and what else it knows.
    unsafe {
        let registers = &mut *context.cast::<Registers>();
        let fault = Fault::of(signal, siginfo);
        if !fault.zip(LANDER.get()).is_some_and(|(fault, lands)| lands(fault, registers)) {
            chain(signal, siginfo, context);
        }
    }
}

/// Hands a signal to the handler that was installed before ours.
///
/// # Safety
///
/// The arguments must be those of a signal handler.
unsafe fn chain(signal: c_int, siginfo: *mut siginfo_t, context: *mut c_void) {
    let previous = SIGNALS.iter().position(|s| *s == signal).and_then(|i| PREVIOUS.get().map(|p| &p[i]));
    let Some(previous) = previous else { return };
    // SAFETY: the previous action's function has the signature that its flags say.
    unsafe {
        // No instruction will raise a signal again that somebody sent.
        let sent = was_sent(siginfo);
        match previous.sa_sigaction {
            libc::SIG_IGN if sent => return,
            // The faulting instruction raises the signal again, and the process ends as it would
            // have.
            libc::SIG_DFL | libc::SIG_IGN => drop(libc::signal(signal, libc::SIG_DFL)),
            handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = std::mem::transmute(handler);
                handler(signal, siginfo, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
        // The standard library's handler puts back the default, too, and relies on the instruction.
        if sent && installed_action(signal).sa_sigaction == libc::SIG_DFL {
            libc::raise(signal);
        }
    }
}
