//! What the passes of this room found. Pure data.

use super::known_tables::KnownTables;
use crate::plan::ModuleId;
use crate::plan::prepared::Prepared;
use cranelift_entity::PrimaryMap;

/// What is known of a plan before its code runs.
///
/// Maps and lists are as long as those of the plan that they speak of, and in the same order.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// For each module: is it instantiated more than once? ([`sharing`](super::sharing))
    pub shared: PrimaryMap<ModuleId, bool>,
    /// The tables whose contents never change. ([`known_tables`](super::known_tables))
    pub known_tables: KnownTables,
    /// What instances contain before their code runs ([`prepare`](super::prepare)), without what
    /// nothing reads ([`unread_tables`](super::unread_tables)).
    pub prepared: Prepared,
    /// For each component instance: is its `may_leave` true whenever it is looked at?
    /// ([`may_leave`](super::may_leave))
    pub may_always_leave: Vec<bool>,
    /// For each component instance: has it built-ins that ask for its task, so that its tasks must
    /// be kept? ([`tasks`](super::tasks))
    pub keeps_tasks: Vec<bool>,
    /// For each component instance: are the borrow handles counted that it is lent?
    /// ([`borrows`](super::borrows))
    pub counts_borrows: Vec<bool>,
    /// Does any core code throw or catch exceptions? ([`exceptions`](super::exceptions))
    pub throws: bool,
    /// Can references to exceptions outlive a call? ([`exceptions`](super::exceptions))
    pub keeps_exceptions: bool,
}
