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
        if let Canon::Builtin { instance, builtin } = canon {
            keeps[*instance as usize] |= builtin.asks_for_task();
        }
    }
    keeps
}
