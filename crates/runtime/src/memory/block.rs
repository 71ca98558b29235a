//! The address space of one instance block, and checked access to what lies in it.

use crate::error::LinkError;
use crate::sys::address_space::{AddressSpace, page_size};
use cantilever_abi::block::{
    BlockLayout, CONTEXT_LENGTH, HandleEntry, HandleEvent, HandleRecord, HandleTable, Header, InstanceState,
};
use std::io;
use std::ops::Range;

/// The greatest address space that one block may take.
const MAX_BLOCK: u64 = 1 << 46;

/// Clearing more bytes than this takes longer than new pages for them.
const MAX_CLEARED: usize = 16 << 10;

/// One instance block.
#[derive(Debug)]
pub(crate) struct BlockMemory {
    space: AddressSpace,
    layout: BlockLayout,
}

impl BlockMemory {
    /// Reserves a zeroed block.
    pub(crate) fn reserve(layout: &BlockLayout) -> io::Result<Self> {
        let tables = u64::from(layout.instance_count).saturating_mul(layout.handle_stride());
        let records = u64::from(layout.instance_count).saturating_mul(layout.record_stride());
        let scopes = u64::from(layout.scopes) + u64::from(layout.scope_capacity) * size_of::<u32>() as u64;
        let states = u64::from(layout.instances)
            + u64::from(layout.instance_count).saturating_mul(size_of::<InstanceState>() as u64);
        let fixed = u64::from(layout.fixed_size);
        let fits = layout.total_size <= MAX_BLOCK
            && layout.instance_count != 0
            && layout.handles.checked_add(tables).is_some_and(|end| end <= layout.total_size)
            && fixed <= layout.handles
            && scopes <= fixed
            && states <= fixed
            && u64::from(layout.type_ids) <= fixed
            && fixed >= size_of::<Header>() as u64
            && layout.records.is_none_or(|at| at.checked_add(records).is_some_and(|end| end <= layout.total_size));
        if !fits {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the block's layout contradicts itself"));
        }
        Ok(BlockMemory { space: AddressSpace::writable(layout.total_size)?, layout: layout.clone() })
    }

    /// Clears what handle tables and borrow scopes may have become: all of the block but what comes
    /// before the scopes.
    pub(crate) fn clear_handles(&self) -> io::Result<()> {
        for instance in 0..self.layout.instance_count {
            // SAFETY: the state lies in the block, and no code runs in it any more.
            let limit = unsafe { (*self.instance_state(instance)).handles.limit };
            // A table that was never used has no entry but the one that is never valid.
            if limit > 1 {
                let start = self.layout.handle_entries(instance) as usize;
                self.clear(start..start + limit as usize * size_of::<HandleEntry>())?;
            }
        }
        if let Some(records) = self.layout.records {
            let end = records + self.layout.record_stride() * u64::from(self.layout.instance_count);
            self.space.discard(records as usize..end as usize)?;
        }
        let scopes = self.layout.scopes as usize;
        self.clear(scopes..scopes + self.layout.scope_capacity as usize * size_of::<u32>())
    }

    /// Sets the quota of every handle table, in entries, of which the first is never a handle. What
    /// a table has room for already stays.
    pub(crate) fn set_handle_quota(&self, quota: u32) {
        for instance in 0..self.layout.instance_count {
            // SAFETY: the state lies in the block, and no code that could use it is running: the
            // caller has access to the store.
            let table = unsafe { &mut (*self.instance_state(instance)).handles };
            table.quota = quota.max(table.limit);
        }
    }

    /// Makes a range of the block zero. Only a little of it keeps its memory.
    fn clear(&self, range: Range<usize>) -> io::Result<()> {
        let kept = range.start.next_multiple_of(page_size()).min(range.end);
        let kept = if range.len() <= MAX_CLEARED { range.end } else { kept };
        // SAFETY: the range lies in the block, and no code runs in it any more.
        unsafe { std::ptr::write_bytes(self.space.base().add(range.start), 0, kept - range.start) };
        self.space.discard(kept..range.end)
    }

    /// The start of the block.
    #[inline]
    pub(crate) fn header(&self) -> *mut Header {
        self.space.base().cast()
    }

    /// Where everything lies.
    pub(crate) fn layout(&self) -> &BlockLayout {
        &self.layout
    }

    /// The address of `count` values of type `T` at an offset of the fixed part.
    pub(crate) fn array<T>(&self, at: u32, count: u64) -> Result<*mut T, LinkError> {
        let size = count.checked_mul(size_of::<T>() as u64);
        let end = size.and_then(|size| size.checked_add(u64::from(at)));
        if end.is_none_or(|end| end > u64::from(self.layout.fixed_size))
            || !(at as usize).is_multiple_of(align_of::<T>())
        {
            return Err(LinkError::Malformed(format!("offset {at:#x} does not lie in the instance block")));
        }
        // SAFETY: just checked to lie inside the mapping.
        Ok(unsafe { self.space.base().add(at as usize) }.cast())
    }

