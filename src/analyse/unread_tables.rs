//! Known tables whose elements nothing reads, since every call through them is direct.
//!
//! What is in them is left out, so that code to which only they refer is in no use.
//!
//! `wit-component`'s shim modules have such tables: each of their functions calls one element.

use super::known_tables::{Elements, KnownTables};
use super::table_user::TableUser;
use crate::plan::module::{Module, TableCall};
use crate::plan::prepared::{PlacedSegment, Prepared};
use crate::plan::{CoreInstanceId, ModuleId, Plan};
use cranelift_entity::PrimaryMap;
use std::collections::HashSet;

/// Leaves out what is in known tables that nothing reads.
///
/// No call through a table is direct in a module that is `shared`.
pub fn leave_out(prepared: &mut Prepared, plan: &Plan, known: &KnownTables, shared: &PrimaryMap<ModuleId, bool>) {
    let module_of = |placed: &PlacedSegment| plan.core_instances[placed.core_instance].module;
    for (definer, index) in unread(plan, known, shared) {
        let segments = &mut prepared.instances[definer].tables[index as usize];
        // Another instance of the module may have a table that is read.
        if segments.iter().any(|placed| shared[module_of(placed)]) {
            continue;
        }
        for placed in segments.drain(..) {
            prepared.modules[module_of(&placed)].elements[placed.segment] = Some(Vec::new());
        }
    }
}

/// The known tables of which no instance reads an element.
fn unread(plan: &Plan, known: &KnownTables, shared: &PrimaryMap<ModuleId, bool>) -> HashSet<(CoreInstanceId, u32)> {
    let reads: PrimaryMap<ModuleId, Vec<bool>> =
        plan.modules.iter().map(|(id, module)| reads(module, shared[id])).collect();
    let mut unread: HashSet<(CoreInstanceId, u32)> = known.keys().copied().collect();
    for (core_instance, made) in &plan.core_instances {
        let user = TableUser::of(plan, core_instance);
        for (index, _) in (0u32..).zip(&reads[made.module]).filter(|(_, read)| **read) {
            if let Some(table) = user.table(index) {
                unread.remove(&table);
            }
        }
        let calls = if shared[made.module] { &[][..] } else { &plan.modules[made.module].table_calls };
        for call in calls {
            let Some(table) = user.table(call.table) else { continue };
            if !known.get(&table).is_some_and(|elements| is_direct(&plan.modules[made.module], call, elements)) {
                unread.remove(&table);
            }
        }
    }
    unread
}

/// For each table of a module: do its instructions read elements, whatever is in it?
fn reads(module: &Module, shared: bool) -> Vec<bool> {
    let mut reads = module.table_read.clone();
    if shared {
        module.table_calls.iter().for_each(|call| reads[call.table as usize] = true);
    }
    reads
}

/// Is a call through a table of these elements a direct call? Invariant: `wasm::call` then makes it
/// one, in every compilation.
fn is_direct(module: &Module, call: &TableCall, elements: &Elements) -> bool {
    let element = elements.get(call.element as usize).copied().flatten();
    element.is_some_and(|(_, ty)| module.types[call.ty as usize] == Some(ty))
}
