//! Component instances that count the borrow handles that they are lent.
//!
//! The adapter pass decides what has to be counted. This pass tells it which functions an instance
//! lifts.

use crate::plan::{Canon, CanonTarget, Plan};
use cantilever_pass::canon::{self, Lifted};

/// For each component instance: are the borrow handles counted that its callers lend it?
pub fn counts_borrows(plan: &Plan) -> Vec<bool> {
    let lowered = plan.canons.iter().filter_map(|canon| match canon {
        Canon::Lower { ty, target: CanonTarget::Lift(lift), .. } => Some((ty, &**lift)),
        _ => None,
    });
    let exported = plan.lifts.iter().map(|lift| (&lift.ty, lift));
    let lifted = lowered.chain(exported);
    let lifted = lifted.map(|(ty, lift)| Lifted { ty, instance: lift.instance, is_async: lift.options.is_async });
    canon::counts_borrows(&plan.types, &plan.resources, lifted, plan.instances.len())
}
