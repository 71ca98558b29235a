//! Compiled functions, as code generation hands them to the writer of objects. Pure data.

use super::artifact::{FunctionIdentity, HandlerSite};
use super::sites::Site;
use cantilever_abi::FuncKey;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::unwind::UnwindInfo;

/// A compiled function.
pub struct Compiled {
    /// Which.
    pub identity: FunctionIdentity,
    /// Machine code.
    pub code: Vec<u8>,
    /// The alignment that it needs.
    pub align: u32,
    /// Places in it that name other functions.
    pub relocs: Vec<Relocation>,
    /// What was inlined into it: the scopes of its sites.
    pub inlined: Vec<Inlined>,
    /// Instructions that can trap and calls, by ascending offset.
    pub sites: Vec<Site>,
    /// Calls that have a handler for exceptions. Offsets are in the function.
    pub handlers: Vec<HandlerSite>,
    /// How to unwind its frames, where the target has such a description.
    pub unwind: Option<UnwindInfo>,
}

/// A function that was inlined: an [`InlinedCall`](super::sites::InlinedCall) before functions have
/// indices.
#[derive(Debug, Clone, Copy)]
pub struct Inlined {
    /// The function.
    pub function: FuncKey,
    /// The scope that its call lay in: 0 is the function itself, `n` the `n`-th one that was
    /// inlined, an earlier one.
    pub parent: u32,
    /// Offset of the call in the input.
    pub source: Option<u32>,
}

/// A place in code that names a function of the compilation.
#[derive(Debug, Clone, Copy)]
pub struct Relocation {
    /// Offset in the function.
    pub at: u32,
    /// What to write.
    pub kind: Reloc,
    /// The function.
    pub target: FuncKey,
    /// Offset in the target.
    pub addend: i64,
}
