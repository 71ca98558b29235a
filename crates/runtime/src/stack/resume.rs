//! The jump to a handler.
//!
//! The function is naked, so that it has no frame that the jump would skip. It is called as the
//! routine `land(vmctx, landing, exception)`; handlers find the exception in the first register of
//! Cranelift's exception payload.

use std::ffi::c_void;

/// Goes on at a [`Landing`](cantilever_abi::block::Landing).
///
/// # Safety
///
/// The landing must be that of a call of compiled code on this stack which has not returned, with
/// nothing but frames of compiled code below it.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn resume(vmctx: *mut c_void, landing: *mut u8, exception: *mut u8) {
    use cantilever_abi::block::Landing;
    core::arch::naked_asm!(
        "mov rax, rdx",
        "mov rcx, [rsi + {handler}]",
        "mov rbp, [rsi + {fp}]",
        "mov rsp, [rsi + {sp}]",
        "xor edx, edx",
        "jmp rcx",
        handler = const core::mem::offset_of!(Landing, handler),
        fp = const core::mem::offset_of!(Landing, fp),
        sp = const core::mem::offset_of!(Landing, sp),
    )
}

/// Goes on at a [`Landing`](cantilever_abi::block::Landing).
///
/// # Safety
///
/// The landing must be that of a call of compiled code on this stack which has not returned, with
/// nothing but frames of compiled code below it.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn resume(vmctx: *mut c_void, landing: *mut u8, exception: *mut u8) {
    use cantilever_abi::block::Landing;
    core::arch::naked_asm!(
        "mov x0, x2",
        "ldr x9, [x1, {handler}]",
        "ldr x29, [x1, {fp}]",
        "ldr x10, [x1, {sp}]",
        "mov sp, x10",
        "mov x1, xzr",
        "br x9",
        handler = const core::mem::offset_of!(Landing, handler),
        fp = const core::mem::offset_of!(Landing, fp),
        sp = const core::mem::offset_of!(Landing, sp),
    )
}

/// On other hosts objects are not loaded, so nothing can throw.
///
/// # Safety
///
/// Never called.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) unsafe extern "C" fn resume(_vmctx: *mut c_void, _landing: *mut u8, _exception: *mut u8) {
    std::process::abort();
}
