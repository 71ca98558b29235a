//! One stay of a thread in compiled code.

use crate::block::{Header, Landing};
use crate::runtime::stack::ThreadState;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

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
    /// What was entered.
    block: *mut Header,
    /// Where traps land: written by the entry trampoline.
    landing: UnsafeCell<MaybeUninit<Landing>>,
    hit: UnsafeCell<Hit>,
}

impl Activation {
    /// An entry into `block`, which must be live for as long as the activation runs.
    #[inline]
    pub(crate) fn new(block: *mut Header, thread: &ThreadState) -> Self {
        let landing = UnsafeCell::new(MaybeUninit::uninit());
        Activation { previous: thread.activation.get(), block, landing, hit: UnsafeCell::new(Hit { kind: 0 }) }
    }

    /// Runs `enter` with this activation as the thread's innermost. It is given the place where its trampoline says where traps
    /// land.
    #[inline(always)]
    pub(crate) fn run(&self, thread: &ThreadState, enter: impl FnOnce(*mut Landing) -> u32) -> u32 {
        thread.activation.set(self);
        let status = enter(self.landing.get().cast());
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

    /// Where traps land.
    ///
    /// # Safety
    ///
    /// Compiled code must have been called by the entry trampoline: that wrote the landing before.
    pub(crate) unsafe fn landing(&self) -> Landing {
        // SAFETY: it was written on this thread.
        unsafe { self.landing.get().read_volatile().assume_init() }
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
