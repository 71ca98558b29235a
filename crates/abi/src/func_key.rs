//! Names of the functions of one compilation, as they stand in CLIF.

/// A function that the compilation defines. Encodes into the two integers of a CLIF user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum FuncKey {
    /// A function that a core module defines: the module's and the function's index (imports not
    /// counted).
    Core(u32, u32),
    /// A core module's initialisation: globals, segments, then its `start` function. Core
    /// convention, no parameters.
    Init(u32),
    /// A canonical function of the plan that core code can call: a lowered function or a built-in,
    /// by index.
    Canon(u32),
    /// The host→guest adapter of an export, by the index of the lift: takes
    /// `(vmctx, params, results)`.
    Lift(u32),
    /// The host entry trampoline for a `Lift`: in C convention,
    /// `(vmctx, params, results, landing) -> status`.
    Entry(u32),
    /// The host entry trampoline for core functions of a type: C convention,
    /// `(block, code, vmctx, values, landing) -> status`, where `values` holds 16-byte slots.
    CoreEntry(u32),
    /// The core-convention function of a type whose `vmctx` is a `HostCallee`.
    HostCall(u32),
    /// The core-convention function that calls the destructor of a resource type: `(vmctx, rep)`.
    Dtor(u32),
    /// A part of an adapter of a large type, by index: takes `(vmctx, source, target)`.
    Part(u32),
    /// The core-convention function that throws: `(vmctx, exception)`. Returns when nobody catches
    /// it.
    Throw,
    /// The function that makes room in a full handle table: `(vmctx, table)`. It preserves all
    /// registers.
    GrowHandles,
    /// Gets room in a guest's memory for bytes that a host function fills in: takes
    /// `(vmctx, request, room)`, where `request` points to a
    /// [`FillRequest`](crate::block::FillRequest), and writes the native address to `room`. The
    /// index is that of a guest with its canonical options.
    FillRoom(u32),
    /// The host entry trampoline for a `FillRoom`, in the convention of an `Entry`:
    /// `(vmctx, request, room, landing) -> status`.
    FillEntry(u32),
}

impl FuncKey {
    /// The pair for a CLIF user name.
    pub const fn encode(self) -> (u32, u32) {
        match self {
            FuncKey::Core(module, func) => {
                assert!(module < CORE_BASE);
                (module + KINDS, func)
            }
            FuncKey::Init(i) => (0, i),
            FuncKey::Canon(i) => (1, i),
            FuncKey::Lift(i) => (2, i),
            FuncKey::Entry(i) => (3, i),
            FuncKey::CoreEntry(i) => (4, i),
            FuncKey::HostCall(i) => (5, i),
            FuncKey::Dtor(i) => (6, i),
            FuncKey::Throw => (7, 0),
            FuncKey::Part(i) => (8, i),
            FuncKey::GrowHandles => (9, 0),
            FuncKey::FillRoom(i) => (FILL_ROOM, i),
            FuncKey::FillEntry(i) => (FILL_ENTRY, i),
        }
    }

    /// The function that a CLIF user name of ours means.
    pub const fn decode(namespace: u32, index: u32) -> Self {
        match namespace {
            0 => FuncKey::Init(index),
            1 => FuncKey::Canon(index),
            2 => FuncKey::Lift(index),
            3 => FuncKey::Entry(index),
            4 => FuncKey::CoreEntry(index),
            5 => FuncKey::HostCall(index),
            6 => FuncKey::Dtor(index),
            7 => FuncKey::Throw,
            8 => FuncKey::Part(index),
            9 => FuncKey::GrowHandles,
            FILL_ROOM => FuncKey::FillRoom(index),
            FILL_ENTRY => FuncKey::FillEntry(index),
            module => FuncKey::Core(module - KINDS, index),
        }
    }
}

/// How many namespaces lie below those of core modules.
const KINDS: u32 = 10;
/// Namespaces above those of core modules, whose numbers people read in listings.
const FILL_ROOM: u32 = u32::MAX;
const FILL_ENTRY: u32 = u32::MAX - 1;
/// The number of core modules that can be named.
const CORE_BASE: u32 = FILL_ENTRY - KINDS;
