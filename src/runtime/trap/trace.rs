//! The stack of a guest that trapped, as addresses: taken by the signal handler, before the stack is left.
//!
//! All compiled code keeps a frame pointer, and every target that can run lays a frame out in the same way: at the frame
//! pointer lies that of the caller, above it the return address.

use std::cell::Cell;
use std::ops::Range;

/// How many addresses a trace has at most.
pub(crate) const MAX_FRAMES: usize = 64;

/// The caller of a function: where the call returns to, and the caller's frame pointer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) frame: usize,
    pub(crate) return_address: usize,
}

/// The caller of the function with this frame pointer.
///
/// # Safety
///
/// `frame` must be the frame pointer of a live frame of compiled code on this thread.
pub(crate) unsafe fn caller(frame: usize) -> Caller {
    // SAFETY: compiled code stored both words in its prologue.
    let [caller, return_address] = unsafe { *(frame as *const [usize; 2]) };
    Caller { frame: caller, return_address }
}

/// The trace of a thread's last trap. Written in the signal handler, read once the entry trampoline has returned.
pub(crate) struct Trace {
    len: Cell<usize>,
    cut: Cell<bool>,
    addresses: [Cell<usize>; MAX_FRAMES],
}

impl Trace {
    /// An empty trace.
    pub(crate) const fn new() -> Self {
        Trace { len: Cell::new(0), cut: Cell::new(false), addresses: [const { Cell::new(0) }; MAX_FRAMES] }
    }

    /// Records the trapping instruction and the return addresses of its callers, up to the entry trampoline. Safe in a
    /// signal handler: allocates nothing.
    ///
    /// # Safety
    ///
    /// `stack` must begin at the stack pointer and end at the frame pointer of the entry trampoline; what lies between them
    /// must be frames of compiled code.
    pub(super) unsafe fn record(&self, pc: usize, frame: usize, stack: Range<usize>, is_code: &dyn Fn(usize) -> bool) {
        self.addresses[0].set(pc);
        self.cut.set(false);
        let (mut len, mut frame) = (1, frame);
        // Where the stack is exhausted in a prologue, the frame pointer is still that of the caller.
        while stack.contains(&frame) && frame.is_multiple_of(align_of::<usize>()) {
            // SAFETY: the words lie in the stack, and are a frame's if the caller says the truth.
            let caller = unsafe { caller(frame) };
            if caller.frame == stack.end || caller.frame <= frame || !is_code(caller.return_address) {
                break;
            }
            if len == MAX_FRAMES {
                self.cut.set(true);
                break;
            }
            self.addresses[len].set(caller.return_address);
            (len, frame) = (len + 1, caller.frame);
        }
        self.len.set(len);
    }

    /// The trapping instruction and the return addresses, and whether there were more. The trace is empty afterwards.
    pub(crate) fn take(&self) -> (Vec<usize>, bool) {
        let len = self.len.take();
        (self.addresses[..len].iter().map(Cell::get).collect(), self.cut.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames on a made-up stack, each with the return address 100 + its number; the last one's caller is the end.
    fn stack(frames: usize) -> Vec<[usize; 2]> {
        let mut stack = vec![[0, 0]; frames + 1];
        for i in 0..frames {
            stack[i] = [&raw const stack[i + 1] as usize, 100 + i];
        }
        stack
    }

    fn record(stack: &[[usize; 2]], is_code: &dyn Fn(usize) -> bool) -> (Vec<usize>, bool) {
        let trace = Trace::new();
        let [first, last] = [&stack[0], stack.last().unwrap()].map(|frame| &raw const *frame as usize);
        // SAFETY: the frames are laid out above.
        unsafe { trace.record(7, first, first..last, is_code) };
        trace.take()
    }

    #[test]
    fn a_trace_ends_below_the_entry() {
        assert_eq!(record(&stack(3), &|_| true), (vec![7, 100, 101], false));
        assert_eq!(record(&stack(3), &|address| address != 101), (vec![7, 100], false));
    }

    #[test]
    fn a_trace_is_bounded() {
        let (addresses, cut) = record(&stack(MAX_FRAMES + 2), &|_| true);
        assert_eq!((addresses.len(), cut), (MAX_FRAMES, true));
        let (addresses, cut) = record(&stack(MAX_FRAMES), &|_| true);
        assert_eq!((addresses.len(), cut), (MAX_FRAMES, false));
    }

    #[test]
    fn a_chain_that_is_broken_ends_the_trace() {
        for broken in [0, 8, usize::MAX, 3] {
            let mut stack = stack(4);
            stack[1][0] = broken;
            assert_eq!(record(&stack, &|_| true).0, [7, 100]);
        }
    }
}
