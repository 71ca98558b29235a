//! Numeric operators. Cranelift's instructions have the semantics of WebAssembly's, so most are one
//! instruction.

pub(super) mod conversion;
pub(super) mod float;
pub(super) mod integer;
pub(super) mod wide;
