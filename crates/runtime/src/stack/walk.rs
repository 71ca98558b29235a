//! The search for the innermost call that has a handler.

use super::frames::PendingCalls;
use super::registry::{CallSite, call_sites};
use super::trace::Trace;
use cantilever_abi::block::Landing;

/// Looks for a handler among the callers of the function with the frame pointer `frame`, up to
/// `entry`, the frame pointer of the entry trampoline. The calls up to there are traced.
///
/// # Safety
///
/// As [`PendingCalls::new`].
pub(crate) unsafe fn find_handler(frame: usize, entry: usize, trace: &Trace) -> Option<Landing> {
    // SAFETY: the caller vouches for the frames.
    let calls = unsafe { PendingCalls::new(frame, entry) };
    trace.begin_throw();
    call_sites(|site| {
        for call in calls {
            trace.push(call.return_address);
            if let CallSite::Handler { handler, frame: size } = site(call.return_address)? {
                trace.end_throw();
                return Some(Landing { handler, sp: call.caller.wrapping_sub(size), fp: call.caller });
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::registry::CodeRegistration;
    use cantilever_object::artifact::HandlerSite;

    #[test]
    fn the_innermost_handler_below_the_entry_is_found() {
        let handlers = [HandlerSite { at: 8, frame: 32, handler: 12 }, HandlerSite { at: 24, frame: 64, handler: 28 }];
        let base = 0x0070_0000_0000;
        let _registration = CodeRegistration::new(base..base + 64, Default::default(), handlers.into());
        let mut stack = [[0usize; 2]; 4];
        let fp = |i: usize, stack: &[[usize; 2]; 4]| &raw const stack[i] as usize;
        for i in 0..3 {
            stack[i][0] = fp(i + 1, &stack);
        }
        stack[0][1] = base + 4;
        stack[1][1] = base + 24;
        stack[2][1] = base + 8;
        let trace = Trace::new();
        // SAFETY: the frames are laid out above.
        unsafe {
            let landing = find_handler(fp(0, &stack), fp(3, &stack), &trace).unwrap();
            assert_eq!((landing.handler, landing.fp), (base + 28, fp(2, &stack)));
            assert_eq!(landing.sp, landing.fp - 64);
            assert_eq!(find_handler(fp(0, &stack), fp(2, &stack), &trace), None);
            stack[1][1] = 1;
            assert_eq!(find_handler(fp(0, &stack), fp(3, &stack), &trace), None);
        }
    }
}
