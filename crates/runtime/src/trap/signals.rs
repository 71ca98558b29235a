//! The signal handler: turns a hardware fault at a trap site into a return to the entry trampoline's landing.
//!
//! Faults that are not the guest's go to whoever handled the signal before, and so do signals that
//! somebody sent.

use super::activation::Hit;
use super::fault::{Fault, was_sent};
use super::registry::{Found, call_sites, find};
use crate::stack::with_thread;
use cantilever_abi::block::{Landing, TrapKind};
use libc::{c_int, c_void, siginfo_t, ucontext_t};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// The signals that trap sites can raise. SIGBUS is none: here it means that a page could not be
/// had.
const SIGNALS: [c_int; 3] = [libc::SIGSEGV, libc::SIGILL, libc::SIGFPE];

/// Who handled each of [`SIGNALS`] before.
static PREVIOUS: OnceLock<[libc::sigaction; SIGNALS.len()]> = OnceLock::new();

/// Installs the handler, once for the process.
pub(super) fn install() {
    // The previous handlers are asked for first, so that they are known before ours can run.
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
    // SAFETY: all-zero is a valid `sigaction`; the handler has the signature that `SA_SIGINFO` asks for and is
    // async-signal-safe. `SA_NODEFER` lets a fault inside a chained handler be seen as such.
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
        let registers = &mut *context.cast::<ucontext_t>();
        let fault = Fault::of(signal, siginfo);
        if !fault.is_some_and(|fault| lands(fault, registers)) {
            chain(signal, siginfo, context);
        }
    }
}

/// Makes a fault of a guest return to the landing, and says whether it was one.
///
/// # Safety
///
/// The registers must be those of this thread at the fault.
unsafe fn lands(fault: Fault, registers: &mut ucontext_t) -> bool {
    with_thread(|thread| {
        // SAFETY: an activation lies in a frame of this thread that is waiting for the trampoline.
        let Some(activation) = (unsafe { thread.activation.get().as_ref() }) else { return false };
        let (pc, sp) = (program_counter(registers), stack_pointer(registers));
        let exhausted = matches!(fault, Fault::Access(address) if thread.is_stack_guard(address, sp));
        let kind = match find(pc) {
            // SAFETY: compiled code was interrupted, which the activation's trampoline has called.
            Some(Found::TrapSite(kind)) if unsafe { fault.is_trap(kind, activation.block()) } => kind,
            Some(_) if exhausted => TrapKind::StackOverflow as u8,
            _ => return false,
        };
        // Without a landing the trampoline itself was interrupted, which is no guest's fault.
        let Some(landing) = activation.landing() else { return false };
        // SAFETY: between the fault and the entry trampoline there is only compiled code.
        unsafe {
            let (frame, stack) = (frame_pointer(registers), sp..landing.fp);
            let uncaught = kind == TrapKind::UncaughtException as u8;
            call_sites(|site| thread.trace.record((pc, uncaught), frame, stack, &|address| site(address).is_some()));
            activation.record(Hit { kind });
            land(registers, landing);
        }
        true
    })
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

#[cfg(target_arch = "x86_64")]
fn program_counter(context: &ucontext_t) -> usize {
    context.uc_mcontext.gregs[libc::REG_RIP as usize] as usize
}

#[cfg(target_arch = "x86_64")]
fn stack_pointer(context: &ucontext_t) -> usize {
    context.uc_mcontext.gregs[libc::REG_RSP as usize] as usize
}

#[cfg(target_arch = "x86_64")]
fn frame_pointer(context: &ucontext_t) -> usize {
    context.uc_mcontext.gregs[libc::REG_RBP as usize] as usize
}

#[cfg(target_arch = "x86_64")]
fn land(context: &mut ucontext_t, landing: Landing) {
    let registers = &mut context.uc_mcontext.gregs;
    registers[libc::REG_RIP as usize] = landing.handler as i64;
    registers[libc::REG_RSP as usize] = landing.sp as i64;
    registers[libc::REG_RBP as usize] = landing.fp as i64;
}

#[cfg(target_arch = "aarch64")]
fn program_counter(context: &ucontext_t) -> usize {
    context.uc_mcontext.pc as usize
}

/// The number of the frame pointer's register.
#[cfg(target_arch = "aarch64")]
const FRAME_POINTER: usize = 29;

#[cfg(target_arch = "aarch64")]
fn stack_pointer(context: &ucontext_t) -> usize {
    context.uc_mcontext.sp as usize
}

#[cfg(target_arch = "aarch64")]
fn frame_pointer(context: &ucontext_t) -> usize {
    context.uc_mcontext.regs[FRAME_POINTER] as usize
}

#[cfg(target_arch = "aarch64")]
fn land(context: &mut ucontext_t, landing: Landing) {
    context.uc_mcontext.pc = landing.handler as u64;
    context.uc_mcontext.sp = landing.sp as u64;
    context.uc_mcontext.regs[FRAME_POINTER] = landing.fp as u64;
}
