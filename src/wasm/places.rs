//! Where everything of one module's code lies, relative to the `vmctx` of that code. Pure data.

use crate::plan::prepared::PreparedModule;
use cantilever_abi::{Callee, CoreTypeId, Place};

/// Where everything of one module's code lies, relative to the `vmctx` of that code.
#[derive(Debug, Clone, Default)]
pub struct ModulePlaces {
    /// How code of this module calls each function of its index space.
    pub funcs: Vec<Callee>,
    /// For each function of the index space that escapes: offset of its
    /// [`FuncDef`](cantilever_abi::block::FuncDef).
    pub func_defs: Vec<Option<u32>>,
    /// Tables.
    pub tables: Vec<Place>,
    /// Memories.
    pub memories: Vec<Place>,
    /// Globals.
    pub globals: Vec<Place>,
    /// Tags.
    pub tags: Vec<Place>,
    /// What is done when `Init` begins.
    pub prepared: PreparedModule,
    /// Data segments: offset of each one's
    /// [`SegmentSlot`](cantilever_abi::block::intrinsics::SegmentSlot).
    pub datas: Vec<u32>,
    /// Element segments.
    pub elems: Vec<ElemPlace>,
    /// For each table that provably never changes after instantiation: all its elements.
    pub known_tables: Vec<Option<Vec<Option<KnownElement>>>>,
}

/// Where an element segment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElemPlace {
    /// Offset of its [`SegmentSlot`](cantilever_abi::block::intrinsics::SegmentSlot).
    pub slot: u32,
    /// Offset of its elements, 8 bytes each.
    pub storage: u32,
}

/// A function in a table that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownElement {
    /// How code of this module calls it.
    pub callee: Callee,
    /// Its type.
    pub ty: CoreTypeId,
}
