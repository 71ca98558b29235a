//! The registers of a thread that a signal has interrupted.

use cantilever_abi::block::Landing;
use libc::ucontext_t;

/// What the kernel saved of the interrupted code, to which the thread returns from its signal
/// handler.
#[repr(transparent)]
pub(crate) struct Registers(ucontext_t);

#[cfg(target_arch = "x86_64")]
impl Registers {
    pub(crate) fn program_counter(&self) -> usize {
        self.0.uc_mcontext.gregs[libc::REG_RIP as usize] as usize
    }

    pub(crate) fn stack_pointer(&self) -> usize {
        self.0.uc_mcontext.gregs[libc::REG_RSP as usize] as usize
    }

    pub(crate) fn frame_pointer(&self) -> usize {
        self.0.uc_mcontext.gregs[libc::REG_RBP as usize] as usize
    }

    /// Makes the thread go on at a landing.
    pub(crate) fn land(&mut self, landing: Landing) {
        let registers = &mut self.0.uc_mcontext.gregs;
        registers[libc::REG_RIP as usize] = landing.handler as i64;
        registers[libc::REG_RSP as usize] = landing.sp as i64;
        registers[libc::REG_RBP as usize] = landing.fp as i64;
    }
}

/// The number of the frame pointer's register.
#[cfg(target_arch = "aarch64")]
const FRAME_POINTER: usize = 29;

#[cfg(target_arch = "aarch64")]
impl Registers {
    pub(crate) fn program_counter(&self) -> usize {
        self.0.uc_mcontext.pc as usize
    }

    pub(crate) fn stack_pointer(&self) -> usize {
        self.0.uc_mcontext.sp as usize
    }

    pub(crate) fn frame_pointer(&self) -> usize {
        self.0.uc_mcontext.regs[FRAME_POINTER] as usize
    }

    /// Makes the thread go on at a landing.
    pub(crate) fn land(&mut self, landing: Landing) {
        self.0.uc_mcontext.pc = landing.handler as u64;
        self.0.uc_mcontext.sp = landing.sp as u64;
        self.0.uc_mcontext.regs[FRAME_POINTER] = landing.fp as u64;
    }
}
