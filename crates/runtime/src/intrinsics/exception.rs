//! Exceptions of core code.

use super::store;
use crate::stack::thread::with_thread;
use crate::stack::walk::find_handler as find;
use cantilever_abi::block::Landing;
use cantilever_abi::block::status::{DONE, FAILED, done};
use std::ffi::c_void;

/// Makes an exception.
pub(super) unsafe extern "C" fn exception_new(vmctx: *mut c_void, tag: *mut u8, values: u64) -> *mut u8 {
    // SAFETY: compiled code passes its own context, and waits for the result.
    let store = unsafe { store(vmctx) };
    store.exceptions.add(tag.cast(), values, &store.limits).map_or_else(
        |exceeded| {
            store.exceeded = Some(exceeded);
            std::ptr::null_mut()
        },
        |exception| exception.as_ptr().cast(),
    )
}

/// An exception was caught.
pub(super) unsafe extern "C" fn exception_caught(vmctx: *mut c_void, exception: *mut u8) {
    // SAFETY: compiled code passes its own context and an exception that it caught, which therefore
    // lives.
    unsafe {
        if (*exception.cast::<cantilever_abi::block::Exception>()).referenced == 0 {
            store(vmctx).exceptions.remove(exception as usize);
        }
    }
}

/// Is this the address of an exception?
pub(super) unsafe extern "C" fn exception_is_live(vmctx: *mut c_void, exception: *mut u8) -> u32 {
    // SAFETY: compiled code passes its own context, and waits for the result.
    done(unsafe { store(vmctx) }.exceptions.contains(exception as usize))
}

/// Looks for a handler.
pub(super) unsafe extern "C" fn find_handler(_vmctx: *mut c_void, frame: *mut u8, landing: *mut u8) -> u32 {
    // SAFETY: compiled code runs, so there is an activation, which knows the frame of its
    // trampoline; above a host function that the guest called there would be another activation.
    // The caller passes its own frame and a place for a landing.
    with_thread(|thread| unsafe {
        let entry = (*thread.activation.get()).landing().expect("compiled code runs").fp;
        match find(frame as usize, entry, &thread.trace) {
            Some(found) => {
                landing.cast::<Landing>().write(found);
                DONE
            }
            None => FAILED,
        }
    })
}
