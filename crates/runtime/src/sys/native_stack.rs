//! Native stacks: where they lie, and how much of one guests may use.
//!
//! Guests have a stack of their own size, below the frame that entered them first. Below that, host
//! functions have theirs, and below that the runtime's own routines. Prologues of guests compare
//! with the limit between the first two.

use super::address_space::page_size;
use std::ops::Range;

/// Bytes below the guests' and the host functions' that the runtime keeps for itself. Code that
/// compares with no limit runs there: entry trampolines, calls of the host, and intrinsics. A
/// trampoline's frame is the largest: it has a thousand parameters and a thousand results of 16
/// bytes.
const RUNTIME_STACK: usize = 128 << 10;
/// A guest that has less stack than this is not worth entering.
const LEAST: usize = 16 << 10;
/// Entries from nearly the same depth have the same limit, so that contexts are seldom rewritten.
const GRANULE: usize = 64 << 10;
/// No more of a stack than this is relied on. The main thread's has no end where its size is not
/// limited.
const GREATEST: usize = 1 << 30;

/// How a stack is shared out, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StackBudget {
    /// What guests may use.
    pub(crate) guests: usize,
    /// What host functions have left at least.
    pub(crate) host: usize,
}

impl Default for StackBudget {
    fn default() -> Self {
        StackBudget { guests: 1 << 20, host: 256 << 10 }
    }
}

impl StackBudget {
    /// What guests must leave of a stack.
    fn reserve(&self) -> usize {
        self.host.saturating_add(RUNTIME_STACK)
    }

    /// The size of a stack on which guests have all of theirs, if at most `callers` bytes are in
    /// use already.
    pub(crate) fn whole(&self, callers: usize) -> usize {
        self.guests.saturating_add(self.reserve()).saturating_add(2 * GRANULE).saturating_add(callers)
    }
}

/// Why guests cannot be entered on a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// Too little of the thread's stack is left for guests, after what host functions and the
    /// runtime need.
    #[error(
        "too little stack to enter a guest: {left} bytes are left and {needed} are needed; give the thread a larger \
         stack (`std::thread::Builder::stack_size`), or host functions a smaller reserve \
         (`Config::host_stack_reserve`)"
    )]
    TooSmall {
        /// How many bytes are left.
        left: usize,
        /// How many bytes it takes to enter a guest.
        needed: usize,
    },
    /// The current stack is not the thread's own: the host has switched to one that it made, as for
    /// a coroutine.
    #[error(
        "cannot enter a guest on this stack: it is not the thread's own; declare it with `with_stack`, inside of which \
         guests can be entered"
    )]
    Unknown,
}

/// The addresses of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NativeStack {
    low: usize,
    high: usize,
}

impl NativeStack {
    /// A stack of which nothing is known: no address lies in it.
    pub(crate) const UNKNOWN: Self = NativeStack { low: 0, high: 0 };

    /// The stack at these addresses.
    pub(crate) fn new(addresses: Range<usize>) -> Self {
        NativeStack { low: addresses.start, high: addresses.end }
    }

    /// The stack that the system gave this thread; unknown if it does not tell.
    pub(crate) fn of_this_thread() -> Self {
        let Some((low, size)) = system_bounds() else { return Self::UNKNOWN };
        let high = low.saturating_add(size);
        // With `ulimit -s unlimited` the main thread's stack goes down to the mapping that is next
        // at the moment. Where mappings will be made is not known, so only its upper end is relied
        // on.
        NativeStack { low: low.max(high.saturating_sub(GREATEST)), high }
    }

    /// Does an address lie in it?
    pub(crate) fn contains(&self, address: usize) -> bool {
        (self.low..self.high).contains(&address)
    }

    /// Is nothing known of it?
    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::UNKNOWN
    }

    /// Its lowest address.
    pub(crate) fn low(&self) -> usize {
        self.low
    }

    /// The lowest address that guests may use when the host enters them with this stack pointer. It
    /// is `held`, a limit from before, where that gives guests hardly more than is theirs.
    pub(crate) fn limit(&self, sp: usize, budget: &StackBudget, held: usize) -> Result<usize, StackError> {
        if !self.contains(sp) {
            return Err(StackError::Unknown);
        }
        let needed = budget.reserve().saturating_add(LEAST);
        let left = sp - self.low;
        if left < needed {
            return Err(StackError::TooSmall { left, needed });
        }
        let floor = self.low + budget.reserve();
        let limit = floor.max((sp & !(GRANULE - 1)).saturating_sub(budget.guests));
        let least = floor.max(limit.saturating_sub(GRANULE));
        Ok(if (least..=limit).contains(&held) { held } else { limit })
    }

    /// The stack pointers around this one with which entries have the same limit.
    pub(crate) fn window(&self, sp: usize, limit: usize) -> Range<usize> {
        let start = sp & !(GRANULE - 1);
        start.max(self.low).max(limit.saturating_add(LEAST))..self.high.min(start.saturating_add(GRANULE))
    }
}

