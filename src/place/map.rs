//! Where module instances and imports lie: what all else of placement reads.

use super::data_section::{DataSection, ElementLists};
use super::import_offsets::ImportOffsets;
use super::module_layout::{self, ModuleLayout};
use crate::analyse::Facts;
use crate::plan::{CoreInstanceId, ModuleId, Plan};
use cantilever_abi::block::layout::{Arena, BlockTooLarge};
use cranelift_entity::PrimaryMap;

/// Where module instances and imports lie; the first half of the work, on which everything else
/// builds.
#[derive(Debug)]
pub struct Map<'a> {
    pub(super) plan: &'a Plan,
    pub(super) facts: &'a Facts,
    /// For each module: offsets of its data, relative to its base.
    pub(super) layouts: PrimaryMap<ModuleId, ModuleLayout>,
    /// For each core instance: its base. 0 when the module is static.
    pub(super) bases: PrimaryMap<CoreInstanceId, u32>,
    pub(super) imports: ImportOffsets,
    pub(super) data: DataSection,
    pub(super) elements: ElementLists,
}

impl<'a> Map<'a> {
    /// Takes what modules, core instances and imports need of the block's arena.
    pub fn reserve(plan: &'a Plan, facts: &'a Facts, block: &mut Arena) -> Result<Self, BlockTooLarge> {
        let imports = ImportOffsets::reserve(plan, block)?;
        let layouts = module_layout::reserve(plan, facts, block)?;
        let bases = module_layout::bases(plan, &layouts, block)?;
        let data = DataSection::new(plan, &facts.prepared);
        let elements = ElementLists::new(plan, &facts.prepared, &layouts);
        Ok(Map { plan, facts, layouts, bases, imports, data, elements })
    }
}
