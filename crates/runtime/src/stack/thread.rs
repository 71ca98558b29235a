//! What the runtime keeps for each thread: which guests run on it, on which stack, and how deep
//! they may go.
//!
//! The outermost guest on a stack is what its limit is computed for. Guests that host functions
//! enter above it, of whatever store, keep that limit, so that recursion through the host ends as
//! any other.

use super::activation::Activation;
use super::trace::Trace;
use crate::sys::native_stack::{NativeStack, StackBudget, StackError};
use crate::sys::signal_stack::ensure_signal_stack;
use std::cell::Cell;
use std::ops::Range;

/// A fault this far below the stack's lowest address is still a stack overflow: it hit the guard.
const GUARD_REACH: usize = 1 << 20;

/// What the runtime keeps for each thread.
pub(crate) struct ThreadState {
    /// The innermost activation of a guest, null when there is none.
    pub(crate) activation: Cell<*const Activation>,
    /// The stack of the last trap.
    pub(crate) trace: Trace,
    current: Cell<CurrentStack>,
}

/// The stack that a thread is on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurrentStack {
    addresses: NativeStack,
    /// The limit of the guests that are on it, or that were on it last; 0 before the first.
    pub(crate) limit: usize,
    /// The thread's innermost activation that is not on it.
    pub(crate) below: *const Activation,
}

/// The stack limit that the contexts of a store hold, and where it is good for another entry.
#[derive(Debug, Clone)]
pub(crate) struct HeldLimit {
    limit: usize,
    /// The stack pointers with which the outermost guest of the thread has this limit.
    window_start: usize,
    window_len: usize,
}

thread_local! {
    static THREAD: ThreadState = const {
        let current = CurrentStack { addresses: NativeStack::UNKNOWN, limit: 0, below: std::ptr::null() };
        ThreadState {
            activation: Cell::new(std::ptr::null()),
            trace: Trace::new(),
            current: Cell::new(current),
        }
    };
}

/// Runs `f` on the state of this thread.
#[inline(always)]
pub(crate) fn with_thread<R>(f: impl FnOnce(&ThreadState) -> R) -> R {
    // SAFETY: the thread does not end before `f` returns.
    f(unsafe { &*this_thread() })
}

/// The state of this thread. It has no destructor, so it lives as long as the thread.
#[inline(always)]
pub(crate) fn this_thread() -> *const ThreadState {
    THREAD.with(std::ptr::from_ref)
}

impl HeldLimit {
    /// That of a store which no thread has entered yet: no thread has this limit, nor the 0 of a
    /// new thread.
    pub(crate) const NONE: Self = HeldLimit { limit: usize::MAX, window_start: 0, window_len: 0 };

    /// A limit that must be computed again for the next outermost entry.
    pub(crate) fn outdated(limit: usize) -> Self {
        HeldLimit { limit, ..HeldLimit::NONE }
    }

    /// May a guest be entered on this thread with this stack pointer, as the contexts are?
    #[inline(always)]
    pub(crate) fn admits(&self, thread: &ThreadState, sp: usize) -> bool {
        // The window lies in the stack for which the limit was computed, above the limit.
        sp.wrapping_sub(self.window_start) < self.window_len && thread.limit() == self.limit
    }

    /// The limit.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }
}

impl ThreadState {
    /// The limit of the guests that are on the current stack.
    #[inline(always)]
    fn limit(&self) -> usize {
        self.current.get().limit
    }

    /// The limit for a guest that is entered with this stack pointer; `None` if the guests below it
    /// have used up the stack. `held` is the limit of its store.
    pub(crate) fn admit(
        &self,
        sp: usize,
        budget: &StackBudget,
        held: &HeldLimit,
    ) -> Result<Option<HeldLimit>, StackError> {
        let mut current = self.current.get();
        if current.addresses.is_unknown() {
            ensure_signal_stack();
            current.addresses = NativeStack::of_this_thread();
        }
        if self.activation.get() == current.below {
            let limit = current.addresses.limit(sp, budget, held.limit)?;
            self.current.set(CurrentStack { limit, ..current });
            let window = current.addresses.window(sp, limit);
            return Ok(Some(HeldLimit { limit, window_start: window.start, window_len: window.len() }));
        }
        if !current.addresses.contains(sp) {
            return Err(StackError::Unknown);
        }
        let nested = HeldLimit { limit: current.limit, window_start: 0, window_len: 0 };
        // What its window says stays true, and saves the next outermost entry some work.
        let nested = if held.limit == current.limit { held.clone() } else { nested };
        Ok((sp >= current.limit).then_some(nested))
    }

    /// Makes a declared stack the current one, and gives the one that was it before.
    pub(crate) fn declare_stack(&self, addresses: Range<usize>) -> CurrentStack {
        let below = self.activation.get();
        ensure_signal_stack();
        self.current.replace(CurrentStack { addresses: NativeStack::new(addresses), limit: 0, below })
    }

    /// Makes a stack the current one again.
    pub(crate) fn return_to(&self, stack: CurrentStack) {
        self.current.set(stack);
    }

    /// Does a fault at this address, of compiled code with this stack pointer, mean that the stack
    /// is exhausted?
    pub(crate) fn is_stack_guard(&self, address: usize, sp: usize) -> bool {
        let CurrentStack { addresses, limit, .. } = self.current.get();
        let guard = addresses.low().saturating_sub(GUARD_REACH)..limit;
        !addresses.is_unknown() && guard.contains(&address) && sp < limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(held: &HeldLimit) -> HeldLimit {
        let local = 0u8;
        with_thread(|thread| thread.admit(&raw const local as usize, &StackBudget::default(), held)).unwrap().unwrap()
    }

    #[test]
    fn the_limit_lies_in_this_stack() {
        let local = 0u8;
        let sp = &raw const local as usize;
        let held = admitted(&HeldLimit::NONE);
        with_thread(|thread| {
            assert!(held.limit() < sp && thread.current.get().addresses.contains(held.limit()));
            assert!(held.admits(thread, sp));
            assert!(!held.admits(thread, held.limit()) && !HeldLimit::NONE.admits(thread, sp));
            assert!(thread.is_stack_guard(held.limit() - 1, held.limit() - 1));
            assert!(!thread.is_stack_guard(held.limit() - 1, sp) && !thread.is_stack_guard(sp, held.limit() - 1));
        });
    }

    #[test]
    fn threads_have_limits_of_their_own() {
        let here = admitted(&HeldLimit::NONE);
        let there = std::thread::spawn(|| admitted(&HeldLimit::NONE).limit()).join().unwrap();
        assert_ne!(here.limit(), there);
        assert!(
            !std::thread::spawn(move || with_thread(|thread| here.admits(thread, here.window_start))).join().unwrap()
        );
    }
}
