//! Tables whose contents are the same whenever code can read them, so that calls through them can be direct.
//!
//! The case that matters is `wit-component`'s: lowered functions need a memory that does not exist yet, so a *shim*
//! module calls through a table that a *fixup* module fills in a segment when everything exists.
//!
//! A table qualifies when no instruction of any module that can reach it writes it, the host cannot reach it, and
//! only active segments with constant offsets fill it, by function indices. No code may run between its definition and
//! the last of these segments: that code would see less.

use super::constant::evaluate;
use crate::plan::module::{ElemItems, ElemSegment, Module, SegmentMode};
use crate::plan::prepared::Constant;
use crate::plan::{CoreFuncRef, CoreItem, CoreRef, Export, Plan};
use cantilever_abi::CoreTypeId;
use std::collections::HashMap;
use std::ops::Range;
use wasmparser::RefType;

/// The elements of a known table: for each that is not null the function and its type.
pub type Elements = Vec<Option<(CoreFuncRef, CoreTypeId)>>;

/// Larger tables are not worth their memory here.
const MAX_ELEMENTS: u64 = 1 << 16;

/// Nor are more elements than this in all tables together. Those of later core instances are not known then.
const MAX_ALL_ELEMENTS: u64 = 1 << 22;

/// The known tables of a plan, by core instance and table index there (imports counted; the table is not an import).
pub fn known_tables(plan: &Plan) -> HashMap<(usize, u32), Elements> {
    let mut tables = candidates(plan);
    // The last core instance so far that has a start function.
    let mut started = None;
    for (core_instance, made) in plan.core_instances.iter().enumerate() {
        let user = TableUser::of(plan, core_instance);
        for (index, _) in (0u32..).zip(&user.module.table_written).filter(|(_, written)| **written) {
            tables.remove(&user.table(index));
        }
        for segment in &user.module.elems {
            let SegmentMode::Active { target, offset } = &segment.mode else { continue };
            let key = user.table(*target);
            let read_early = started.is_some_and(|started| started >= key.0);
            let Some(table) = tables.get_mut(&key) else { continue };
            if read_early || user.fill(segment, offset, table).is_none() {
                tables.remove(&key);
            }
        }
        if plan.modules[made.module].start.is_some() {
            started = Some(core_instance);
        }
    }
    for (_, export) in &plan.exports {
        if let Export::Core(CoreItem::Table(CoreRef::Defined { core_instance, index })) = export {
            tables.remove(&(*core_instance, *index));
        }
    }
    tables
}

/// Every table that a core instance defines, with all elements null.
fn candidates(plan: &Plan) -> HashMap<(usize, u32), Elements> {
    let (mut tables, mut elements) = (HashMap::new(), 0);
    for (core_instance, made) in plan.core_instances.iter().enumerate() {
        let module = &plan.modules[made.module];
        let defined = (0u32..).zip(&module.tables).skip(module.imported_tables as usize);
        for (index, table) in defined {
            if table.init.is_none() && table.ty.element_type == RefType::FUNCREF && table.ty.initial <= MAX_ELEMENTS {
                elements += table.ty.initial;
                if elements > MAX_ALL_ELEMENTS {
                    return tables;
                }
                tables.insert((core_instance, index), vec![None; table.ty.initial as usize]);
            }
        }
    }
    tables
}

/// A core instance that fills or reads tables.
pub(super) struct TableUser<'a> {
    source: &'a [u8],
    core_instance: usize,
    module: &'a Module,
    imported_funcs: Vec<CoreFuncRef>,
    imported_tables: Vec<CoreRef>,
}

impl<'a> TableUser<'a> {
    pub(super) fn of(plan: &'a Plan, core_instance: usize) -> Self {
        let made = &plan.core_instances[core_instance];
        let (mut imported_funcs, mut imported_tables) = (Vec::new(), Vec::new());
        for item in &made.imports {
            match item {
                CoreItem::Func(func) => imported_funcs.push(*func),
                CoreItem::Table(table) => imported_tables.push(*table),
                CoreItem::Memory(_) | CoreItem::Global(_) | CoreItem::Tag(_) => {}
            }
        }
        let (source, module) = (&plan.source[..], &plan.modules[made.module]);
        TableUser { source, core_instance, module, imported_funcs, imported_tables }
    }

    /// The definition of a table. Tables of the host's give a key that no candidate has.
    pub(super) fn table(&self, index: u32) -> (usize, u32) {
        match self.imported_tables.get(index as usize) {
            None => (self.core_instance, index),
            Some(CoreRef::Defined { core_instance, index }) => (*core_instance, *index),
            Some(CoreRef::Import(_)) => (usize::MAX, u32::MAX),
        }
    }

    /// The definition of a function, and its type.
    fn func(&self, index: u32) -> (CoreFuncRef, CoreTypeId) {
        let own = CoreFuncRef::Defined { core_instance: self.core_instance, index };
        let func = self.imported_funcs.get(index as usize).copied().unwrap_or(own);
        (func, self.module.funcs[index as usize])
    }

    /// Writes a segment into a table; `None` when what it does is not known here.
    fn fill(&self, segment: &ElemSegment, offset: &Range<usize>, table: &mut Elements) -> Option<()> {
        let start = usize::try_from(self.constant(offset)?).ok()?;
        let slots = table.get_mut(start..start.checked_add(segment.items.len())?)?;
        match &segment.items {
            ElemItems::Funcs(funcs) => {
                for (slot, func) in slots.iter_mut().zip(funcs) {
                    *slot = Some(self.func(*func));
                }
            }
            ElemItems::Exprs(exprs) => {
                for (slot, expr) in slots.iter_mut().zip(exprs) {
                    *slot = match self.value(expr)? {
                        Constant::Func(index) => Some(self.func(index)),
                        Constant::Null => None,
                        Constant::Bits32(_) | Constant::Bits64(_) => return None,
                    };
                }
            }
        }
        Some(())
    }

    /// The offset that a constant expression gives.
    fn constant(&self, expr: &Range<usize>) -> Option<u64> {
        match self.value(expr)? {
            Constant::Bits32(offset) => Some(offset.into()),
            Constant::Bits64(offset) => Some(offset),
            Constant::Null | Constant::Func(_) => None,
        }
    }

    /// The value of a constant expression that uses no globals.
    fn value(&self, expr: &Range<usize>) -> Option<Constant> {
        evaluate(self.source, expr, &[])
    }
}
