//! Growth of handle tables, and what is recorded of their entries.

use crate::stack::frames::PendingCalls;
use crate::stack::thread::with_thread;
use crate::store::record::InstanceRecord;
use cantilever_abi::block::status::{FAILED, done};
use cantilever_abi::block::{CALL_DEPTH, HandleTable};
use std::ffi::c_void;

/// The least number of entries of a table that has any: a page of them.
const MIN_LIMIT: u32 = 256;

/// Doubles the limit of a handle table, up to its quota. Entries need no preparation: zeroed memory
/// is a free list.
pub(super) unsafe extern "C" fn handle_table_grow(_vmctx: *mut c_void, table: *mut u8) -> u32 {
    // SAFETY: compiled code passes the address of a handle table of its own block.
    let table = unsafe { &mut *table.cast::<HandleTable>() };
    if table.limit >= table.quota {
        return FAILED;
    }
    table.limit = table.limit.saturating_mul(2).max(MIN_LIMIT).min(table.quota);
    done(table.free_head < table.limit)
}

/// Writes where the innermost calls of core code are.
pub(super) unsafe extern "C" fn core_calls(_vmctx: *mut c_void, frame: *mut u8, calls: *mut u8) {
    let activation = with_thread(|thread| thread.activation.get());
    // SAFETY: compiled code runs, so there is an activation. Its block lives and leads to the
    // instance's record, and it knows the frame of its trampoline. Above a host function that the
    // guest called there would be another activation. The caller passes its own frame, and a place
    // for the offsets.
    unsafe {
        let block = (*activation).block();
        let record = &*(*block).instance.cast::<InstanceRecord>();
        let entry = (*activation).landing().expect("compiled code runs").fp;
        let pending = PendingCalls::new(frame as usize, entry);
        let mut sources = pending.filter_map(|call| record.image.call_source(call.return_address));
        let offsets = std::array::from_fn(|_| sources.next().unwrap_or(0));
        calls.cast::<[u32; CALL_DEPTH]>().write(offsets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cantilever_abi::block::status::DONE;

    #[test]
    fn grows_to_the_quota_and_no_further() {
        let mut table = HandleTable { free_head: 1, limit: 1, quota: 600, reserved: 0 };
        let mut grow = || {
            // SAFETY: the table lives here; the context is not used.
            let grown = unsafe { handle_table_grow(std::ptr::null_mut(), (&raw mut table).cast()) };
            table.free_head = table.limit;
            (grown, table.limit)
        };
        assert_eq!([grow(), grow(), grow(), grow()], [(DONE, 256), (DONE, 512), (DONE, 600), (FAILED, 600)]);
    }
}
