//! The canonical-ABI pass: the specification's semantics of built-ins and of lifting and lowering,
//! as CLIF functions.
//!
//! It stands alone: it knows types, canonical options and where things lie (`abi`), the runtime
//! contract (`block`), the emitting kit (`clif`) and the handle table (`handles`). It must not know
//! how a component is decoded, how core code is compiled, nor what the runtime does. All functions
//! run with the start of the block as `vmctx`.
//!
//! An adapter joins a `canon lower` to a `canon lift` (`call`). A value crosses from one side to
//! the other in two steps, as in the specification. *Lifting* checks it and leaves it flat in SSA
//! values. They are as on a side with 64-bit pointers, but with representations for handles and
//! native addresses for pointers. *Lowering* writes it for the other side. All parameters are
//! lifted before any is lowered. Some things are deferred to lowering, and so may trap after the
//! callee's `realloc` has run. These are the content of strings and lists, and values that are left
//! to a `part`. So are values with more core values than
//! [`MAX_FLAT_PARAMS`](cantilever_abi::MAX_FLAT_PARAMS), whose lifted form is the address. A single
//! parameter or result is lifted and lowered in one. This changes which of two faults is reported.
//! It also changes in which order indices are given out again, when owned handles in such wide
//! values are given away beside others. It changes nothing else: `realloc` cannot leave its
//! instance, and a trap ends them both.
//!
//! The rooms: `call` (two sides and what joins them), `value` (each family of types), `string` (the
//! table of encodings), `builtin`. Adapters of large types are cut into `part`s.
//!
//! Lenders (`borrow`) are SSA values, or, for handles in lists, copies on the array of borrow
//! scopes: guest memory may change during a call, so it is not walked again. Floats keep the bits
//! of their NaNs, as the specification allows.

mod builtin;
mod call;
mod string;
#[cfg(all(test, target_arch = "x86_64"))]
mod tests;
mod value;

pub use builtin::{emit_builtin, emit_dtor};
pub use call::adapter::emit_adapter;
pub use call::fill::{FillRooms, emit_fill_room};
pub use call::part::{Direction, Part, Parts, emit_part};
pub use call::scope::{Lifted, counts_borrows};
pub use call::signature::{builtin_signature, core_signature, dtor_signature};

use crate::clif::Convention;
use crate::handles::Table;
use cantilever_abi::adapter::Dtor;
use cantilever_abi::block::{BlockLayout, Supervision};
use cantilever_abi::{CoreTypeId, Resource, ResourceId, Types};
use cranelift_codegen::ir::Signature;
use cranelift_entity::PrimaryMap;

/// What the pass needs to know about a plan.
#[derive(Clone, Copy)]
pub struct CanonEnv<'a> {
    /// Component-level types.
    pub types: &'a Types,
    /// Resource types.
    pub resources: &'a PrimaryMap<ResourceId, Resource>,
    /// How each resource type is destroyed.
    pub dtors: &'a PrimaryMap<ResourceId, Dtor>,
    /// The signatures of core function types, in core convention; for built-ins that only trap.
    pub core_types: &'a PrimaryMap<CoreTypeId, Signature>,
    /// Where things lie in the block.
    pub layout: &'a BlockLayout,
    /// How the target calls.
    pub convention: Convention,
    /// For each component instance: has it built-ins that ask for its task, so that its tasks must
    /// be kept? An instance past the end has none.
    pub keeps_tasks: &'a [bool],
    /// What adapters of large types leave to functions of their own ([`emit_part`]); none if it is
    /// empty.
    pub parts: &'a Parts,
    /// The guests into whose memories host functions can write bytes of their results
    /// ([`emit_fill_room`]); none if it is empty.
    pub fill_rooms: &'a FillRooms,
    /// For each component instance: is it proven that none of its canonical functions is called
    /// while its `realloc` or `post-return` runs? Then `may_leave` is neither kept nor checked. For
    /// an instance past the end it is not.
    pub may_always_leave: &'a [bool],
    /// For each component instance: are the borrow handles that its callers lend it counted
    /// ([`counts_borrows`])? Those of an instance past the end are.
    pub counts_borrows: &'a [bool],
    /// Guard handle indices against speculation past the end of a table.
    pub spectre: bool,
    /// How the host can keep the code in check.
    pub supervision: Supervision,
}

impl CanonEnv<'_> {
    /// The handle table of a component instance, or of the host.
    fn table(&self, instance: u32) -> Table {
        Table::of(self.layout, instance, self.spectre)
    }

    fn counts_borrows(&self, instance: u32) -> bool {
        self.counts_borrows.get(instance as usize).copied().unwrap_or(true)
    }

    fn keeps_tasks(&self, instance: u32) -> bool {
        self.keeps_tasks.get(instance as usize).copied().unwrap_or(false)
    }

    /// Block offset of the state of a component instance whose tasks are kept.
    fn task_state(&self, instance: u32) -> Option<usize> {
        self.keeps_tasks(instance).then(|| self.layout.instance_state(instance) as usize)
    }
}
