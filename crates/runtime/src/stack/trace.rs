//! The stack of a guest that trapped, as addresses: taken by the signal handler, before the stack
//! is left.
//!
//! An exception that reaches a component boundary traps there, when its thrower's frames are gone:
//! throwing takes the part of the trace up to its handler.

use super::frames::PendingCall;
use std::cell::Cell;
use std::ops::Range;

/// How many addresses a trace has at most.
pub(crate) const MAX_FRAMES: usize = 64;

/// The trace of a thread's last trap. Written in the signal handler, read once the entry trampoline
/// has returned.
pub(crate) struct Trace {
    len: Cell<usize>,
    cut: Cell<bool>,
    /// Has an exception just been thrown? Then the addresses are those of calls from that of its
    /// thrower to the one with the handler.
    thrown: Cell<bool>,
    addresses: [Cell<usize>; MAX_FRAMES],
}

/// A trace, taken out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The trapping instruction, unless an exception was thrown; and the return addresses of calls,
    /// innermost first.
    pub(crate) addresses: Vec<usize>,
    /// Does it begin with a return address?
    pub(crate) thrown: bool,
    /// Were there more callers?
    pub(crate) cut: bool,
}

impl Trace {
    /// An empty trace.
    pub(crate) const fn new() -> Self {
        let addresses = [const { Cell::new(0) }; MAX_FRAMES];
        Trace { len: Cell::new(0), cut: Cell::new(false), thrown: Cell::new(false), addresses }
    }

    /// An exception is thrown.
    pub(crate) fn begin_throw(&self) {
        self.len.set(0);
        self.cut.set(false);
        self.thrown.set(false);
    }

    /// The search for its handler is at the call that returns here.
    pub(crate) fn push(&self, return_address: usize) {
        match self.addresses.get(self.len.get()) {
            Some(address) => {
                address.set(return_address);
                self.len.set(self.len.get() + 1);
            }
            None => self.cut.set(true),
        }
    }

    /// The last call has a handler. If that traps, the exception was not caught.
    pub(crate) fn end_throw(&self) {
        self.thrown.set(true);
    }

    /// Records the trapping instruction and the return addresses of its callers, up to the entry
    /// trampoline; where an exception was `uncaught` at a component boundary, after those up to
    /// there. Safe in a signal handler: allocates nothing.
    ///
    /// # Safety
    ///
    /// `stack` must begin at the stack pointer and end at the frame pointer of the entry
    /// trampoline; what lies between them must be frames of compiled code.
    pub(crate) unsafe fn record(
        &self,
        (pc, uncaught): (usize, bool),
        frame: usize,
        stack: Range<usize>,
        is_code: &dyn Fn(usize) -> bool,
    ) {
        if !uncaught || !self.thrown.get() {
            self.begin_throw();
            self.push(pc);
        }
        let mut frame = frame;
        // Where the stack is exhausted in a prologue, the frame pointer is still that of the
        // caller.
        while stack.contains(&frame) && frame.is_multiple_of(align_of::<usize>()) {
            // SAFETY: the words lie in the stack, and are a frame's if the caller says the truth.
            let PendingCall { caller, return_address } = unsafe { PendingCall::of(frame) };
            if caller == stack.end || caller <= frame || !is_code(return_address) {
                break;
            }
            self.push(return_address);
            if self.cut.get() {
                break;
            }
            frame = caller;
        }
    }

    /// Takes the trace out.
    pub(crate) fn take(&self) -> Taken {
        let addresses = self.addresses[..self.len.take()].iter().map(Cell::get).collect();
        Taken { addresses, thrown: self.thrown.take(), cut: self.cut.take() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames on a made-up stack, each with the return address 100 + its number; the last one's
    /// caller is the end.
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
        unsafe { trace.record((7, false), first, first..last, is_code) };
        let Taken { addresses, thrown: false, cut } = trace.take() else { panic!("nothing was thrown") };
        (addresses, cut)
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
    fn a_throw_is_where_the_trace_of_its_trap_begins() {
        let stack = stack(2);
        let [first, last] = [&stack[0], &stack[2]].map(|frame| &raw const *frame as usize);
        let trace = Trace::new();
        let throw = || {
            trace.begin_throw();
            trace.push(20);
            trace.push(21);
            trace.end_throw();
        };
        let record = |uncaught| {
            // SAFETY: the frames are laid out above.
            unsafe { trace.record((7, uncaught), first, first..last, &|_| true) };
            trace.take()
        };
        throw();
        assert_eq!(record(true), Taken { addresses: vec![20, 21, 100], thrown: true, cut: false });
        throw();
        assert_eq!(record(false), Taken { addresses: vec![7, 100], thrown: false, cut: false });
        assert_eq!(record(true), Taken { addresses: vec![7, 100], thrown: false, cut: false });
    }

    #[test]
    fn a_chain_that_is_broken_ends_the_trace() {
        for broken in [0, 8, 3] {
            let mut stack = stack(4);
            stack[1][0] = broken;
            assert_eq!(record(&stack, &|_| true).0, [7, 100]);
        }
    }
}
