//! Tables whose contents are the same whenever code can read them, so that calls through them can be direct.
//!
//! The case that matters is `wit-component`'s: lowered functions need a memory that does not exist yet, so a *shim*
//! module calls through a table that a *fixup* module fills in a segment when everything exists.
//!
//! A table qualifies when no instruction of any module that can reach it writes it, the host cannot reach it, and
//! only active segments with constant offsets fill it, by function indices. No code may run between its definition and
//! the last of these segments: that code would see less.

use crate::model::CoreTypeId;
use crate::model::module::{ElemItems, ElemSegment, Module, SegmentMode};
use crate::model::plan::{CoreFuncRef, CoreItem, CoreRef, Export, Plan};
use std::collections::HashMap;
use std::ops::Range;
use wasmparser::{BinaryReader, ConstExpr, Operator, RefType};

/// The elements of a known table: for each that is not null the function and its type.
pub type Elements = Vec<Option<(CoreFuncRef, CoreTypeId)>>;

/// Larger tables are not worth their memory here.
const MAX_ELEMENTS: u64 = 1 << 16;

/// The known tables of a plan, by core instance and table index there (imports counted; the table is not an import).
pub fn known_tables(plan: &Plan) -> HashMap<(usize, u32), Elements> {
    let mut tables = candidates(plan);
    for (core_instance, made) in plan.core_instances.iter().enumerate() {
        let module = &plan.modules[made.module];
        for (index, written) in (0u32..).zip(&module.table_written) {
            if *written {
                tables.remove(&definition(plan, core_instance, index));
            }
        }
        for segment in &module.elems {
            if let SegmentMode::Active { target, offset } = &segment.mode {
                let key = definition(plan, core_instance, *target);
                if fill(plan, core_instance, segment, offset, tables.get_mut(&key)).is_none()
                    || runs_early(plan, key, core_instance)
                {
                    tables.remove(&key);
                }
            }
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
    let mut tables = HashMap::new();
    for (core_instance, made) in plan.core_instances.iter().enumerate() {
        let module = &plan.modules[made.module];
        let defined = (0u32..).zip(&module.tables).skip(module.imported_tables as usize);
        for (index, table) in defined {
            if table.init.is_none() && table.ty.element_type == RefType::FUNCREF && table.ty.initial <= MAX_ELEMENTS {
                tables.insert((core_instance, index), vec![None; table.ty.initial as usize]);
            }
        }
    }
    tables
}

/// The definition of a table of a core instance. Tables of the host's give a key that no candidate has.
fn definition(plan: &Plan, core_instance: usize, index: u32) -> (usize, u32) {
    let made = &plan.core_instances[core_instance];
    let module = &plan.modules[made.module];
    if index >= module.imported_tables {
        return (core_instance, index);
    }
    let mut tables = made.imports.iter().filter_map(|item| match item {
        CoreItem::Table(table) => Some(*table),
        _ => None,
    });
    match tables.nth(index as usize) {
        Some(CoreRef::Defined { core_instance, index }) => (core_instance, index),
        _ => (usize::MAX, u32::MAX),
    }
}

/// Does a start function run after the table is defined and before this core instance fills it?
fn runs_early(plan: &Plan, table: (usize, u32), filler: usize) -> bool {
    let starts = |made: &crate::model::plan::CoreInstance| plan.modules[made.module].start.is_some();
    plan.core_instances.get(table.0..filler).is_some_and(|between| between.iter().any(starts))
}

/// Writes a segment into a table; `None` when what it does is not known here.
fn fill(
    plan: &Plan,
    core_instance: usize,
    segment: &ElemSegment,
    offset: &Range<usize>,
    table: Option<&mut Elements>,
) -> Option<()> {
    let start = usize::try_from(constant(plan, offset)?).ok()?;
    let slots = table?.get_mut(start..start.checked_add(segment.items.len())?)?;
    let module = &plan.modules[plan.core_instances[core_instance].module];
    let element = |func: u32| Some((function(plan, core_instance, module, func)?, module.funcs[func as usize]));
    match &segment.items {
        ElemItems::Funcs(funcs) => {
            for (slot, func) in slots.iter_mut().zip(funcs) {
                *slot = Some(element(*func)?);
            }
        }
        ElemItems::Exprs(exprs) => {
            for (slot, expr) in slots.iter_mut().zip(exprs) {
                *slot = match single(plan, expr)? {
                    Operator::RefFunc { function_index } => Some(element(function_index)?),
                    Operator::RefNull { .. } => None,
                    _ => return None,
                };
            }
        }
    }
    Some(())
}

/// The definition of a function of a core instance.
fn function(plan: &Plan, core_instance: usize, module: &Module, index: u32) -> Option<CoreFuncRef> {
    if !module.is_imported(index) {
        return Some(CoreFuncRef::Defined { core_instance, index });
    }
    let mut funcs = plan.core_instances[core_instance].imports.iter().filter_map(|item| match item {
        CoreItem::Func(func) => Some(*func),
        _ => None,
    });
    funcs.nth(index as usize)
}

/// The value of an integer constant expression of one instruction.
fn constant(plan: &Plan, expr: &Range<usize>) -> Option<u64> {
    match single(plan, expr)? {
        Operator::I32Const { value } => Some(u64::from(value as u32)),
        Operator::I64Const { value } => Some(value as u64),
        _ => None,
    }
}

/// The instruction of a constant expression that has only one.
fn single<'a>(plan: &'a Plan, expr: &Range<usize>) -> Option<Operator<'a>> {
    let reader = BinaryReader::new(&plan.source[expr.clone()], expr.start as u64);
    let mut operators = ConstExpr::new(reader).get_operators_reader();
    let operator = operators.read().ok()?;
    matches!(operators.read(), Ok(Operator::End)).then_some(operator)
}
