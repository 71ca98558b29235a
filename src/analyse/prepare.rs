//! What core instances contain before any of their code runs.
//!
//! A part of an instantiation is done in advance when its outcome is known here and nobody can see
//! that it was early:
//!
//! * globals and elements whose expressions have known values: nobody sees them before their
//!   instance exists;
//! * active segments with known offsets inside the initial size of what they fill, whose instances
//!   since have no start function and whose predecessors all are such segments. So no code runs
//!   before them, and none of them traps.
//!
//! A module that is instantiated more than once has one `Init`, which must fit all its instances:
//! there nothing counts as known that depends on imports.

use super::constant::evaluate;
use crate::plan::module::{ElemItems, ElemSegment, Module, SegmentMode};
use crate::plan::prepared::{Constant, PlacedSegment, Prepared, PreparedInstance, PreparedModule};
use crate::plan::{CoreInstance, CoreInstanceId, CoreItem, CoreRef, ModuleId, Plan};
use cantilever_abi::block::memory::DEFAULT_PAGE_LOG2;
use cranelift_entity::PrimaryMap;
use std::collections::HashSet;
use std::ops::Range;

/// Finds out what instances of a plan contain before their code runs. `shared` says of each module
/// whether it is instantiated more than once.
pub fn prepare(plan: &Plan, shared: &PrimaryMap<ModuleId, bool>) -> Prepared {
    let modules = plan.modules.values().map(PreparedModule::nothing).collect();
    let mut prepared = Prepared { modules, instances: PrimaryMap::new() };
    let mut open = HashSet::new();
    for (core_instance, made) in &plan.core_instances {
        let module = &plan.modules[made.module];
        let shared = shared[made.module];
        let maker = Maker { plan, core_instance, module, shared, imports: Imports::of(made) };
        maker.make(&mut prepared, &mut open);
    }
    prepared
}

/// A memory or table by its definition: core instance, and index there (imports counted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Target {
    Memory(CoreInstanceId, u32),
    Table(CoreInstanceId, u32),
}

/// What a core instance imports, by kind.
#[derive(Default)]
struct Imports {
    memories: Vec<CoreRef>,
    tables: Vec<CoreRef>,
    globals: Vec<CoreRef>,
}

impl Imports {
    fn of(made: &CoreInstance) -> Self {
        let mut imports = Imports::default();
        for item in &made.imports {
            match item {
                CoreItem::Memory(r) => imports.memories.push(*r),
                CoreItem::Table(r) => imports.tables.push(*r),
                CoreItem::Global(r) => imports.globals.push(*r),
                CoreItem::Func(_) | CoreItem::Tag(_) => {}
            }
        }
        imports
    }
}

/// A core instance in the making.
struct Maker<'a> {
    plan: &'a Plan,
    core_instance: CoreInstanceId,
    module: &'a Module,
    shared: bool,
    imports: Imports,
}

