//! What is known of a [`Plan`] before any of its code runs.
//!
//! Each pass looks at the plan alone, or at the plan and what the passes before it found. Together
//! they yield [`Facts`]. Placement and code generation read these and look for nothing again.
//! Nothing here knows the block, CLIF or the runtime.
//!
//! | pass | reads | finds |
//! |---|---|---|
//! | [`sharing`] | plan | modules that are instantiated more than once |
//! | [`known_tables`] | plan | tables whose contents never change |
//! | [`prepare`] | plan, sharing | what instances contain before their code runs |
//! | [`unread_tables`] | all before it | which of these contents nothing reads |
//! | [`may_leave`] | plan, known tables | component instances that need no `may_leave` |
//! | [`tasks`] | plan | component instances that keep their tasks |
//! | [`borrows`] | plan | component instances that count the borrow handles that they are lent |
//! | [`exceptions`] | plan | whether code throws, and whether exceptions are kept |

pub mod borrows;
pub mod constant;
pub mod exceptions;
mod facts;
pub mod known_tables;
pub mod may_leave;
pub mod prepare;
pub mod sharing;
mod table_user;
pub mod tasks;
#[cfg(test)]
mod tests;
pub mod unread_tables;
mod verify;

pub use facts::Facts;
pub use verify::verify;

use crate::plan::Plan;

/// Finds out what is known of a plan.
pub fn analyse(plan: &Plan) -> Facts {
    let shared = sharing::shared_modules(plan);
    let known_tables = known_tables::known_tables(plan);
    let mut prepared = prepare::prepare(plan, &shared);
    unread_tables::leave_out(&mut prepared, plan, &known_tables, &shared);
    Facts {
        may_always_leave: may_leave::may_always_leave(plan, &known_tables),
        keeps_tasks: tasks::keeps_tasks(plan),
        counts_borrows: borrows::counts_borrows(plan),
        throws: exceptions::throws(plan),
        keeps_exceptions: exceptions::keeps_exceptions(plan),
        shared,
        known_tables,
        prepared,
    }
}
