//! Where everything lies in an instance block.
//!
//! A [`BlockLayoutBuilder`] hands out offsets; the finished [`BlockLayout`] is data that goes into
//! the object, so the runtime that loads the object lays the block out as the compiler did.

use super::handle_record::HandleRecord;
use super::header::{GlobalSlot, HandleEntry, Header, InstanceState};

/// The layout of one block. All offsets are in bytes from its start.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BlockLayout {
    /// Bytes that must be readable and writable from the start: everything but the handle entries.
    pub fixed_size: u32,
    /// Bytes of address space in all.
    pub total_size: u64,
    /// Offset of the [`InstanceState`] of component instance 0; others follow contiguously. The
    /// host, as the peer that holds handles of the root's resources, is the last.
    pub instances: u32,
    /// How many component instances there are, the host counted.
    pub instance_count: u32,
    /// Offset of the first handle table's entries; tables follow at [`BlockLayout::handle_stride`].
    pub handles: u64,
    /// The capacity of each handle table, in entries.
    pub handle_capacity: u32,
    /// In an object that debugs handles: offset of the first handle table's records; those of other
    /// tables follow.
    pub records: Option<u64>,
    /// Offset of the array of borrow scopes: a `u32` count of handles still owed for each. A call
    /// that was lent handles in a list keeps their indices there too, above its scope.
    pub scopes: u32,
    /// The capacity of that array.
    pub scope_capacity: u32,
    /// Offset of the array of type identities.
    pub type_ids: u32,
}

impl BlockLayout {
    /// Offset of the flags of a component instance.
    pub fn instance_state(&self, instance: u32) -> u32 {
        debug_assert!(instance < self.instance_count);
        self.instances + instance * size_of::<InstanceState>() as u32
    }

    /// Offset of entry 0 of a component instance's handle table.
    pub fn handle_entries(&self, instance: u32) -> u64 {
        self.handles + u64::from(instance) * self.handle_stride()
    }

    /// Distance between two handle tables, in bytes: whole pages.
    pub fn handle_stride(&self) -> u64 {
        self.pages_for(HandleEntry::SIZE)
    }

    /// Offset of record 0 of a component instance's handle table, in an object that debugs handles.
    pub fn handle_records(&self, instance: u32) -> Option<u64> {
        self.records.map(|first| first + u64::from(instance) * self.record_stride())
    }

    /// Distance between the records of two handle tables, in bytes: whole pages.
    pub fn record_stride(&self) -> u64 {
        self.pages_for(HandleRecord::SIZE)
    }

    /// Bytes for something of each entry of a handle table.
    fn pages_for(&self, size: u32) -> u64 {
        (u64::from(self.handle_capacity) * u64::from(size)).next_multiple_of(u64::from(PAGE))
    }

    /// The index of the host among the component instances.
    pub fn host_instance(&self) -> u32 {
        self.instance_count - 1
    }
}

/// Hands out offsets in a contiguous range: the fixed part of a block, or the segment of a shared
/// module's instance.
#[derive(Debug, Clone)]
pub struct Arena {
    next: u64,
}

/// The greatest size of the fixed part of a block: its offsets must fit the signed immediates of
/// loads and stores.
pub const MAX_FIXED_SIZE: u64 = 1 << 30;

/// The fixed part of the block would be larger than [`MAX_FIXED_SIZE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the component needs more than {MAX_FIXED_SIZE} bytes of instance state")]
pub struct BlockTooLarge;

impl Arena {
    /// An arena whose first bytes are a `T`.
    pub fn starting_with<T>() -> Self {
        Arena { next: size_of::<T>() as u64 }
    }

    /// Reserves one `T` and returns its offset.
    pub fn one<T>(&mut self) -> Result<u32, BlockTooLarge> {
        self.array::<T>(1)
    }