impl Maker<'_> {
    /// Adds the instance, and what is true of its module.
    ///
    /// `open` has the memories and tables of whose contents everything is known so far, which no
    /// code has seen.
    fn make(&self, prepared: &mut Prepared, open: &mut HashSet<Target>) {
        let (index, module) = (self.core_instance, self.module);
        let instance = PreparedInstance {
            globals: self.globals(&prepared.instances),
            memories: vec![Vec::new(); module.memories.len()],
            tables: vec![Vec::new(); module.tables.len()],
        };
        let parts = &mut prepared.modules[self.plan.core_instances[index].module];
        parts.globals = instance.globals.iter().map(Option::is_some).collect();
        // Another instance of the module has the same elements.
        if parts.elements.iter().all(Option::is_none) {
            parts.elements = module.elems.iter().map(|elems| self.elements(elems, &instance.globals)).collect();
        }
        open.extend((module.imported_memories..module.memories.len() as u32).map(|i| Target::Memory(index, i)));
        let own_tables = (module.imported_tables..).zip(&module.tables[module.imported_tables as usize..]);
        open.extend(own_tables.filter(|(_, t)| t.init.is_none()).map(|(i, _)| Target::Table(index, i)));

        let placed = self.place_segments(&parts.elements, &instance.globals, open);
        prepared.instances.push(instance);
        for (target, placed) in placed {
            let parts = &mut prepared.modules[self.plan.core_instances[index].module];
            match target {
                Target::Memory(definer, i) => {
                    parts.datas[placed.segment] = true;
                    prepared.instances[definer].memories[i as usize].push(placed);
                }
                Target::Table(definer, i) => {
                    parts.elems[placed.segment] = true;
                    prepared.instances[definer].tables[i as usize].push(placed);
                }
            }
        }
        if module.start.is_some() {
            open.clear();
        }
    }

    /// The values of the globals that are known.
    fn globals(&self, instances: &PrimaryMap<CoreInstanceId, PreparedInstance>) -> Vec<Option<Constant>> {
        let mut globals: Vec<Option<Constant>> = Vec::with_capacity(self.module.globals.len());
        for (index, global) in self.module.globals.iter().enumerate() {
            globals.push(match &global.init {
                Some(init) => evaluate(&self.plan.source, init, &globals),
                None if global.ty.mutable => None,
                None => self.imported_global(index, instances),
            });
        }
        globals
    }

    /// The value of an immutable global that is imported.
    fn imported_global(
        &self,
        index: usize,
        instances: &PrimaryMap<CoreInstanceId, PreparedInstance>,
    ) -> Option<Constant> {
        match self.imports.globals[index] {
            CoreRef::Defined { core_instance, index } if !self.shared => {
                // A function's index means nothing in another module.
                instances[core_instance].globals[index as usize].filter(|value| !matches!(value, Constant::Func(_)))
            }
            _ => None,
        }
    }

    /// The functions in an element segment, if they are constants.
    fn elements(&self, elems: &ElemSegment, globals: &[Option<Constant>]) -> Option<Vec<Option<u32>>> {
        match &elems.items {
            ElemItems::Funcs(funcs) => Some(funcs.iter().copied().map(Some).collect()),
            ElemItems::Exprs(exprs) => exprs.iter().map(|expr| self.element(expr, globals)).collect(),
        }
    }

    fn element(&self, expr: &Range<usize>, globals: &[Option<Constant>]) -> Option<Option<u32>> {
        match evaluate(&self.plan.source, expr, globals)? {
            Constant::Func(func) => Some(Some(func)),
            Constant::Null => Some(None),
            Constant::Bits32(_) | Constant::Bits64(_) => None,
        }
    }

    /// The active segments that can be in place in advance, with what they fill. Elements come
    /// before data, as in
    /// *instantiation* of the core specification.
    fn place_segments(
        &self,
        elements: &[Option<Vec<Option<u32>>>],
        globals: &[Option<Constant>],
        open: &mut HashSet<Target>,
    ) -> Vec<(Target, PlacedSegment)> {
        let mut placed = Vec::new();
        let mut place = |segment, offset: &Range<usize>, len: usize, target: Option<Target>, known: bool| {
            let found = target.filter(|target| known && open.contains(target));
            let inside =
                |target, offset: u64| offset.checked_add(len as u64).is_some_and(|end| end <= self.capacity(target));
            match (found, self.offset(offset, globals)) {
                (Some(target), Some(offset)) if inside(target, offset) => {
                    placed.push((target, PlacedSegment { core_instance: self.core_instance, segment, offset }));
                }
                // It may trap, and then nothing must have happened that comes after it.
                _ => open.clear(),
            }
        };
        for (segment, (elems, elements)) in self.module.elems.iter().zip(elements).enumerate() {
            if let SegmentMode::Active { target, offset } = &elems.mode {
                let target = self.definition(*target, &self.imports.tables, Target::Table);
                place(segment, offset, elems.items.len(), target, elements.is_some());
            }
        }
        for (segment, data) in self.module.datas.iter().enumerate() {
            if let SegmentMode::Active { target, offset } = &data.mode {
                let target = self.definition(*target, &self.imports.memories, Target::Memory);
                place(segment, offset, data.bytes.len(), target, true);
            }
        }
        placed
    }

    /// What defines a memory or table of the module. Nothing where that depends on the instance, or
    /// is the host.
    fn definition(&self, index: u32, imports: &[CoreRef], target: fn(CoreInstanceId, u32) -> Target) -> Option<Target> {
        match imports.get(index as usize) {
            None => Some(target(self.core_instance, index)),
            Some(_) if self.shared => None,
            Some(CoreRef::Defined { core_instance, index }) => Some(target(*core_instance, *index)),
            Some(CoreRef::Import(_)) => None,
        }
    }

    fn offset(&self, expr: &Range<usize>, globals: &[Option<Constant>]) -> Option<u64> {
        match evaluate(&self.plan.source, expr, globals)? {
            Constant::Bits32(offset) => Some(offset.into()),
            Constant::Bits64(offset) => Some(offset),
            Constant::Null | Constant::Func(_) => None,
        }
    }

    /// The initial size of a memory in bytes, or of a table in elements.
    fn capacity(&self, target: Target) -> u64 {
        let module = |core_instance: CoreInstanceId| &self.plan.modules[self.plan.core_instances[core_instance].module];
        match target {
            Target::Memory(definer, index) => {
                let ty = &module(definer).memories[index as usize];
                ty.initial.saturating_mul(1 << ty.page_size_log2.unwrap_or(DEFAULT_PAGE_LOG2))
            }
            Target::Table(definer, index) => module(definer).tables[index as usize].ty.initial,
        }
    }
}