/// The lowest address of this thread's stack and its size, as the system says.
fn system_bounds() -> Option<(usize, usize)> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: `pthread_getattr_np` initialises the attributes when it succeeds, and only then are
    // they read and destroyed.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let status = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (status == 0 && size > page_size()).then_some((low as usize, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: usize = 0x7000_0000_0000;
    const MIB: usize = 1 << 20;

    fn stack(size: usize) -> NativeStack {
        NativeStack::new(BASE - size..BASE)
    }

    const BUDGET: StackBudget = StackBudget { guests: MIB, host: 256 << 10 };

    #[test]
    fn guests_have_their_size_on_a_large_stack() {
        let sp = BASE - 1000;
        let limit = stack(8 * MIB).limit(sp, &BUDGET, 0).unwrap();
        assert!((MIB..=MIB + GRANULE).contains(&(sp - limit)));
    }

    #[test]
    fn the_host_has_its_reserve_on_a_small_stack() {
        let small = stack(MIB / 2);
        let limit = small.limit(BASE - 1000, &BUDGET, 0).unwrap();
        assert_eq!(limit - small.low(), BUDGET.host + RUNTIME_STACK);
    }

    #[test]
    fn other_and_tiny_stacks_are_refused() {
        for sp in [BASE, BASE - 8 * MIB - 1, 0, usize::MAX] {
            assert_eq!(stack(8 * MIB).limit(sp, &BUDGET, 0), Err(StackError::Unknown));
        }
        assert_eq!(NativeStack::UNKNOWN.limit(0, &BUDGET, 0), Err(StackError::Unknown));
        let needed = BUDGET.reserve() + LEAST;
        let refused = Err(StackError::TooSmall { left: needed - 1, needed });
        assert_eq!(stack(needed).limit(BASE - 1, &BUDGET, 0), refused);
        assert!(stack(needed + 1).limit(BASE - 1, &BUDGET, 0).is_ok());
    }

    #[test]
    fn absurd_budgets_leave_nothing() {
        for (guests, host) in [(usize::MAX, 0), (0, usize::MAX), (usize::MAX, usize::MAX), (0, 0)] {
            let budget = StackBudget { guests, host };
            match stack(8 * MIB).limit(BASE - 1, &budget, 0) {
                Ok(limit) => assert!((BASE - 8 * MIB + RUNTIME_STACK..BASE).contains(&limit)),
                Err(error) => assert!(matches!(error, StackError::TooSmall { .. })),
            }
            assert!(budget.whole(usize::MAX) >= RUNTIME_STACK);
        }
    }

    #[test]
    fn a_limit_is_kept_while_it_gives_hardly_more() {
        let (stack, deep) = (stack(8 * MIB), BASE - 3 * GRANULE + 8);
        let first = stack.limit(deep, &BUDGET, 0).unwrap();
        assert_eq!(stack.limit(deep + GRANULE, &BUDGET, first), Ok(first));
        assert_ne!(stack.limit(deep + 2 * GRANULE, &BUDGET, first), Ok(first));
        assert_ne!(stack.limit(deep - GRANULE, &BUDGET, first), Ok(first));
    }

    #[test]
    fn a_window_has_one_limit_and_lies_in_the_stack() {
        for (size, sp) in [(8 * MIB, BASE - 1), (8 * MIB, BASE - MIB), (410 << 10, BASE - 100)] {
            let stack = stack(size);
            let limit = stack.limit(sp, &BUDGET, 0).unwrap();
            let window = stack.window(sp, limit);
            assert!(window.contains(&sp) && stack.contains(window.start) && stack.contains(window.end - 1));
            assert!(window.start >= limit);
        }
    }

    #[test]
    fn the_system_knows_this_stack() {
        let local = 0u8;
        assert!(NativeStack::of_this_thread().contains(&raw const local as usize));
    }
}
