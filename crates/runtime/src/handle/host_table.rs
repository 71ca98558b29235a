//! The host's own handle table in a block: handles of guest resources that the host holds.
//!
//! Adapters add and remove entries by compiled code; the runtime manipulates the same entries by
//! the documented free list.

use crate::memory::block::BlockMemory;
use cantilever_abi::block::{CALL_DEPTH, HandleEntry, HandleEvent};

/// A live entry, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HostHandle {
    /// The resource type's identity.
    pub(crate) resource: u32,
    /// Is it a borrow?
    pub(crate) borrow: bool,
    /// How often it is lent now.
    pub(crate) lends: u32,
    /// The representation.
    pub(crate) rep: u32,
}

impl BlockMemory {
    /// The live handle at an index.
    pub(crate) fn read_host_handle(&self, index: u32) -> Option<HostHandle> {
        // SAFETY: `host_handle` gives addresses of entries in this block only.
        let entry = unsafe { *self.host_handle(index)? };
        if entry.tag == 0 {
            return None;
        }
        let (resource, borrow) = HandleEntry::untag(entry.tag);
        Some(HostHandle { resource, borrow, lends: entry.lends, rep: entry.rep })
    }

    /// Takes the handle at an index out of the table. A borrow's scope owes one less.
    pub(crate) fn remove_host_handle(&self, index: u32) -> Option<HostHandle> {
        let handle = self.read_host_handle(index)?;
        let entry = self.host_handle(index)?;
        let table = self.host_handles();
        // SAFETY: entry, record and table lie in this block. The entry becomes the head of the free
        // list: its delta leads to the previous head, as `HandleTable`'s invariant says.
        unsafe {
            if handle.borrow
                && let Some(owed) = self.scope((*entry).aux)
            {
                *owed = (*owed).saturating_sub(1);
            }
            if let Some(record) = self.handle_record(self.layout().host_instance(), index) {
                let (by, tag) = (HandleEvent::HOST, (*entry).tag);
                (*record).dropped = HandleEvent { by, tag, reserved: 0, calls: [0; CALL_DEPTH] };
            }
            let delta = (*table).free_head.wrapping_sub(index + 1);
            *entry = HandleEntry { tag: 0, lends: 0, rep: 0, aux: delta };
            (*table).free_head = index;
        }
        Some(handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cantilever_abi::block::BlockLayoutBuilder;

    /// What compiled code does for `add`.
    fn add(block: &BlockMemory, tag: u32, rep: u32, scope: u32) -> u32 {
        // SAFETY: a test block, used by this thread only; the index is below the limit.
        unsafe {
            let table = block.host_handles();
            let index = (*table).free_head;
            assert!(index < (*table).limit);
            let entry = block.host_handle(index).unwrap();
            (*table).free_head = (index + 1).wrapping_add((*entry).aux);
            *entry = HandleEntry { tag, lends: 0, rep, aux: scope };
            index
        }
    }

    #[test]
    fn indices_are_reused_last_in_first_out() {
        let layout = BlockLayoutBuilder::new(1, 64, 0).unwrap().finish().unwrap();
        let block = BlockMemory::reserve(&layout).unwrap();
        // SAFETY: as in `add`.
        unsafe { ((*block.host_handles()).free_head, (*block.host_handles()).limit) = (1, 64) };
        let own = HandleEntry::tag(3, false);
        let indices: Vec<u32> = (0..4).map(|rep| add(&block, own, rep, 0)).collect();
        assert_eq!(indices, [1, 2, 3, 4]);
        let removed = block.remove_host_handle(2).unwrap();
        assert_eq!((removed.resource, removed.borrow, removed.rep), (3, false, 1));
        assert!(block.remove_host_handle(2).is_none());
        block.remove_host_handle(4).unwrap();
        assert_eq!([7, 8, 9].map(|rep| add(&block, own, rep, 0)), [4, 2, 5]);
        assert!(block.read_host_handle(0).is_none() && block.read_host_handle(64).is_none());
    }

    #[test]
    fn what_the_host_drops_is_recorded_where_there_are_records() {
        for records in [false, true] {
            let mut layout = BlockLayoutBuilder::new(1, 64, 0).unwrap();
            if records {
                layout.record_handles();
            }
            let block = BlockMemory::reserve(&layout.finish().unwrap()).unwrap();
            // SAFETY: as in `add`.
            unsafe { ((*block.host_handles()).free_head, (*block.host_handles()).limit) = (1, 64) };
            let tag = HandleEntry::tag(0, false);
            let index = add(&block, tag, 9, 0);
            block.remove_host_handle(index).unwrap();
            let record = block.handle_record(block.layout().host_instance(), index);
            // SAFETY: as in `add`.
            let dropped = record.map(|record| unsafe { (*record).dropped });
            assert_eq!(dropped.map(|event| (event.by, event.tag)), records.then_some((HandleEvent::HOST, tag)));
        }
    }

    #[test]
    fn a_dropped_borrow_is_no_longer_owed() {
        let layout = BlockLayoutBuilder::new(1, 64, 0).unwrap().finish().unwrap();
        let block = BlockMemory::reserve(&layout).unwrap();
        // SAFETY: as in `add`.
        unsafe {
            ((*block.host_handles()).free_head, (*block.host_handles()).limit) = (1, 64);
            *block.scope(5).unwrap() = 1;
        }
        let index = add(&block, HandleEntry::tag(0, true), 9, 5);
        assert!(block.remove_host_handle(index).unwrap().borrow);
        // SAFETY: as in `add`.
        assert_eq!(unsafe { *block.scope(5).unwrap() }, 0);
    }
}
