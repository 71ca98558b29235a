//! The signatures of functions that compiled code defines and calls.

use alloc::vec::Vec;
use cantilever_abi::FlatType;
use cantilever_abi::block::intrinsics::{Intrinsic, Width};
use cranelift_codegen::ir::{AbiParam, ArgumentPurpose, Endianness, Signature, Type, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};

/// The type of an address on every supported target.
pub const POINTER: Type = types::I64;

/// The convention of the platform's C compiler, and what else signatures depend on.
#[derive(Debug, Clone, Copy)]
pub struct Convention {
    /// C calls: intrinsics, host functions, entry trampolines.
    pub c: CallConv,
    /// The byte order of the process, hence of the block and of the host's values.
    pub endianness: Endianness,
    /// Can a call of core code end by an exception?
    pub throws: bool,
}

impl Convention {
    /// The convention of a target.
    pub fn of(isa: &dyn TargetIsa) -> Self {
        assert_eq!(isa.pointer_type(), POINTER, "all supported targets have 64-bit pointers");
        Convention { c: CallConv::triple_default(isa.triple()), endianness: isa.endianness(), throws: false }
    }

    /// The same, for a compilation in which calls of core code can end by an exception, or cannot.
    pub fn throwing(self, throws: bool) -> Self {
        Convention { throws, ..self }
    }

    /// A core-convention function: `vmctx`, then parameters; native results.
    pub fn core(self, params: impl IntoIterator<Item = Type>, results: impl IntoIterator<Item = Type>) -> Signature {
        let mut signature = Signature::new(CallConv::Tail);
        signature.params.push(AbiParam::special(POINTER, ArgumentPurpose::VMContext));
        signature.params.extend(params.into_iter().map(AbiParam::new));
        signature.returns.extend(results.into_iter().map(AbiParam::new));
        signature
    }

    /// A C function without a result or with one.
    pub fn c(self, params: &[Type], result: Option<Type>) -> Signature {
        let mut signature = Signature::new(self.c);
        signature.params.extend(params.iter().copied().map(AbiParam::new));
        signature.returns.extend(result.map(AbiParam::new));
        signature
    }

    /// A function without results that preserves all registers, so that callers which seldom call
    /// it keep theirs.
    pub fn preserving(self, params: &[Type]) -> Signature {
        let mut signature = Signature::new(CallConv::PreserveAll);
        signature.params.extend(params.iter().copied().map(AbiParam::new));
        signature
    }

    /// An intrinsic: `vmctx`, then its parameters.
    pub fn intrinsic(self, intrinsic: Intrinsic) -> Signature {
        let (params, result) = intrinsic.signature();
        let params: Vec<Type> = core::iter::once(POINTER).chain(params.iter().copied().map(width_type)).collect();
        self.c(&params, result.map(width_type))
    }

    /// [`HostFunc`](cantilever_abi::block::HostFunc): `(data, block, params, results) -> status`.
    pub fn host_func(self) -> Signature {
        self.c(&[POINTER; 4], Some(types::I32))
    }

    /// A component entry trampoline: `(block, params, results, landing) -> status`.
    pub fn entry(self) -> Signature {
        self.c(&[POINTER; 4], Some(types::I32))
    }

    /// A core entry trampoline: `(block, code, vmctx, values, landing) -> status`.
    pub fn core_entry(self) -> Signature {
        self.c(&[POINTER; 5], Some(types::I32))
    }
}

/// The CLIF type of an intrinsic's argument.
const fn width_type(width: Width) -> Type {
    match width {
        Width::I32 => types::I32,
        Width::I64 => types::I64,
        Width::Pointer => POINTER,
    }
}

/// The CLIF type of a flat core value.
pub const fn flat_type(flat: FlatType) -> Type {
    match flat {
        FlatType::I32 => types::I32,
        FlatType::I64 => types::I64,
        FlatType::F32 => types::F32,
        FlatType::F64 => types::F64,
    }
}
