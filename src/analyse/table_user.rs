//! A core instance that fills or reads tables, and which definitions its indices mean.

use super::constant::evaluate;
use crate::plan::module::{ElemItems, ElemSegment, Module};
use crate::plan::prepared::Constant;
use crate::plan::{CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, Plan};
use cantilever_abi::CoreTypeId;
use std::ops::Range;

/// A core instance that fills or reads tables.
pub(super) struct TableUser<'a> {
    source: &'a [u8],
    core_instance: CoreInstanceId,
    pub(super) module: &'a Module,
    imported_funcs: Vec<CoreFuncRef>,
    imported_tables: Vec<CoreRef>,
}

impl<'a> TableUser<'a> {
    pub(super) fn of(plan: &'a Plan, core_instance: CoreInstanceId) -> Self {
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

    /// The definition of a table; `None` if the host provides it.
    pub(super) fn table(&self, index: u32) -> Option<(CoreInstanceId, u32)> {
        match self.imported_tables.get(index as usize) {
            None => Some((self.core_instance, index)),
            Some(CoreRef::Defined { core_instance, index }) => Some((*core_instance, *index)),
            Some(CoreRef::Import(_)) => None,
        }
    }

    /// The definition of a function, and its type.
    fn func(&self, index: u32) -> (CoreFuncRef, CoreTypeId) {
        let own = CoreFuncRef::Defined { core_instance: self.core_instance, index };
        let func = self.imported_funcs.get(index as usize).copied().unwrap_or(own);
        (func, self.module.funcs[index as usize])
    }

    /// Writes a segment into a table; `None` when what it does is not known here.
    pub(super) fn fill(
        &self,
        segment: &ElemSegment,
        offset: &Range<usize>,
        table: &mut [Option<(CoreFuncRef, CoreTypeId)>],
    ) -> Option<()> {
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
