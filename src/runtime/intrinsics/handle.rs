//! Growth of handle tables.

use crate::block::HandleTable;
use std::ffi::c_void;

/// The least number of entries of a table that has any: a page of them.
const MIN_LIMIT: u32 = 256;

/// Doubles the limit of a handle table, up to its quota. Entries need no preparation: zeroed memory is a free list.
pub(super) unsafe extern "C" fn handle_table_grow(_vmctx: *mut c_void, table: *mut u8) -> u32 {
    // SAFETY: compiled code passes the address of a handle table of its own block.
    let table = unsafe { &mut *table.cast::<HandleTable>() };
    if table.limit >= table.quota {
        return 0;
    }
    table.limit = table.limit.saturating_mul(2).max(MIN_LIMIT).min(table.quota);
    u32::from(table.free_head < table.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_quota_and_no_further() {
        let mut table = HandleTable { free_head: 1, limit: 1, quota: 600, reserved: 0 };
        let mut grow = || {
            // SAFETY: the table lives here; the context is not used.
            let grown = unsafe { handle_table_grow(std::ptr::null_mut(), (&raw mut table).cast()) };
            table.free_head = table.limit;
            (grown, table.limit)
        };
        assert_eq!([grow(), grow(), grow(), grow()], [(1, 256), (1, 512), (1, 600), (0, 600)]);
    }
}
