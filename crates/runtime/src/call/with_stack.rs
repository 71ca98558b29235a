//! Stacks that are not the thread's own, declared by the host so that guests can be entered on
//! them.

use crate::stack::thread::{CurrentStack, HeldLimit, with_thread};
use crate::store::state::StoreState;
use std::ops::Range;

/// Runs `f`, which is on a stack that is not the thread's own, so that guests can be entered in it.
///
/// A host that runs guests in coroutines, for example, calls this first on the stack of each of
/// them. What guests may use there is what
/// [`Config::max_wasm_stack`](crate::Config::max_wasm_stack) and
/// [`Config::host_stack_reserve`](crate::Config::host_stack_reserve) say.
///
/// # Safety
///
/// Until `f` has returned, all `addresses` must be those of the current stack. They must be
/// readable and writable, or be made so by the system when they are touched. So guard pages do not
/// belong to them. The process's unwinder must find its way from this stack to the one that it was
/// entered from, or an end: backtraces are taken with it. While a call of a guest waits in `f`, the
/// thread may leave this stack, but must come back early enough. No call that waits on another
/// stack may return before, and nothing that enters a guest may be called there.
pub unsafe fn with_stack<R>(addresses: Range<usize>, f: impl FnOnce() -> R) -> R {
    let _leave = Leave { outer: with_thread(|thread| thread.declare_stack(addresses)) };
    f()
}

/// Makes the outer stack the current one again when it is dropped.
struct Leave {
    outer: CurrentStack,
}

impl Drop for Leave {
    fn drop(&mut self) {
        with_thread(|thread| {
            thread.return_to(self.outer);
            let mut waiting = thread.activation.get();
            while waiting != self.outer.below && !waiting.is_null() {
                // SAFETY: the activation lies in a frame that waits for this one; its block is
                // live, and so is the store that the block's header leads to. Nobody refers to the
                // store's state: the host function that the guest called does not while it runs
                // other code.
                unsafe {
                    let store = &mut *(*(*waiting).block()).store.cast::<StoreState>();
                    store.hold(HeldLimit::outdated(self.outer.limit));
                    waiting = (*waiting).previous();
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::native_stack::StackBudget;

    fn admitted(held: &HeldLimit) -> HeldLimit {
        let local = 0u8;
        with_thread(|thread| thread.admit(&raw const local as usize, &StackBudget::default(), held)).unwrap().unwrap()
    }

    #[test]
    fn a_declared_stack_ends_with_its_closure() {
        let local = 0u8;
        let sp = &raw const local as usize;
        let own = admitted(&HeldLimit::NONE);
        let addresses = sp - (600 << 10)..sp + 1;
        let inside = || {
            let held = admitted(&own);
            assert_ne!(held.limit(), own.limit());
            assert!(!with_thread(|thread| own.admits(thread, sp)));
        };
        // SAFETY: this is a part of the current stack.
        unsafe { with_stack(addresses, inside) };
        assert!(with_thread(|thread| own.admits(thread, sp)));
    }
}
