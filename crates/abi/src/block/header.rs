//! The structures inside an instance block, as compiled code sees them.
//!
//! All are `repr(C)`, in the byte order of the process; pointers are native. Offsets into them are
//! taken with [`core::mem::offset_of!`], never written as numerals. Compiled code for a target with
//! 64-bit pointers uses these offsets unchanged: all supported targets have 64-bit pointers, so
//! they are the same in a cross compiler.

use core::ffi::c_void;
use core::mem::offset_of;
use core::sync::atomic::AtomicUsize;

/// What `vmctx` points to: the start of a block, or of the segment of a core instance whose module
/// is instantiated more than once (a *shared* module).
///
/// Compiled core code reads the stack limit and the intrinsics through its own `vmctx`, whichever
/// of the two it is.
#[repr(C)]
#[derive(Debug)]
pub struct Context {
    /// The lowest address that the native stack may reach; compared with the stack pointer in
    /// function prologues. Or [`Context::INTERRUPTED`], which another thread may write at any time,
    /// so that every such comparison fails.
    pub stack_limit: AtomicUsize,
    /// The runtime routines that compiled code calls.
    pub intrinsics: *const super::Intrinsics,
    /// The block that this context belongs to (itself, for the header).
    pub block: *mut Header,
    /// Engine-wide identities of the core function types, one `u32` for each
    /// [`CoreTypeId`](crate::CoreTypeId) of the plan.
    pub type_ids: *const u32,
    /// The store's fuel. Read by code that was compiled to count it.
    pub fuel: *mut u64,
}

impl Context {
    /// The [`stack_limit`](Self::stack_limit) of a guest that is to stop: above every stack.
    /// Prologues add the size of their frame to the limit, if it is less than 32 KiB, and that must
    /// not overflow.
    pub const INTERRUPTED: usize = usize::MAX - 0xffff;
}

/// The first bytes of an instance block.
#[repr(C)]
#[derive(Debug)]
pub struct Header {
    /// The block's own context: `vmctx` of the block is a pointer to this.
    pub context: Context,
    /// Values that explain the trap, written by the cold block that raises it. Their meaning is per
    /// [`TrapKind`](super::TrapKind).
    pub trap_values: [u64; 4],
    /// The store, opaque to compiled code.
    pub store: *mut c_void,
    /// The runtime's own record of this instance, opaque to compiled code.
    pub instance: *mut c_void,
    /// Non-zero once a trap has left the instance in an unknown state. Every later entry is
    /// refused, and guests of the block that wait for a host function trap when it returns.
    pub poisoned: u32,
    /// How many borrow scopes are open: the index of the next free element of the array of scopes.
    pub scope_top: u32,
}

/// The flags of one component instance.
#[repr(C)]
#[derive(Debug)]
pub struct InstanceState {
    /// The specification's `may_leave`: 1 or 0. Zero while `realloc` or `post-return` runs.
    pub may_leave: u32,
    /// The specification's `backpressure`: asynchronous functions of the instance may start only
    /// while it is 0.
    pub backpressure: u16,
    /// Is there an `exclusive_thread`? 1 or 0. While it is 1, functions that need the exclusive
    /// lock may not start.
    ///
    /// Invariant: it follows `backpressure` directly, so that one 32-bit compare with 0 looks at
    /// both ([`GATE`]).
    pub exclusive: u16,
    /// The instance's handles.
    pub handles: HandleTable,
    /// The task that runs in the instance, if it is one of an asynchronous lift; else null. Kept
    /// only where the instance has built-ins that ask for it.
    pub task: *mut Task,
    /// The `storage` of the running task's thread, for `context.get` and `context.set`. Kept as
    /// `task` is.
    pub context: [u64; CONTEXT_LENGTH],
}

/// Offset in an [`InstanceState`] of the 32 bits that are 0 when a function which needs the
/// exclusive lock may start.
pub const GATE: usize = offset_of!(InstanceState, backpressure);

const _: () = assert!(GATE + size_of::<u16>() == offset_of!(InstanceState, exclusive));
const _: () = assert!(GATE.is_multiple_of(align_of::<u32>()));

/// How many words of storage a thread has.
pub const CONTEXT_LENGTH: usize = 2;

/// A call of a function that is lifted with `async`, on the native stack of its adapter: what
/// `task.return` needs.
#[repr(C)]
#[derive(Debug)]
pub struct Task {
    /// The result's type and the options of the lift, as one number: the task's `task.return` must
    /// have the same.
    pub signature: u64,
    /// Where the result goes, in the 64-bit layout, with representations for handles.
    pub result: *mut u8,
    /// Who lent its borrow handles, for messages: as for
    /// [`TrapKind::BorrowsRemain`](super::TrapKind::BorrowsRemain).
    pub lender: u64,
    /// Its borrow scope, or [`Task::NO_SCOPE`].
    pub scope: u32,
    /// Has it returned? 1 or 0.
    pub resolved: u32,
}

impl Task {
    /// The scope of a task that can be lent nothing.
    pub const NO_SCOPE: u32 = u32::MAX;
}

