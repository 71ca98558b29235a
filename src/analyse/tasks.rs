//! Component instances whose tasks must be kept.
//!
//! A task has a state only where a built-in asks for it: elsewhere nobody could see that there is
//! none.

use crate::plan::{Canon, Plan};

/// For each component instance: has it built-ins that ask for its task, so that its tasks must be
/// kept?
pub fn keeps_tasks(plan: &Plan) -> Vec<bool> {
    let mut keeps = vec![false; plan.instances.len()];
    for canon in &plan.canons {
        if let Canon::TaskReturn { instance, .. }
        | Canon::ContextGet { instance, .. }
        | Canon::ContextSet { instance, .. }
        | Canon::BackpressureInc { instance }
        | Canon::BackpressureDec { instance } = canon
        {
            keeps[*instance as usize] = true;
        }
    }
    keeps
}
