//! Where a trap of a test's code lands: a signal handler returns to the entry trampoline, as the
//! runtime's does.

use super::machine::Machine;
use cantilever_abi::block::{Landing, RETURNED, TrapKind};
use std::cell::Cell;
use std::sync::OnceLock;

thread_local! {
    /// The machine whose code runs on this thread.
    static RUNNING: Cell<*const Machine> = const { Cell::new(std::ptr::null()) };
    /// Where its traps land.
    static LANDING: Cell<*const Landing> = const { Cell::new(std::ptr::null()) };
    /// What it trapped with.
    static TRAPPED: Cell<Option<TrapKind>> = const { Cell::new(None) };
}

/// Who handled the signal before.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Runs a machine's code; what it trapped with, if it trapped.
pub fn run(machine: &Machine, enter: impl FnOnce(*mut Landing) -> u32) -> Result<(), TrapKind> {
    install();
    let mut landing = Landing { handler: 0, sp: 0, fp: 0 };
    let outer = (RUNNING.replace(machine), LANDING.replace(&raw const landing));
    let status = enter(&raw mut landing);
    RUNNING.set(outer.0);
    LANDING.set(outer.1);
    match status {
        RETURNED => Ok(()),
        _ => Err(TRAPPED.take().expect("it landed because of a trap")),
    }
}

fn install() {
    PREVIOUS.get_or_init(|| {
        // SAFETY: all-zero is a valid `sigaction`; the handler has the signature that `SA_SIGINFO`
        // asks for and only reads what its thread does not change meanwhile.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            let mut previous = std::mem::zeroed();
            action.sa_sigaction = on_signal as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
            libc::sigaction(libc::SIGILL, &action, &mut previous);
            previous
        }
    });
}

unsafe extern "C" fn on_signal(signal: i32, siginfo: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid context; a machine that runs is alive.
    unsafe {
        let registers = &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        let pc = registers[libc::REG_RIP as usize] as usize;
        let kind = RUNNING.get().as_ref().and_then(|machine| machine.trap_at(pc));
        if let Some(kind) = kind {
            let landing = LANDING.get().read_volatile();
            TRAPPED.set(Some(kind));
            registers[libc::REG_RIP as usize] = landing.handler as i64;
            registers[libc::REG_RSP as usize] = landing.sp as i64;
            registers[libc::REG_RBP as usize] = landing.fp as i64;
            return;
        }
        match PREVIOUS.get() {
            Some(previous) if ![libc::SIG_DFL, libc::SIG_IGN].contains(&previous.sa_sigaction) => {
                type Handler = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
                std::mem::transmute::<usize, Handler>(previous.sa_sigaction)(signal, siginfo, context);
            }
            // The instruction raises the signal again, and the process ends as it would have.
            _ => drop(libc::signal(signal, libc::SIG_DFL)),
        }
    }
}
