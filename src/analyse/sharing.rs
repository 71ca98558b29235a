//! Modules that are instantiated more than once.
//!
//! Such a module is *shared*: its code is compiled once for all its instances, so nothing may be built into it that is
//! true of one instance only. Any other module is *static*.

use crate::plan::Plan;

/// For each module of a plan: is it instantiated more than once?
pub fn shared_modules(plan: &Plan) -> Vec<bool> {
    let mut count = vec![0usize; plan.modules.len()];
    for made in &plan.core_instances {
        count[made.module] += 1;
    }
    count.into_iter().map(|count| count > 1).collect()
}