    /// The address of a `T` at an offset of the fixed part.
    pub(crate) fn at<T>(&self, at: u32) -> Result<*mut T, LinkError> {
        self.array(at, 1)
    }

    /// The flags of a component instance.
    pub(crate) fn instance_state(&self, instance: u32) -> *mut InstanceState {
        assert!(instance < self.layout.instance_count);
        // SAFETY: `reserve` checked that all states lie in the fixed part.
        unsafe { self.space.base().add(self.layout.instance_state(instance) as usize) }.cast()
    }

    /// Makes every component instance one in which no task runs. What points to tasks are addresses
    /// in frames, which a trap leaves behind.
    pub(crate) fn forget_tasks(&self) {
        (0..self.layout.instance_count).for_each(|instance| self.forget_task(instance));
    }

    /// Makes a component instance one in which no task runs, with storage that is zero.
    pub(crate) fn forget_task(&self, instance: u32) {
        let state = self.instance_state(instance);
        // SAFETY: a state in this block; no compiled code of it runs now, and nothing else refers
        // to it.
        unsafe {
            (*state).task = std::ptr::null_mut();
            (*state).context = [0; CONTEXT_LENGTH];
        }
    }

    /// The host's handle table.
    pub(crate) fn host_handles(&self) -> *mut HandleTable {
        // SAFETY: a field of a structure inside the mapping.
        unsafe { &raw mut (*self.instance_state(self.layout.host_instance())).handles }
    }

    /// An entry of the host's handle table, or `None` past the table's limit.
    pub(crate) fn host_handle(&self, index: u32) -> Option<*mut HandleEntry> {
        self.handle(self.layout.host_instance(), index).filter(|_| index != 0)
    }

    /// An entry of a component instance's handle table, or `None` past the table's limit.
    fn handle(&self, instance: u32, index: u32) -> Option<*mut HandleEntry> {
        self.of_handle(instance, index, Some(self.layout.handle_entries(instance)))
    }

    /// The record of an entry, the one of index 0 too, of a component instance's handle table, in
    /// an object that has them.
    pub(crate) fn handle_record(&self, instance: u32, index: u32) -> Option<*mut HandleRecord> {
        self.of_handle(instance, index, self.layout.handle_records(instance))
    }

    /// In an object that has records: who used a handle of a component instance's table when that
    /// led to a trap.
    pub(crate) fn handle_fault(&self, instance: u32) -> Option<HandleEvent> {
        let record = self.handle_record(instance, 0)?;
        // SAFETY: the event lies in the record, and nobody changes it now.
        Some(unsafe { record.byte_add(HandleRecord::FAULT).cast::<HandleEvent>().read() })
    }

    /// The element for a handle in the array at an offset that has one for each entry of a table.
    fn of_handle<T>(&self, instance: u32, index: u32, array: Option<u64>) -> Option<*mut T> {
        if instance >= self.layout.instance_count {
            return None;
        }
        // SAFETY: the state lies in the block; the limit never exceeds the capacity.
        let limit = unsafe { (*self.instance_state(instance)).handles.limit };
        if index >= limit {
            return None;
        }
        // SAFETY: `reserve` checked that the array lies in the block, and the index is below the
        // limit.
        Some(unsafe { self.space.base().add(array? as usize).cast::<T>().add(index as usize) })
    }

    /// The live handles in the table of a component instance, each with its index.
    pub(crate) fn handles(&self, instance: u32) -> impl Iterator<Item = (u32, HandleEntry)> {
        let entries = (1..).map_while(move |index| Some((index, self.handle(instance, index)?)));
        // SAFETY: these are entries of the block, and nobody changes them now.
        let entries = entries.map(|(index, entry)| (index, unsafe { entry.read() }));
        entries.filter(|(_, entry)| entry.tag != 0)
    }

    /// The borrow handles of a scope in the table of a component instance, each with its index.
    pub(crate) fn borrows(&self, instance: u32, scope: u32) -> impl Iterator<Item = (u32, HandleEntry)> {
        self.handles(instance).filter(move |(_, entry)| HandleEntry::untag(entry.tag).1 && entry.aux == scope)
    }

    /// The count of handles that a borrow scope still owes.
    pub(crate) fn scope(&self, scope: u32) -> Option<*mut u32> {
        if scope >= self.layout.scope_capacity {
            return None;
        }
        // SAFETY: `reserve` checked that all scopes lie in the fixed part.
        Some(unsafe { self.space.base().add(self.layout.scopes as usize).cast::<u32>().add(scope as usize) })
    }
}
