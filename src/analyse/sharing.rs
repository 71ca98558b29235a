//! Modules that are instantiated more than once.
//!
//! Such a module is *shared*: its code is compiled once for all its instances, so nothing may be
//! built into it that is true of one instance only. Any other module is *static*.

use crate::plan::{ModuleId, Plan};
use cranelift_entity::PrimaryMap;

/// For each module of a plan: is it instantiated more than once?
pub fn shared_modules(plan: &Plan) -> PrimaryMap<ModuleId, bool> {
    let mut count: PrimaryMap<ModuleId, usize> = plan.modules.keys().map(|_| 0).collect();
    for made in plan.core_instances.values() {
        count[made.module] += 1;
    }
    count.values().map(|count| *count > 1).collect()
}
