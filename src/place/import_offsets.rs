//! Where the block has what stands for each import of the root.

use crate::plan::{ImportKind, Plan};
use cantilever_abi::block::layout::{Arena, BlockTooLarge};
use cantilever_abi::block::{FuncDef, HostCallee};

/// For each import of the plan, the block offset of what stands for it. That is a `HostCallee` for
/// component functions and resource types, a `FuncDef` for core functions, a pointer for other core
/// items.
#[derive(Debug)]
pub struct ImportOffsets(Vec<u32>);

impl ImportOffsets {
    /// Reserves a place for each.
    pub fn reserve(plan: &Plan, arena: &mut Arena) -> Result<Self, BlockTooLarge> {
        let place = |kind: &ImportKind| match kind {
            ImportKind::Func(_) | ImportKind::Resource(_) => arena.one::<HostCallee>(),
            ImportKind::CoreFunc(_) => arena.one::<FuncDef>(),
            _ => arena.one::<*const u8>(),
        };
        plan.imports.iter().map(|import| &import.kind).map(place).collect::<Result<_, _>>().map(ImportOffsets)
    }

    /// The place of an import, by its index in the plan.
    pub fn at(&self, import: usize) -> u32 {
        self.0[import]
    }
}
