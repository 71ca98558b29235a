//! The process's unwinder and compiled code: it learns to go through compiled frames, and finds the
//! guests that wait below a host function.
//!
//! All compiled code keeps frame pointers, so one description fits every call in it: the caller's
//! frame pointer and the return address lie at the frame pointer. That is enough for backtraces,
//! and too little to unwind: what other registers held is not described. Nothing unwinds through
//! compiled code, for host functions catch their panics.

use std::ffi::{c_int, c_void};
use std::ops::Range;

/// The numbers of registers in descriptions of frames.
#[cfg(target_arch = "x86_64")]
mod register {
    pub(super) const FRAME_POINTER: u8 = 6;
    pub(super) const RETURN_ADDRESS: u8 = 16;
}
#[cfg(not(target_arch = "x86_64"))]
mod register {
    pub(super) const FRAME_POINTER: u8 = 29;
    pub(super) const RETURN_ADDRESS: u8 = 30;
}

unsafe extern "C" {
    fn _Unwind_Backtrace(frame: extern "C" fn(*mut c_void, *mut c_void) -> c_int, data: *mut c_void) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

// Other systems' unwinders have a function of the same name with another meaning.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    fn __register_frame(section: *const u8);
    fn __deregister_frame(section: *const u8);
}

/// Code through which the unwinder goes for as long as this lives.
#[derive(Debug)]
pub(crate) struct FrameRegistration {
    section: Box<[u8]>,
}

impl FrameRegistration {
    /// Describes the frames of this code to the unwinder.
    pub(crate) fn new(code: Range<usize>) -> Self {
        let section = section(&code).into_boxed_slice();
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        if !code.is_empty() {
            // SAFETY: the section is well-formed, and lives until it is taken back.
            unsafe { __register_frame(section.as_ptr()) };
            return FrameRegistration { section };
        }
        FrameRegistration { section: Box::default() }
    }
}

impl Drop for FrameRegistration {
    fn drop(&mut self) {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        if !self.section.is_empty() {
            // SAFETY: this section was registered, once.
            unsafe { __deregister_frame(self.section.as_ptr()) };
        }
    }
}

/// An `.eh_frame` section that describes all calls in a range of code.
fn section(code: &Range<usize>) -> Vec<u8> {
    use register::{FRAME_POINTER, RETURN_ADDRESS};
    const WORD: u8 = size_of::<usize>() as u8;
    const DEF_CFA: u8 = 0x0c;
    const OFFSET: u8 = 0x80;
    /// Minus the size of a word, as a signed LEB128 number.
    const DATA_ALIGNMENT: u8 = 0x80 - WORD;
    // Version; augmentation; units of code and data; the column of the return address; addresses
    // are absolute.
    let mut common = vec![1, b'z', b'R', 0, 1, DATA_ALIGNMENT, RETURN_ADDRESS, 1, 0];
    common.extend([DEF_CFA, FRAME_POINTER, 2 * WORD, OFFSET | RETURN_ADDRESS, 1, OFFSET | FRAME_POINTER, 2]);
    let mut section = Vec::new();
    append_entry(&mut section, 0, &common);
    let mut range = Vec::new();
    range.extend(code.start.to_ne_bytes());
    range.extend(code.len().to_ne_bytes());
    // No augmentation data.
    range.push(0);
    // A description names the common part by the distance from its second word.
    let distance = section.len() as u32 + size_of::<u32>() as u32;
    append_entry(&mut section, distance, &range);
    section.extend(0u32.to_ne_bytes());
    section
}

/// Appends an entry, padded with instructions that do nothing.
fn append_entry(section: &mut Vec<u8>, id: u32, content: &[u8]) {
    let unpadded = 2 * size_of::<u32>() + content.len();
    let padded = unpadded.next_multiple_of(size_of::<usize>());
    section.extend(((padded - size_of::<u32>()) as u32).to_ne_bytes());
    section.extend(id.to_ne_bytes());
    section.extend(content);
    section.resize(section.len() + padded - unpadded, 0);
}

/// The addresses in compiled code to which the frames of this thread return, innermost first, and
/// whether there are more than `limit`.
pub(crate) fn compiled_callers(limit: usize, is_code: fn(usize) -> bool) -> (Vec<usize>, bool) {
    let mut found = Callers { addresses: Vec::new(), limit, cut: false, is_code };
    // SAFETY: the callback has the type that the unwinder asks for, does not unwind, and gets what
    // it expects.
    unsafe { _Unwind_Backtrace(visit, (&raw mut found).cast()) };
    (found.addresses, found.cut)
}

struct Callers {
    addresses: Vec<usize>,
    limit: usize,
    is_code: fn(usize) -> bool,
    cut: bool,
}

extern "C" fn visit(context: *mut c_void, data: *mut c_void) -> c_int {
    const GO_ON: c_int = 0;
    const END_OF_STACK: c_int = 5;
    // SAFETY: the unwinder passes its context and what `compiled_callers` gave it.
    let (address, found) = unsafe { (_Unwind_GetIP(context), &mut *data.cast::<Callers>()) };
    if !(found.is_code)(address.wrapping_sub(1)) {
        return GO_ON;
    }
    if found.addresses.len() == found.limit {
        found.cut = true;
        return END_OF_STACK;
    }
    found.addresses.push(address);
    GO_ON
}
