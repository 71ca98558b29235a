//! Where a thing lies, as seen from a `vmctx`; and how a core function is called.

use super::func_key::FuncKey;

/// Where a structure of the block (a memory, table or global definition …) lies, relative to a
/// `vmctx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Place {
    /// The structure itself is at `vmctx + offset`.
    Here(u32),
    /// A pointer to the structure is at `vmctx + offset`; it never changes once the code may run.
    Through(u32),
}

/// Which `vmctx` a direct call passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum CtxArg {
    /// The caller's own.
    Same,
    /// The caller's own plus a constant: from block code into the segment of a shared module.
    Plus(u32),
}

/// How a core function is called from code with a given `vmctx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Callee {
    /// A function of the same graph.
    Direct {
        /// The function.
        func: FuncKey,
        /// Its hidden argument.
        ctx: CtxArg,
    },
    /// Through the [`FuncDef`](crate::block::FuncDef) at `vmctx + offset`, which never changes once
    /// the code may run.
    Slot(u32),
    /// Through the `FuncDef` that the pointer at `vmctx + offset` points to.
    PointerSlot(u32),
}
