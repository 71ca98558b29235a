//! What every function's compilation reads, and the metadata that is made of it.

use super::{functions, target};
use crate::analyse::Facts;
use crate::options::CompileOptions;
use crate::place::{Placed, artifact_types};
use crate::plan::{ModuleId, Plan};
use crate::wasm::{ModuleEnv, Tunables, core_signature};
use cantilever_abi::CoreTypeId;
use cantilever_abi::block::Supervision;
use cantilever_object::artifact::{Artifact, FunctionIdentity};
use cantilever_pass::canon::{FillRooms, Parts};
use cantilever_pass::clif::Convention;
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_entity::PrimaryMap;

/// A planned and placed compilation: everything that every function's compilation reads.
pub struct Graph {
    /// What there is.
    pub plan: Plan,
    /// What is known of it before its code runs.
    pub facts: Facts,
    /// Where it lies.
    pub placed: Placed,
    /// The target.
    pub isa: OwnedTargetIsa,
    /// Every function, in the order of the object.
    pub functions: Vec<FunctionIdentity>,
    /// The parts of large adapters.
    pub parts: Parts,
    /// The guests into whose memories host functions can fill their results.
    pub fill_rooms: FillRooms,
    /// The signatures of the plan's core function types.
    pub signatures: PrimaryMap<CoreTypeId, Signature>,
    /// As in [`CompileOptions`].
    pub spectre_guard: bool,
    /// As in [`CompileOptions`].
    pub inlining: bool,
    /// How the host can keep the code in check.
    pub supervision: Supervision,
    /// As in [`CompileOptions`].
    pub memory_reservation: u64,
}

impl Graph {
    /// Lists the functions of a placed plan, and what they share.
    pub fn new(plan: Plan, facts: Facts, placed: Placed, isa: OwnedTargetIsa, options: &CompileOptions) -> Self {
        let parts = Parts::of(&plan.types, placed.adapters());
        let fill_rooms = FillRooms::of(&plan.types, placed.adapters().map(|(_, adapter)| adapter));
        let functions = functions::list(&plan, &facts, &placed, (&parts, &fill_rooms));
        let convention = Convention::of(&*isa);
        let signatures = plan.core_types.values().map(|ty| core_signature(convention, ty)).collect();
        Graph {
            plan,
            facts,
            placed,
            isa,
            functions,
            parts,
            fill_rooms,
            signatures,
            spectre_guard: options.spectre_guard,
            inlining: options.inlining,
            supervision: options.supervision(),
            memory_reservation: options.memory_reservation,
        }
    }

    /// What the translation of a module's functions reads.
    pub fn module_env(&self, module: u32) -> ModuleEnv<'_> {
        let places = &self.placed.modules[ModuleId::from_u32(module)];
        let mut env = ModuleEnv::new(&self.plan, module, places, &*self.isa);
        env.tunables = Tunables {
            spectre_guards: self.spectre_guard,
            supervision: self.supervision,
            memory_reservation: self.memory_reservation,
        };
        env
    }

    /// The metadata of the object; what compiling adds to it is empty. `dissolved` are the
    /// functions without code.
    pub fn artifact(&self, dissolved: Vec<FunctionIdentity>) -> Artifact {
        let (placed, ids) = (&self.placed, &self.plan.core_type_ids);
        let core_types = self.plan.core_types.values().map(|ty| artifact_types::core_func_type(ids, ty));
        Artifact {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            intrinsics: cantilever_abi::block::INTRINSICS_VERSION,
            triple: self.isa.triple().to_string(),
            cpu_features: target::cpu_features(&*self.isa),
            layout: placed.layout.clone(),
            types: self.plan.types.clone(),
            resources: placed.resources.values().cloned().collect(),
            core_types: core_types.collect(),
            core_type_decls: self.plan.core_types.keys().map(|id| self.plan.core_type_decls[id]).collect(),
            imports: placed.imports.clone(),
            exports: placed.exports.clone(),
            instantiation: placed.instantiation.clone(),
            elements: placed.elements.clone(),
            functions: Vec::new(),
            dissolved,
            trap_sites: 0,
            modules: functions::modules(&self.plan),
            handlers: Vec::new(),
            supervision: self.supervision,
            memory_reservation: self.memory_reservation,
            keeps_exceptions: self.facts.keeps_exceptions,
            is_module: self.plan.is_module,
        }
    }
}
