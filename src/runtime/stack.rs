//! The native stack of the current thread: how deep guests may go, and where signals are handled.

use super::trap::Trace;
use std::cell::Cell;
use std::ops::Range;

/// Bytes of stack that guests leave for host functions and the runtime.
const HOST_RESERVE: usize = 256 << 10;
/// A fault this far below the stack's lowest address is still a stack overflow: it hit the guard.
const GUARD_REACH: usize = 1 << 20;
/// The least size of a stack for signals that is good enough for our handler.
const SIGNAL_STACK: usize = 64 << 10;

/// What the runtime keeps for each thread.
pub(crate) struct ThreadState {
    /// The innermost activation of a guest, null when there is none.
    pub(crate) activation: Cell<*const super::trap::Activation>,
    /// The stack of the last trap.
    pub(crate) trace: Trace,
    /// The lowest address that guests may use for their stack; 0 until the thread is prepared.
    stack_limit: Cell<usize>,
    /// The lowest address of the stack.
    stack_low: Cell<usize>,
}

thread_local! {
    static THREAD: ThreadState = const {
        ThreadState {
            activation: Cell::new(std::ptr::null()),
            trace: Trace::new(),
            stack_limit: Cell::new(0),
            stack_low: Cell::new(0),
        }
    };
    /// Kept apart from `THREAD`, whose accesses stay cheap because it has no destructor.
    static SIGNAL_STACK_OWNED: std::cell::RefCell<Option<SignalStack>> = const { std::cell::RefCell::new(None) };
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

impl ThreadState {
    /// The lowest address that guests may use for their stack; 0 until the thread is prepared.
    #[inline]
    pub(crate) fn known_stack_limit(&self) -> usize {
        self.stack_limit.get()
    }

    /// The lowest address that guests may use for their stack. Prepares the thread when it is new.
    pub(crate) fn stack_limit(&self) -> usize {
        match self.stack_limit.get() {
            0 => self.prepare(),
            limit => limit,
        }
    }

    #[cold]
    fn prepare(&self) -> usize {
        let bounds = stack_bounds();
        let size = bounds.end.saturating_sub(bounds.start);
        let limit = bounds.start + HOST_RESERVE.min(size / 2);
        self.stack_low.set(bounds.start);
        self.stack_limit.set(limit.max(1));
        ensure_signal_stack();
        limit.max(1)
    }

    /// Does a fault at this address mean that the stack is exhausted?
    pub(crate) fn is_stack_guard(&self, address: usize) -> bool {
        let low = self.stack_low.get();
        low != 0 && address < self.stack_limit.get() && address >= low.saturating_sub(GUARD_REACH)
    }
}

/// The addresses of this thread's stack.
fn stack_bounds() -> Range<usize> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut low = std::ptr::null_mut();
    let mut size = 0;
    // SAFETY: `pthread_getattr_np` initialises the attributes when it succeeds, and only then are they read and destroyed.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return unknown_bounds();
        }
        let status = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if status != 0 || size == 0 {
            return unknown_bounds();
        }
    }
    low as usize..low as usize + size
}

/// A cautious guess around the current frame, for when the system does not tell.
fn unknown_bounds() -> Range<usize> {
    let local = 0u8;
    let frame = &raw const local as usize;
    frame.saturating_sub(2 * HOST_RESERVE)..frame
}

/// Signals must be handled on another stack than the exhausted one. The standard library gives threads a small one,
/// which is replaced when it is too small for us.
fn ensure_signal_stack() {
    let mut old = libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: 0, ss_size: 0 };
    // SAFETY: asks for the current alternative stack only.
    let known = unsafe { libc::sigaltstack(std::ptr::null(), &mut old) } == 0;
    if known && old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= SIGNAL_STACK {
        return;
    }
    let Ok(space) = super::address_space::AddressSpace::writable(SIGNAL_STACK as u64) else { return };
    let new = libc::stack_t { ss_sp: space.base().cast(), ss_flags: 0, ss_size: space.len() };
    // SAFETY: the range is mapped, and `SignalStack` takes it out of service before it is unmapped.
    if unsafe { libc::sigaltstack(&new, std::ptr::null_mut()) } == 0 {
        SIGNAL_STACK_OWNED.with(|owned| *owned.borrow_mut() = Some(SignalStack { _space: space }));
    }
}

/// An alternative signal stack that is ours. Dropped when its thread ends.
///
/// The stack that was there before is not put back: at that time the standard library has freed it already.
struct SignalStack {
    _space: super::address_space::AddressSpace,
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        let none = libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: SIGNAL_STACK };
        // SAFETY: takes our stack out of service, so that it may be unmapped.
        unsafe { libc::sigaltstack(&none, std::ptr::null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_lies_in_this_stack() {
        let local = 0u8;
        let limit = with_thread(|t| t.stack_limit());
        assert!(limit < &raw const local as usize);
        assert!(stack_bounds().contains(&(&raw const local as usize)));
        assert!(with_thread(|t| t.is_stack_guard(limit - 1)));
        assert!(!with_thread(|t| t.is_stack_guard(&raw const local as usize)));
    }

    #[test]
    fn threads_have_limits_of_their_own() {
        let here = with_thread(|t| t.stack_limit());
        let there = std::thread::spawn(|| with_thread(|t| t.stack_limit())).join().unwrap();
        assert_ne!(here, there);
    }
}