    /// Reserves `count` consecutive `T`s and returns the offset of the first.
    pub fn array<T>(&mut self, count: u32) -> Result<u32, BlockTooLarge> {
        let size = u64::from(count).checked_mul(size_of::<T>() as u64).ok_or(BlockTooLarge)?;
        self.bytes(size, align_of::<T>().max(8) as u64)
    }

    /// Reserves bytes at an alignment.
    pub fn bytes(&mut self, size: u64, align: u64) -> Result<u32, BlockTooLarge> {
        let start = self.next.next_multiple_of(align);
        self.next = start.checked_add(size).ok_or(BlockTooLarge)?;
        if self.next > MAX_FIXED_SIZE {
            return Err(BlockTooLarge);
        }
        Ok(start as u32)
    }

    /// How many bytes have been handed out.
    pub fn size(&self) -> u64 {
        self.next
    }
}

/// Lays out one block.
#[derive(Debug)]
pub struct BlockLayoutBuilder {
    /// The fixed part.
    pub arena: Arena,
    layout: BlockLayout,
}

impl BlockLayoutBuilder {
    /// The capacity of the array of borrow scopes.
    pub const SCOPE_CAPACITY: u32 = 1 << 20;

    /// Starts a layout for a number of component instances, the host not counted, and a number of
    /// core function types. Handle tables have the given capacity: at least one entry, the one that
    /// is never valid.
    pub fn new(instances: u32, handle_capacity: u32, types: u32) -> Result<Self, BlockTooLarge> {
        let mut arena = Arena::starting_with::<Header>();
        let instance_count = instances.checked_add(1).ok_or(BlockTooLarge)?;
        let handle_capacity = handle_capacity.clamp(1, MAX_HANDLES);
        let layout = BlockLayout {
            fixed_size: 0,
            total_size: 0,
            instances: arena.array::<InstanceState>(instance_count)?,
            instance_count,
            handles: 0,
            handle_capacity,
            records: None,
            scopes: 0,
            scope_capacity: Self::SCOPE_CAPACITY,
            type_ids: arena.array::<u32>(types)?,
        };
        Ok(BlockLayoutBuilder { arena, layout })
    }

    /// Leaves the array of borrow scopes out: nothing that the component calls is lent a handle.
    pub fn without_scopes(&mut self) {
        self.layout.scope_capacity = 0;
    }

    /// Keeps a [`HandleRecord`] for each entry of a handle table: the compilation debugs handles.
    pub fn record_handles(&mut self) {
        self.layout.records = Some(0);
    }

    /// The layout so far: all but sizes, scopes, handles and records is final.
    pub fn layout(&self) -> &BlockLayout {
        &self.layout
    }

    /// Ends the layout: the handle tables follow the fixed part on a page boundary, then their
    /// records.
    pub fn finish(mut self) -> Result<BlockLayout, BlockTooLarge> {
        // Last, for it is large and far fewer of its elements are used than of anything else.
        self.layout.scopes = self.arena.array::<u32>(self.layout.scope_capacity)?;
        self.layout.fixed_size = self.arena.bytes(0, align_of::<GlobalSlot>() as u64)?;
        self.layout.handles = self.arena.size().next_multiple_of(u64::from(PAGE));
        let tables = u64::from(self.layout.instance_count);
        let after = |start: u64, stride: u64| stride.checked_mul(tables)?.checked_add(start);
        let end = after(self.layout.handles, self.layout.handle_stride()).ok_or(BlockTooLarge)?;
        self.layout.total_size = end;
        if self.layout.records.is_some() {
            self.layout.records = Some(end);
            self.layout.total_size = after(end, self.layout.record_stride()).ok_or(BlockTooLarge)?;
        }
        Ok(self.layout)
    }
}

/// The largest page size of the supported targets: handle tables start on such a boundary.
const PAGE: u32 = 1 << 16;

/// The specification's greatest index is 2^28 - 1, so a table has at most this many entries, index
/// 0 counted.
pub const MAX_HANDLES: u32 = 1 << 28;
