//! Alias regions: which memory an access touches, told to Cranelift's alias analysis and to readers
//! of dumped CLIF.
//!
//! A region's identity is the same in every function of a compilation, so that inlining merges
//! regions correctly. Invariant: two accesses that may overlap are in the same region, or at least
//! one of them has none.

use cranelift_codegen::ir::{AliasRegion, AliasRegionData, Function};

/// A part of memory that is disjoint from every other part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// Other fields of a [`Context`](cantilever_abi::block::Context), import slots, `FuncDef`s:
    /// written before code runs.
    Constant,
    /// `Context::stack_limit`.
    StackLimit,
    /// What `Context::fuel` points to.
    Fuel,
    /// A [`Landing`](cantilever_abi::block::Landing), and `Header::trap_values`.
    Landing,
    /// `Header::scope_top` and the array of borrow scopes.
    Scopes,
    /// `may_leave` flags.
    MayLeave,
    /// Tasks: the pointers to them, their records, and their storage.
    Task,
    /// Heads of handle tables: free list and limit.
    HandleTable,
    /// Entries of handle tables.
    HandleEntry,
    /// Base and length of memories.
    MemoryDef,
    /// Base and length of tables.
    TableDef,
    /// Elements of tables.
    TableElement,
    /// Core globals.
    Global,
    /// Data and element segments: their slots and stored elements.
    Segment,
    /// Linear memories, and the host's memory as a peer sees it. One region, for the host may be
    /// handed views.
    LinearMemory,
    /// Buffers of calls to and from the host: parameters, results, slots.
    HostBuffer,
    /// Exceptions: tags and payloads.
    Exception,
    /// Records of handle tables.
    HandleRecord,
}

impl Region {
    /// What the region is, as dumped CLIF shows it.
    pub const fn description(self) -> &'static str {
        match self {
            Region::Constant => "constant part of the block",
            Region::StackLimit => "stack limit, or the mark of an interruption",
            Region::Fuel => "fuel",
            Region::Landing => "where a trap lands, and its values",
            Region::Scopes => "borrow scopes",
            Region::MayLeave => "may_leave",
            Region::Task => "task",
            Region::HandleTable => "handle table: free list and limit",
            Region::HandleEntry => "handle entry",
            Region::MemoryDef => "base and length of a memory",
            Region::TableDef => "base and length of a table",
            Region::TableElement => "element of a table",
            Region::Global => "core global",
            Region::Segment => "segment",
            Region::LinearMemory => "linear memory",
            Region::Exception => "exception",
            Region::HostBuffer => "buffer of a host call",
            Region::HandleRecord => "handle record",
        }
    }

    /// The region in a function.
    pub fn in_func(self, func: &mut Function) -> AliasRegion {
        func.dfg.alias_regions.insert(AliasRegionData { user_id: self as u32, description: self.description().into() })
    }
}
