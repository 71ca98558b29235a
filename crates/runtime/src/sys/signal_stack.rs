//! The stack on which a thread handles signals.

use super::address_space::AddressSpace;

/// The least size of a stack for signals that is good enough for our handler.
const SIGNAL_STACK: usize = 64 << 10;

thread_local! {
    /// Kept apart from the thread's other state, whose accesses stay cheap because it has no
    /// destructor.
    static OWNED: std::cell::RefCell<Option<SignalStack>> = const { std::cell::RefCell::new(None) };
}

/// Sees to it that signals are handled on another stack than the one that guests use. The standard
/// library gives threads a small one, which is replaced when it is too small for us.
///
/// Where the system refuses, signals are handled on the thread's own stack: below the limit of
/// guests there is room.
pub(crate) fn ensure_signal_stack() {
    let mut old = libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: 0, ss_size: 0 };
    // SAFETY: asks for the current alternative stack only.
    let known = unsafe { libc::sigaltstack(std::ptr::null(), &mut old) } == 0;
    if known && old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= SIGNAL_STACK {
        return;
    }
    // While the thread's destructors run nobody would keep it.
    let _ = OWNED.try_with(|owned| {
        let Ok(space) = AddressSpace::writable(SIGNAL_STACK as u64) else { return };
        let new = libc::stack_t { ss_sp: space.base().cast(), ss_flags: 0, ss_size: space.len() };
        // SAFETY: the range is mapped, and `SignalStack` takes it out of service before it is
        // unmapped.
        if unsafe { libc::sigaltstack(&new, std::ptr::null_mut()) } == 0 {
            *owned.borrow_mut() = Some(SignalStack { _space: space });
        }
    });
}

/// An alternative signal stack that is ours. Dropped when its thread ends.
///
/// The stack that was there before is not put back: at that time the standard library has freed it
/// already.
struct SignalStack {
    _space: AddressSpace,
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        let none = libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: SIGNAL_STACK };
        // SAFETY: takes our stack out of service, so that it may be unmapped.
        unsafe { libc::sigaltstack(&none, std::ptr::null_mut()) };
    }
}
