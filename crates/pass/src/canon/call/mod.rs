//! A call across a component boundary: `canon_lower` of one side joined to `canon_lift` of the
//! other.
//!
//! Who the two sides are (`side`), what a call owes (`borrow`, `scope`), whose task it is (`task`,
//! `task_scope`), what is left to functions of their own (`part`), and how a host function gets
//! room for its result (`fill`). It must not know how a value of any type lies or is checked:
//! `value` does.

pub(super) mod adapter;
pub(super) mod borrow;
pub(super) mod crossing;
pub(super) mod fill;
pub(super) mod occurrence;
pub(super) mod part;
pub(super) mod scope;
pub(super) mod side;
pub(super) mod signature;
pub(super) mod task;
pub(super) mod task_scope;
pub(super) mod tuple;
