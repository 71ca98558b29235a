//! What the canonical-ABI pass compiles: built-ins, and adapters that join a lower to a lift. It
//! must not know CLIF.
//!
//! This is all that the pass asks for, so an author of another runtime fills it in without our
//! `decode`, `link` or `core`.

use super::builtin::Builtin;
use super::options::CanonOptions;
use super::place::Callee;
use super::types::FuncType;
use alloc::boxed::Box;
use alloc::string::String;

/// A guest as one side of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GuestSide {
    /// The component instance: whose handle table and flags are used.
    pub instance: u32,
    /// The options of the `canon lift` or `canon lower`.
    pub options: CanonOptions,
}

/// Who calls: the side of the `canon lower`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LowerSide {
    /// A guest. The adapter has its flattened core signature.
    Guest(GuestSide),
    /// The host: the adapter takes pointers to parameters and results in the 64-bit layout.
    Host,
}

/// Who is called: the side of the `canon lift`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiftSide {
    /// A guest's core function.
    Guest {
        /// The guest.
        side: GuestSide,
        /// The lifted core function.
        callee: Callee,
    },
    /// A host function, through the [`HostCallee`](crate::block::HostCallee) at this block offset.
    Host {
        /// Block offset.
        callee: u32,
    },
}

/// A lower joined to a lift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its symbol: `adapter[lower make → lift make]`.
    pub name: String,
    /// The type that both sides agree on.
    pub ty: FuncType,
    /// The calling side.
    pub lower: LowerSide,
    /// The called side.
    pub lift: LiftSide,
}

/// A function of the plan that the canonical-ABI pass compiles and core code can call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanonFunc {
    /// A built-in of a component instance.
    Builtin {
        /// The component instance whose table and flags it uses.
        instance: u32,
        /// Which.
        builtin: Builtin,
    },
    /// A lowered function.
    Adapter(Box<Adapter>),
}

/// How a resource type's destructor is run; in an array parallel to the plan's resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dtor {
    /// There is none.
    None,
    /// A guest's core function, called with `may_leave` of the implementing instance as it is.
    Guest(Callee),
    /// The host's, through the [`HostCallee`](crate::block::HostCallee) at this block offset.
    Host(u32),
}
