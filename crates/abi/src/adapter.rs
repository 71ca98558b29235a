//! What the canonical-ABI pass compiles: built-ins, and adapters that join a lower to a lift.
//!
//! This is all that the pass asks for, so an author of another runtime fills it in without our `decode`, `link` or
//! `core`.

use super::flatten::{Context, FlatType};
use super::place::{Callee, Place};
use super::pointer_width::PointerWidth;
use super::types::{CoreTypeId, FuncType, ResourceId, ValType};
use alloc::boxed::Box;
use alloc::string::String;

/// `string-encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, little-endian.
    Utf16,
    /// Latin-1, or UTF-16 when the length is tagged.
    Latin1Utf16,
}

/// The linear memory of a canonical option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Memory {
    /// Where its [`MemoryDef`](crate::block::MemoryDef) lies.
    pub place: Place,
    /// The width of its addresses.
    pub width: PointerWidth,
}

/// Canonical options, resolved. All places and callees are relative to the block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CanonOptions {
    /// `string-encoding=…`
    pub encoding: Encoding,
    /// `(memory …)`
    pub memory: Option<Memory>,
    /// `(realloc …)`
    pub realloc: Option<Callee>,
    /// `(post-return …)`
    pub post_return: Option<Callee>,
    /// `async`
    pub is_async: bool,
    /// `(callback …)`
    pub callback: Option<Callee>,
}

impl CanonOptions {
    /// The width of addresses: 32 bits where there is no memory (then nothing depends on it).
    pub fn width(&self) -> PointerWidth {
        self.memory.map_or(PointerWidth::W32, |m| m.width)
    }

    /// How a function type is flattened for a `canon lift` with these options.
    pub fn lift_context(&self) -> Context {
        Context::lift(self.is_async, self.callback.is_some())
    }

    /// How a function type is flattened for a `canon lower` with these options.
    pub fn lower_context(&self) -> Context {
        Context::lower(self.is_async)
    }
}

/// A guest as one side of an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A word of the storage that each thread has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StorageSlot {
    /// Its index, below [`CONTEXT_LENGTH`](crate::block::CONTEXT_LENGTH).
    pub index: u32,
    /// The type with which it is read or written: `i32` or `i64`.
    pub ty: FlatType,
}

/// A canonical built-in. All have core signatures fixed by the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// `canon resource.new`
    ResourceNew(ResourceId),
    /// `canon resource.rep`
    ResourceRep(ResourceId),
    /// `canon resource.drop`
    ResourceDrop(ResourceId),
    /// `canon task.return`
    TaskReturn {
        /// The type of the result.
        result: Option<ValType>,
        /// `string-encoding=…`
        encoding: Encoding,
        /// `(memory …)`
        memory: Option<Memory>,
    },
    /// `canon context.get`
    ContextGet(StorageSlot),
    /// `canon context.set`
    ContextSet(StorageSlot),
    /// `canon backpressure.inc`
    BackpressureInc,
    /// `canon backpressure.dec`
    BackpressureDec,
    /// `canon error-context.new`, with the width of the memory's addresses
    ErrorContextNew(PointerWidth),
    /// `canon error-context.debug-message`
    ErrorContextDebugMessage {
        /// `string-encoding=…`
        encoding: Encoding,
        /// `(memory …)`
        memory: Memory,
        /// `(realloc …)`
        realloc: Callee,
    },
    /// `canon error-context.drop`
    ErrorContextDrop,
    /// A built-in that links, and traps when it is called.
    Unsupported(CoreTypeId),
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
