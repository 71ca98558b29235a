//! Tables whose contents are the same whenever code can read them, so that calls through them can
//! be direct.
//!
//! The case that matters is `wit-component`'s. Lowered functions need a memory that does not exist
//! yet, so a *shim* module calls through a table. A *fixup* module fills it with a segment when
//! everything exists.
//!
//! A table qualifies when nothing but active segments fills it, with constant offsets and function
//! indices. No instruction of any module that can reach it writes it, and the host cannot reach it.
//! No code may run between its definition and the last of these segments: that code would see less.

use super::table_user::TableUser;
use crate::plan::module::SegmentMode;
use crate::plan::{CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, Export, Plan};
use cantilever_abi::CoreTypeId;
use std::collections::HashMap;
use wasmparser::RefType;

/// The elements of a known table: for each that is not null the function and its type.
pub type Elements = Vec<Option<(CoreFuncRef, CoreTypeId)>>;

/// The known tables of a plan, by core instance and table index there (imports counted; the table
/// is not an import).
pub type KnownTables = HashMap<(CoreInstanceId, u32), Elements>;

/// Larger tables are not worth their memory here.
const MAX_ELEMENTS: u64 = 1 << 16;

/// Nor are more elements than this in all tables together. Those of later core instances are not
/// known then.
const MAX_ALL_ELEMENTS: u64 = 1 << 22;

/// Finds the known tables of a plan.
pub fn known_tables(plan: &Plan) -> KnownTables {
    let mut tables = candidates(plan);
    // The last core instance so far that has a start function.
    let mut started = None;
    for (core_instance, made) in &plan.core_instances {
        let user = TableUser::of(plan, core_instance);
        for (index, _) in (0u32..).zip(&user.module.table_written).filter(|(_, written)| **written) {
            if let Some(key) = user.table(index) {
                tables.remove(&key);
            }
        }
        for segment in &user.module.elems {
            let SegmentMode::Active { target, offset } = &segment.mode else { continue };
            let Some(key) = user.table(*target) else { continue };
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
fn candidates(plan: &Plan) -> KnownTables {
    let (mut tables, mut elements) = (HashMap::new(), 0);
    for (core_instance, made) in &plan.core_instances {
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
