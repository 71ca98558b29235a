//! Checks facts against the plan that they speak of, where that is cheap.
//!
//! A mistake that is found is ours: it panics, and the message names the item.

use super::Facts;
use super::sharing::shared_modules;
use crate::plan::module::{Module, SegmentMode};
use crate::plan::prepared::{PlacedSegment, Prepared};
use crate::plan::{CoreFuncRef, CoreInstanceId, Plan};
use cantilever_abi::block::memory::DEFAULT_PAGE_LOG2;

/// Checks facts against their plan.
///
/// # Panics
///
/// If a pass made a mistake.
pub fn verify(facts: &Facts, plan: &Plan) {
    assert_eq!(facts.shared, shared_modules(plan), "which modules are instantiated more than once");
    for (list, name) in [
        (&facts.may_always_leave, "may_always_leave"),
        (&facts.keeps_tasks, "keeps_tasks"),
        (&facts.counts_borrows, "counts_borrows"),
    ] {
        assert_eq!(list.len(), plan.instances.len(), "`{name}` of each component instance");
    }
    verify_known_tables(facts, plan);
    assert_eq!(facts.prepared.modules.len(), plan.modules.len(), "prepared parts of each module");
    for (id, module) in &plan.modules {
        let parts = &facts.prepared.modules[id];
        let has = [parts.globals.len(), parts.elements.len(), parts.elems.len(), parts.datas.len()];
        let wanted = [module.globals.len(), module.elems.len(), module.elems.len(), module.datas.len()];
        assert_eq!(has, wanted, "prepared parts of {id}");
    }
    assert_eq!(facts.prepared.instances.len(), plan.core_instances.len(), "contents of each core instance");
    for core_instance in plan.core_instances.keys() {
        verify_contents(&facts.prepared, plan, core_instance);
    }
}

/// A known table is defined where its key says, has its initial size, and holds functions that are
/// there.
fn verify_known_tables(facts: &Facts, plan: &Plan) {
    for ((core_instance, index), elements) in &facts.known_tables {
        let item = format!("known table {index} of {core_instance}");
        let module = module_of(plan, *core_instance, &item);
        let table = module.tables.get(*index as usize).filter(|_| *index >= module.imported_tables);
        let table = table.unwrap_or_else(|| panic!("{item}: the instance does not define it"));
        assert_eq!(elements.len() as u64, table.ty.initial, "{item}: its size");
        for (func, ty) in elements.iter().flatten() {
            assert!(plan.core_types.is_valid(*ty), "{item}: no such core type");
            let found = match func {
                CoreFuncRef::Defined { core_instance, index } => {
                    let funcs = &module_of(plan, *core_instance, &item).funcs;
                    (*index as usize) < funcs.len()
                }
                CoreFuncRef::Canon(index) => *index < plan.canons.len(),
                CoreFuncRef::Import(index) => *index < plan.imports.len(),
            };
            assert!(found, "{item}: {func:?} is not there");
        }
    }
}

/// Segments that are in place lie within what they fill from its beginning.
fn verify_contents(prepared: &Prepared, plan: &Plan, core_instance: CoreInstanceId) {
    let (module, contents) =
        (&plan.modules[plan.core_instances[core_instance].module], &prepared.instances[core_instance]);
    let has = [contents.globals.len(), contents.memories.len(), contents.tables.len()];
    let wanted = [module.globals.len(), module.memories.len(), module.tables.len()];
    assert_eq!(has, wanted, "contents of {core_instance}");
    for (index, (memory, segments)) in module.memories.iter().zip(&contents.memories).enumerate() {
        let item = format!("memory {index} of {core_instance}");
        let capacity = memory.initial.saturating_mul(1 << memory.page_size_log2.unwrap_or(DEFAULT_PAGE_LOG2));
        verify_segments(plan, segments, capacity, &item, |module, segment| {
            module.datas.get(segment).map(|data| (&data.mode, data.bytes.len()))
        });
    }
    for (index, (table, segments)) in module.tables.iter().zip(&contents.tables).enumerate() {
        let item = format!("table {index} of {core_instance}");
        verify_segments(plan, segments, table.ty.initial, &item, |module, segment| {
            module.elems.get(segment).map(|elems| (&elems.mode, elems.items.len()))
        });
    }
}

fn verify_segments(
    plan: &Plan,
    segments: &[PlacedSegment],
    capacity: u64,
    item: &str,
    declared: impl Fn(&Module, usize) -> Option<(&SegmentMode, usize)>,
) {
    for placed in segments {
        let found = declared(module_of(plan, placed.core_instance, item), placed.segment);
        let (mode, len) = found.unwrap_or_else(|| panic!("{item}: it is filled by a segment that is not there"));
        assert!(matches!(mode, SegmentMode::Active { .. }), "{item}: it is filled by a segment that is not active");
        let ends_within = placed.offset.checked_add(len as u64).is_some_and(|end| end <= capacity);
        assert!(ends_within, "{item}: a segment ends past what it fills");
    }
}

fn module_of<'a>(plan: &'a Plan, core_instance: CoreInstanceId, item: &str) -> &'a Module {
    let made = plan.core_instances.get(core_instance);
    &plan.modules[made.unwrap_or_else(|| panic!("{item}: there is no {core_instance}")).module]
}
