//! Types of functions.

use super::store;
use cantilever_abi::block::status::done;
use std::ffi::c_void;

/// Is a function type a declared subtype of another?
pub(super) unsafe extern "C" fn is_subtype(vmctx: *mut c_void, ty: u32, supertype: u32) -> u32 {
    // SAFETY: compiled code passes its own context, and waits for the result.
    done(unsafe { store(vmctx) }.engine.types().is_subtype(ty, supertype))
}
