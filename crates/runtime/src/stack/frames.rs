//! The frames of compiled code on a thread's stack.
//!
//! All compiled code keeps a frame pointer, and every target that can run lays a frame out in the
//! same way. At the frame pointer lies that of the caller, above it the return address.

/// A call that has not returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PendingCall {
    /// The caller's frame pointer.
    pub(crate) caller: usize,
    /// Where the call returns to.
    pub(crate) return_address: usize,
}

impl PendingCall {
    /// The call of the function with this frame pointer.
    ///
    /// # Safety
    ///
    /// `frame` must be the frame pointer of a live frame of compiled code on this thread.
    pub(crate) unsafe fn of(frame: usize) -> Self {
        // SAFETY: compiled code stored both words in its prologue.
        let [caller, return_address] = unsafe { *(frame as *const [usize; 2]) };
        PendingCall { caller, return_address }
    }
}

/// The calls by which compiled code came to where it is, innermost first. The entry trampoline's is
/// not among them.
#[derive(Debug)]
pub(crate) struct PendingCalls {
    /// The frame pointer of the callee of the next call.
    frame: usize,
    entry: usize,
}

impl PendingCalls {
    /// The calls that led to the function with the frame pointer `frame`, from the entry trampoline
    /// with the frame pointer `entry`.
    ///
    /// # Safety
    ///
    /// `frame` must be the frame pointer of a live frame of compiled code on this thread, and
    /// `entry` that of an entry trampoline. Between the two there must be only compiled code. All
    /// of this must hold for as long as the calls are asked for.
    pub(crate) unsafe fn new(frame: usize, entry: usize) -> Self {
        PendingCalls { frame, entry }
    }
}

impl Iterator for PendingCalls {
    type Item = PendingCall;

    fn next(&mut self) -> Option<PendingCall> {
        // SAFETY: the maker vouches for the frames.
        let call = unsafe { PendingCall::of(self.frame) };
        if call.caller == self.entry {
            return None;
        }
        self.frame = call.caller;
        Some(call)
    }
}
