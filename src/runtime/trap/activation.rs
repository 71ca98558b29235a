//! One stay of a thread in compiled code.

use crate::block::Header;
use crate::runtime::stack::ThreadState;
use std::cell::UnsafeCell;

/// What the signal handler saw. Written by the handler, read after the entry trampoline has returned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    /// The code of the trap kind; 0 when nothing was hit.
    pub(crate) kind: u8,
}

/// A host entry that has not returned yet; lies in the entering Rust frame. Activations of a thread form a list.
#[derive(Debug)]
pub(crate) struct Activation {
    previous: *const Activation,
    /// Where traps land.
    block: *mut Header,
    hit: UnsafeCell<Hit>,
}

impl Activation {
    /// An entry into `block`, which must be live for as long as the activation runs.
    #[inline]
    pub(crate) fn new(block: *mut Header, thread: &ThreadState) -> Self {
        Activation { previous: thread.activation.get(), block, hit: UnsafeCell::new(Hit { kind: 0 }) }
    }

    /// Runs `enter` with this activation as the thread's innermost. Entry trampolines put back the landing of an outer
    /// activation of the same block themselves.
    #[inline]
    pub(crate) fn run(&self, thread: &ThreadState, enter: impl FnOnce() -> u32) -> u32 {
        thread.activation.set(self);
        let status = enter();
        thread.activation.set(self.previous);
        status
    }

    /// What the signal handler saw.
    pub(crate) fn hit(&self) -> Hit {
        // SAFETY: the handler ran on this thread, and has returned.
        unsafe { self.hit.get().read_volatile() }
    }

    /// The block whose landing is used.
    pub(crate) fn block(&self) -> *mut Header {
        self.block
    }

    /// Notes what happened.
    ///
    /// # Safety
    ///
    /// To be called by the signal handler on the thread of this activation.
    pub(crate) unsafe fn record(&self, hit: Hit) {
        // SAFETY: nothing else accesses the cell while the thread is in its signal handler.
        unsafe { self.hit.get().write_volatile(hit) }
    }
}