/// The head of one handle table; its entries lie elsewhere in the block
/// ([`BlockLayout::handle_entries`](super::BlockLayout::handle_entries)).
///
/// Invariant: `1 <= free_head`, `free_head <= limit` unless the table is full, `limit <= quota <=
/// 2^28`. An entry at or past `limit` is never read. Every free entry below `limit` continues the
/// free list by `next = own index + 1 + aux` (wrapping). So zeroed memory is a valid free list in
/// index order.
#[repr(C)]
#[derive(Debug)]
pub struct HandleTable {
    /// The index that the next `add` takes; at or past `limit` the slow path runs.
    pub free_head: u32,
    /// The number of entries that may be read. Index 0 is counted but is never valid.
    pub limit: u32,
    /// The greatest value that the slow path may give `limit`.
    pub quota: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
}

/// One entry of a handle table: 16 bytes, four to a cache line.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HandleEntry {
    /// 0 when free; else `(resource identity + 1) << 1 | is_borrow`, see [`HandleEntry::tag`].
    pub tag: u32,
    /// The specification's `num_lends`. Adjacent to `tag`, so that "my type, owned, not lent" is
    /// one 64-bit compare.
    pub lends: u32,
    /// The representation.
    pub rep: u32,
    /// Free: the delta of the free list. Borrow: its scope, the index of an element of the array of
    /// scopes. In the table of an instance whose borrows are not counted it is a number that no
    /// other live call has.
    pub aux: u32,
}

impl HandleEntry {
    /// The size of an entry in bytes.
    pub const SIZE: u32 = core::mem::size_of::<Self>() as u32;

    /// Stands for a resource type's identity in the tag of an error context, which is no resource:
    /// greater than any.
    pub const ERROR_CONTEXT: u32 = (1 << 31) - 2;

    /// The tag of an entry for the resource type with this plan-wide identity.
    pub const fn tag(resource: u32, borrow: bool) -> u32 {
        ((resource + 1) << 1) | borrow as u32
    }

    /// The resource identity in a tag that is not zero, and whether the entry is a borrow.
    pub const fn untag(tag: u32) -> (u32, bool) {
        ((tag >> 1) - 1, tag & 1 == 1)
    }
}

/// A linear memory as compiled code sees it.
#[repr(C)]
#[derive(Debug)]
pub struct MemoryDef {
    /// The address of byte 0. Never changes while the instance lives.
    pub base: *mut u8,
    /// The current size in bytes.
    pub len: u64,
    /// The runtime's own record of this memory, opaque to compiled code.
    pub owner: *const c_void,
}

/// A table as compiled code sees it: elements are 8 bytes, a `*const FuncDef` or an external
/// reference (0 is null).
#[repr(C)]
#[derive(Debug)]
pub struct TableDef {
    /// The address of element 0; may change when the table grows.
    pub base: *mut u64,
    /// The current number of elements.
    pub len: u64,
    /// The runtime's own record of this table, opaque to compiled code.
    pub owner: *const c_void,
}

/// Storage of a core global: 16 bytes, so that a vector fits. `i32`, `f32` use the first four bytes
/// in native order.
#[repr(C, align(16))]
#[derive(Debug, Clone, Copy)]
pub struct GlobalSlot(pub [u8; 16]);

/// What a function reference points to, and what a slot for an imported function holds.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct FuncDef {
    /// The function's address, in the native convention of core functions.
    pub code: *const u8,
    /// The value of its hidden parameter.
    pub vmctx: *mut c_void,
    /// Engine-wide identity of its type.
    pub type_id: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
}

/// The address of a host function that compiled code calls through a [`HostCallee`].
///
/// `params` and `results` point to the values in the 64-bit canonical layout: parameters as the
/// tuple of their types, the result as the tuple of none or one. Returns
/// [`HOST_SUCCEEDED`](super::HOST_SUCCEEDED), or another number after it has recorded an error for
/// the store.
///
/// What `results` points to is not initialised, but for one thing. If the type of the result is
/// [fillable](crate::Types::is_fillable), a word there says whom to ask for room for its bytes
/// ([`FILL_ENTRY`](super::FILL_ENTRY)).
pub type HostFunc =
    unsafe extern "C" fn(data: *mut c_void, block: *mut Header, params: *mut u8, results: *mut u8) -> u32;

/// A host function as the block holds it: one for each imported component function, and one for
/// each destructor of an imported resource type (whose parameter is the representation).
///
/// For an imported *core* function of a root core module the runtime makes a [`FuncDef`]. Its
/// `vmctx` points to a `HostCallee`, and its `code` is the object's `host-call` trampoline for that
/// type. `params` and `results` are then arrays of [`ValueSlot`](super::ValueSlot)s.
#[repr(C)]
#[derive(Debug)]
pub struct HostCallee {
    /// Keeps a `HostCallee` readable as the `vmctx` of a trampoline.
    pub context: Context,
    /// The function.
    pub func: Option<HostFunc>,
    /// Its first argument.
    pub data: *mut c_void,
    /// Non-zero if the function keeps the strings that it receives, so that they may as well be
    /// copied while they are validated. Read by
    /// [`Intrinsic::Utf8ToHost`](super::Intrinsic::Utf8ToHost) only.
    pub keeps_strings: u64,
}
