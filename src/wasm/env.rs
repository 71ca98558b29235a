//! What the translation of a module's functions reads.

use super::places::ModulePlaces;
use crate::plan::module::Module;
use crate::plan::{ModuleId, Plan};
use cantilever_abi::block::Supervision;
use cantilever_abi::block::memory::RESERVATION;
use cantilever_abi::{CoreTypeDecl, CoreTypeId};
use cantilever_pass::clif::Convention;
use cranelift_codegen::ir::{Signature, Type, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_entity::{PrimaryMap, SecondaryMap};
use std::ops::Range;
use wasmparser::{BlockType, FuncType, ValType};

/// Choices that change the code, but not what it computes.
#[derive(Debug, Clone, Copy)]
pub struct Tunables {
    /// Guard explicit bounds checks against misspeculation.
    pub spectre_guards: bool,
    /// How the host can keep the code in check.
    pub supervision: Supervision,
    /// Bytes of address space that each memory will have; decides which accesses are
    /// [checked](cantilever_abi::block::memory::is_guarded).
    pub memory_reservation: u64,
}

impl Default for Tunables {
    fn default() -> Self {
        Tunables { spectre_guards: true, supervision: Supervision::default(), memory_reservation: RESERVATION }
    }
}

/// What the translation of a module's functions reads. Shared by all of them.
#[derive(Debug, Clone, Copy)]
pub struct ModuleEnv<'a> {
    /// The input.
    pub source: &'a [u8],
    /// Core function types of the plan.
    pub core_types: &'a PrimaryMap<CoreTypeId, FuncType>,
    /// How they are declared.
    pub core_type_decls: &'a SecondaryMap<CoreTypeId, CoreTypeDecl>,
    /// The module.
    pub module: &'a Module,
    /// Its index in the plan.
    pub module_index: u32,
    /// Where its things lie.
    pub places: &'a ModulePlaces,
    /// How the target calls.
    pub convention: Convention,
    /// Choices.
    pub tunables: Tunables,
}

impl<'a> ModuleEnv<'a> {
    /// The environment of a module of a plan.
    pub fn new(plan: &'a Plan, module_index: u32, places: &'a ModulePlaces, isa: &dyn TargetIsa) -> Self {
        ModuleEnv {
            source: &plan.source,
            core_types: &plan.core_types,
            core_type_decls: &plan.core_type_decls,
            module: &plan.modules[ModuleId::from_u32(module_index)],
            module_index,
            places,
            convention: Convention::of(isa),
            tunables: Tunables::default(),
        }
    }

    /// The bytes of a part of the module. Ranges come from decoding, so they lie in the input.
    pub(super) fn bytes(&self, range: &Range<usize>) -> &'a [u8] {
        &self.source[range.clone()]
    }

    /// The native signature of a core function type.
    pub fn signature(&self, ty: CoreTypeId) -> Signature {
        core_signature(self.convention, &self.core_types[ty])
    }

    /// The identity of a type of the type section that an operator uses as a function type.
    pub(super) fn type_id(&self, index: u32) -> CoreTypeId {
        self.module.types[index as usize].expect("validated: a function type")
    }

    /// The parameters and results of a block.
    pub(super) fn block_types<'x>(&'x self, ty: &'x BlockType) -> (&'x [ValType], &'x [ValType]) {
        match ty {
            BlockType::Empty => (&[], &[]),
            BlockType::Type(result) => (&[], core::slice::from_ref(result)),
            BlockType::FuncType(index) => {
                let ty = &self.core_types[self.type_id(*index)];
                (ty.params(), ty.results())
            }
        }
    }
}

/// The native signature of a core function type.
pub fn core_signature(convention: Convention, ty: &FuncType) -> Signature {
    convention.core(ty.params().iter().map(|t| clif_type(*t)), ty.results().iter().map(|t| clif_type(*t)))
}

/// The CLIF type of a core value. Vectors are always `i8x16` between operators, references always
/// `i64`.
pub const fn clif_type(ty: ValType) -> Type {
    match ty {
        ValType::I32 => types::I32,
        ValType::I64 | ValType::Ref(_) => types::I64,
        ValType::F32 => types::F32,
        ValType::F64 => types::F64,
        ValType::V128 => types::I8X16,
    }
}
