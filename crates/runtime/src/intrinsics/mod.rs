//! The runtime's implementation of the routines that compiled code calls; what each does is
//! documented in [`cantilever_abi::block::intrinsics`].
//!
//! No routine may panic, and none is ever skipped by a trap: compiled code raises traps after a
//! routine has returned. Only `land` does not return; it has no frame.

mod exception;
mod function;
mod handle;
mod list;
mod memory;
mod string;
mod table;

use crate::store::state::StoreState;
use cantilever_abi::block::{Context, Intrinsics};
use std::ffi::c_void;

/// The table that contexts point to.
pub(crate) static INTRINSICS: Intrinsics = Intrinsics {
    memory_grow: memory::memory_grow,
    table_grow: table::table_grow,
    memory_init: memory::memory_init,
    segment_drop: memory::segment_drop,
    memory_copy: memory::memory_copy,
    memory_fill: memory::memory_fill,
    table_init: table::table_init,
    table_copy: table::table_copy,
    table_fill: table::table_fill,
    handle_table_grow: handle::handle_table_grow,
    host_alloc: memory::host_alloc,
    host_keep: memory::host_keep,
    host_enter: memory::host_enter,
    host_leave: memory::host_leave,
    copy: memory::copy,
    copy_fields: list::copy_fields,
    copy_chars: list::copy_chars,
    utf8_to_host: string::utf8_to_host,
    utf8_to_utf8: string::utf8_to_utf8,
    utf16_to_utf16: string::utf16_to_utf16,
    utf8_to_utf16: string::utf8_to_utf16,
    latin1_to_utf16: string::latin1_to_utf16,
    utf16_to_utf8_ascii: string::utf16_to_utf8_ascii,
    utf16_to_utf8: string::utf16_to_utf8,
    latin1_to_utf8_ascii: string::latin1_to_utf8_ascii,
    latin1_to_utf8: string::latin1_to_utf8,
    utf8_to_latin1: string::utf8_to_latin1,
    utf16_to_latin1: string::utf16_to_latin1,
    inflate_latin1: string::inflate_latin1,
    utf16_to_probably_utf16: string::utf16_to_probably_utf16,
    deflate_utf16: string::deflate_utf16,
    exception_new: exception::exception_new,
    exception_caught: exception::exception_caught,
    exception_is_live: exception::exception_is_live,
    find_handler: exception::find_handler,
    land: crate::stack::resume::resume,
    is_subtype: function::is_subtype,
    core_calls: handle::core_calls,
};

/// The store of the calling code.
///
/// # Safety
///
/// `vmctx` must be the caller's, in a live block; nothing else may have access to the store's state
/// for `'a`.
unsafe fn store<'a>(vmctx: *mut c_void) -> &'a mut StoreState {
    // SAFETY: every context leads to its block, and every header to its store, which outlives it.
    unsafe {
        let block = (*vmctx.cast::<Context>()).block;
        &mut *(*block).store.cast::<StoreState>()
    }
}
