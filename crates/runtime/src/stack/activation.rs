//! One stay of a thread in compiled code.

use super::thread::ThreadState;
use cantilever_abi::block::{Header, Landing};
use std::cell::UnsafeCell;

/// What the signal handler saw. Written by the handler, read after the entry trampoline has
/// returned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    /// The code of the trap kind; 0 when nothing was hit.
    pub(crate) kind: u8,
}

/// A host entry that has not returned yet; lies in the entering Rust frame. Activations of a thread
/// form a list.
#[derive(Debug)]
pub(crate) struct Activation {
    previous: *const Activation,
    /// What was entered.
    block: *mut Header,
    /// Where traps land: written by the entry trampoline, the handler last.
    landing: UnsafeCell<Landing>,
    hit: UnsafeCell<Hit>,
}

impl Activation {
    /// An entry into `block`, which must be live for as long as the activation runs.
    #[inline]
    pub(crate) fn new(block: *mut Header, thread: &ThreadState) -> Self {
        let landing = UnsafeCell::new(Landing { handler: 0, sp: 0, fp: 0 });
        Activation { previous: thread.activation.get(), block, landing, hit: UnsafeCell::new(Hit { kind: 0 }) }
    }

    /// Runs `enter` with this activation as the thread's innermost. It is given the place where its
    /// trampoline says where traps land.
    #[inline(always)]
    pub(crate) fn run(&self, thread: &ThreadState, enter: impl FnOnce(*mut Landing) -> u32) -> u32 {
        thread.activation.set(self);
        let status = enter(self.landing.get());
        thread.activation.set(self.previous);
        status
    }

    /// What the signal handler saw.
    pub(crate) fn hit(&self) -> Hit {
        // SAFETY: the handler ran on this thread, and has returned.
        unsafe { self.hit.get().read_volatile() }
    }

    /// The block that was entered.
    pub(crate) fn block(&self) -> *mut Header {
        self.block
    }

    /// The activation that was the thread's innermost before.
    pub(crate) fn previous(&self) -> *const Activation {
        self.previous
    }

    /// Where traps land, once the entry trampoline has written it: before it calls other code.
    pub(crate) fn landing(&self) -> Option<Landing> {
        // SAFETY: only compiled code writes it, on this thread, and none runs now.
        let landing = unsafe { self.landing.get().read_volatile() };
        (landing.handler != 0).then_some(landing)
    }

    /// Notes why it was not entered.
    pub(crate) fn refuse(&self, hit: Hit) {
        // SAFETY: nothing else accesses the cell: no compiled code runs for this activation.
        unsafe { self.hit.get().write_volatile(hit) }
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
