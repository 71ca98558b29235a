//! The runtime contract: what compiled code and the runtime that hosts it agree on.
//!
//! One instantiation of a root component, or of a root core module, is one *instance block*. It is
//! a contiguous range of address space, with a layout that is fixed when the code is compiled
//! ([`layout::BlockLayout`]). Everything that compiled code reads or writes outside linear memories
//! and tables is in there, at offsets that come from this module and from nowhere else. The block
//! starts with a [`header::Header`].
//!
//! This module must not know how code is emitted, nor what a component is: it holds `repr(C)`
//! structures, offsets, trap codes and the table of intrinsics.

pub mod entry;
pub mod exception;
pub mod fill;
pub mod handle_record;
pub mod header;
pub mod intrinsics;
pub mod layout;
pub mod memory;
pub mod status;
pub mod supervision;
pub mod trap;

pub use entry::{HOST_FAILED, HOST_SUCCEEDED, RETURNED, TRAPPED, VALUE_SLOT, ValueSlot};
pub use exception::{Exception, Landing};
pub use fill::{FILL_ENTRY, FillRequest, NO_FILL_ENTRY};
pub use handle_record::{CALL_DEPTH, HandleEvent, HandleRecord};
pub use header::{
    CONTEXT_LENGTH, Context, FuncDef, GATE, GlobalSlot, HandleEntry, HandleTable, Header, HostCallee, HostFunc,
    InstanceState, MemoryDef, TableDef, Task,
};
pub use intrinsics::{INTRINSICS_VERSION, Intrinsic, Intrinsics};
pub use layout::{BlockLayout, BlockLayoutBuilder};
pub use supervision::Supervision;
pub use trap::TrapKind;
