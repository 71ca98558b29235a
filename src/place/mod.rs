//! Placement: where everything of a plan lies in the instance block, and what an instantiation
//! does.
//!
//! In: a [`Plan`], whose references are symbolic, and [`Facts`]. Out: a [`Placed`], in which every
//! memory, table, global and function has a place, and how the runtime makes an instance. Placement
//! decides nothing about code, and looks for nothing that the facts say.
//!
//! The data of a *static* module lies directly in the block, and its code has the block as `vmctx`.
//! Of a *shared* module each instance has a segment of its own, which begins with a
//! [`Context`](cantilever_abi::block::Context). Its code is compiled once with the segment as
//! `vmctx`, and reaches what it imports through slots of the segment.

pub mod artifact_types;
mod canons;
mod contents;
mod data_section;
pub mod entry_types;
mod exports;
mod import_offsets;
mod imports;
mod instantiation;
mod map;
mod module_layout;
mod resolve;

use crate::analyse::Facts;
use crate::options::CompileOptions;
use crate::plan::{ModuleId, Plan};
use crate::wasm::ModulePlaces;
use cantilever_abi::adapter::Dtor;
use cantilever_abi::block::{
    BlockLayout, BlockLayoutBuilder,
    layout::{BlockTooLarge, MAX_FIXED_SIZE},
};
use cantilever_abi::{Adapter, CanonFunc, FuncKey, Resource, ResourceId};
use cantilever_object::artifact::{ExportEntry, ImportEntry, Instantiation};
use cranelift_entity::PrimaryMap;
use map::Map;
use std::ops::Range;

/// A plan whose parts have their places.
#[derive(Debug)]
pub struct Placed {
    /// The block.
    pub layout: BlockLayout,
    /// For each module of the plan: what its code must know of where things lie.
    pub modules: PrimaryMap<ModuleId, ModulePlaces>,
    /// For each canonical function of the plan: what to compile.
    pub canons: Vec<CanonFunc>,
    /// For each lift of the plan: the adapter by which the host calls it.
    pub lifts: Vec<Adapter>,
    /// For each resource type: its description, complete with the place of a host destructor.
    pub resources: PrimaryMap<ResourceId, Resource>,
    /// For each resource type: its destructor.
    pub dtors: PrimaryMap<ResourceId, Dtor>,
    /// What the host provides, with the places where it goes.
    pub imports: Vec<ImportEntry>,
    /// What the host finds.
    pub exports: Vec<(String, ExportEntry)>,
    /// How an instance is made.
    pub instantiation: Instantiation,
    /// The functions in element segments.
    pub elements: Vec<Vec<Option<u32>>>,
    /// The parts of the input that make up the data section, in order.
    pub data: Vec<Range<usize>>,
}

impl Placed {
    /// All adapters, with their keys.
    pub fn adapters(&self) -> impl Iterator<Item = (FuncKey, &Adapter)> {
        let canons = (0..).map(FuncKey::Canon).zip(&self.canons).filter_map(|(key, canon)| match canon {
            CanonFunc::Adapter(adapter) => Some((key, &**adapter)),
            CanonFunc::Builtin { .. } => None,
        });
        canons.chain((0..).map(FuncKey::Lift).zip(&self.lifts))
    }

    /// The adapter with a key that [`adapters`](Placed::adapters) gave.
    pub fn adapter(&self, key: FuncKey) -> &Adapter {
        match key {
            FuncKey::Lift(index) => &self.lifts[index as usize],
            FuncKey::Canon(index) => match &self.canons[index as usize] {
                CanonFunc::Adapter(adapter) => adapter,
                CanonFunc::Builtin { .. } => unreachable!("it is an adapter"),
            },
            _ => unreachable!("adapters are canonical functions and lifts"),
        }
    }
}

/// Places a plan.
pub fn place(plan: &Plan, facts: &Facts, options: &CompileOptions) -> Result<Placed, BlockTooLarge> {
    let types = plan.core_types.len() as u32;
    let mut builder = BlockLayoutBuilder::new(plan.instances.len() as u32, options.handle_capacity, types)?;
    if !plan.types.any_borrow() {
        builder.without_scopes();
    }
    if options.debug_handles {
        builder.record_handles();
    }
    let map = Map::reserve(plan, facts, &mut builder.arena)?;
    let modules = map.module_places();
    let resources = map.resources();
    Ok(Placed {
        canons: map.canons(),
        lifts: map.lifts(),
        dtors: map.dtors(&resources),
        resources,
        imports: map.import_entries(),
        exports: map.export_entries(),
        instantiation: map.instantiation(),
        modules,
        elements: map.elements.lists,
        data: map.data.parts,
        layout: builder.finish()?,
    })
}

impl From<BlockTooLarge> for crate::error::Error {
    fn from(_: BlockTooLarge) -> Self {
        Self::TooLarge { what: "bytes of instance state", limit: MAX_FIXED_SIZE, offset: None }
    }
}
