//! The layout of one module: the offsets of its data, relative to the base of its instance.

use crate::analyse::Facts;
use crate::plan::module::{Entity, Module, SegmentMode};
use crate::plan::prepared::PreparedModule;
use crate::plan::{CoreInstanceId, ModuleId, Plan};
use cantilever_abi::block::layout::{Arena, BlockTooLarge};
use cantilever_abi::block::{Context, FuncDef, GlobalSlot, MemoryDef, TableDef, intrinsics::SegmentSlot};
use cranelift_entity::PrimaryMap;

/// Offsets relative to the base of an instance: the block for a static module, its segment for a
/// shared one.
#[derive(Debug, Clone, Default)]
pub struct ModuleLayout {
    /// Is the module shared?
    pub shared: bool,
    /// Size of a segment; meaningful for shared modules.
    pub size: u64,
    /// Shared modules: for each import a slot, a `FuncDef` for functions and a pointer for
    /// everything else.
    pub import_slots: Vec<u32>,
    /// `MemoryDef` of each defined memory.
    pub memories: Vec<u32>,
    /// `TableDef` of each defined table.
    pub tables: Vec<u32>,
    /// `GlobalSlot` of each defined global.
    pub globals: Vec<u32>,
    /// The identity of each defined tag: an address of eight bytes.
    pub tags: Vec<u32>,
    /// For each function that escapes: its `FuncDef`.
    pub func_defs: Vec<Option<u32>>,
    /// `SegmentSlot` of each data segment.
    pub datas: Vec<u32>,
    /// `SegmentSlot` of each element segment, and its elements if anything reads them there.
    pub elems: Vec<(u32, u32)>,
}

/// Makes the layout of each module of a plan. Those of static modules are taken from the block's
/// own arena.
pub fn reserve(
    plan: &Plan,
    facts: &Facts,
    block: &mut Arena,
) -> Result<PrimaryMap<ModuleId, ModuleLayout>, BlockTooLarge> {
    let layout = |(id, module): (ModuleId, &Module)| {
        let prepared = &facts.prepared.modules[id];
        if facts.shared[id] {
            let mut segment = Arena::starting_with::<Context>();
            let mut layout = ModuleLayout::reserve(module, prepared, true, &mut segment)?;
            layout.size = segment.size();
            Ok(layout)
        } else {
            ModuleLayout::reserve(module, prepared, false, block)
        }
    };
    plan.modules.iter().map(layout).collect()
}

/// Gives each core instance its base.
pub fn bases(
    plan: &Plan,
    layouts: &PrimaryMap<ModuleId, ModuleLayout>,
    block: &mut Arena,
) -> Result<PrimaryMap<CoreInstanceId, u32>, BlockTooLarge> {
    plan.core_instances
        .values()
        .map(|instance| match &layouts[instance.module] {
            layout if layout.shared => block.bytes(layout.size, align_of::<GlobalSlot>() as u64),
            _ => Ok(0),
        })
        .collect()
}

impl ModuleLayout {
    fn reserve(
        module: &Module,
        prepared: &PreparedModule,
        shared: bool,
        arena: &mut Arena,
    ) -> Result<Self, BlockTooLarge> {
        let mut layout = ModuleLayout { shared, ..ModuleLayout::default() };
        if shared {
            for import in &module.imports {
                layout.import_slots.push(match import.entity {
                    Entity::Func(_) => arena.one::<FuncDef>()?,
                    _ => arena.one::<*const u8>()?,
                });
            }
        }
        layout.memories = each::<MemoryDef>(arena, defined(module.memories.len(), module.imported_memories))?;
        layout.tables = each::<TableDef>(arena, defined(module.tables.len(), module.imported_tables))?;
        layout.globals = each::<GlobalSlot>(arena, defined(module.globals.len(), module.imported_globals))?;
        layout.tags = each::<u64>(arena, defined(module.tags.len(), module.imported_tags))?;
        for escapes in escapes(module, prepared) {
            layout.func_defs.push(if escapes { Some(arena.one::<FuncDef>()?) } else { None });
        }
        layout.datas = each::<SegmentSlot>(arena, module.datas.len())?;
        for (segment, done) in module.elems.iter().zip(&prepared.elems) {
            let slot = arena.one::<SegmentSlot>()?;
            let read = !done && !matches!(segment.mode, SegmentMode::Declared);
            let len = if read { segment.items.len() } else { 0 };
            layout.elems.push((slot, arena.array::<u64>(len as u32)?));
        }
        Ok(layout)
    }
}

/// For each function: does its reference occur, in code, expressions or segments?
fn escapes(module: &Module, prepared: &PreparedModule) -> Vec<bool> {
    let mut escapes = module.escapes.clone();
    let used = module
        .elems
        .iter()
        .zip(&prepared.elements)
        .filter(|(segment, _)| !matches!(segment.mode, SegmentMode::Declared));
    for func in used.flat_map(|(_, elements)| elements.iter().flatten().flatten()) {
        escapes[*func as usize] = true;
    }
    escapes
}

fn defined(all: usize, imported: u32) -> usize {
    all - imported as usize
}

fn each<T>(arena: &mut Arena, count: usize) -> Result<Vec<u32>, BlockTooLarge> {
    (0..count).map(|_| arena.one::<T>()).collect()
}
