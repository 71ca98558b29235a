//! Compiled functions, as code generation hands them to the writer of objects. Pure data.

use super::artifact::{CoreCall, HandlerSite};
use crate::block::TrapKind;
use crate::model::FuncKey;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::unwind::UnwindInfo;
use std::ops::Range;

/// A compiled function.
pub struct Compiled {
    /// Which.
    pub key: FuncKey,
    /// Its symbol.
    pub name: String,
    /// Where its body lies in the input; empty when it is not from there.
    pub source: Range<u32>,
    /// Machine code.
    pub code: Vec<u8>,
    /// The alignment that it needs.
    pub align: u32,
    /// Places in it that name other functions.
    pub relocs: Vec<Relocation>,
    /// Instructions that can trap: offset, kind, and offset in the input where known.
    pub traps: Vec<(u32, TrapKind, Option<u32>)>,
    /// Calls that have a handler for exceptions. Offsets are in the function.
    pub handlers: Vec<HandlerSite>,
    /// Calls of core code, if they are asked for. Offsets are in the function.
    pub calls: Vec<CoreCall>,
    /// How to unwind its frames, where the target has such a description.
    pub unwind: Option<UnwindInfo>,
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
