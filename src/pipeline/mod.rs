//! The list of passes: from a component's bytes to a native object.
//!
//! | pass | from | to |
//! |---|---|---|
//! | [`link::plan`](crate::link::plan) | bytes | validated [`Plan`]: modules, canonical functions, symbolic references |
//! | [`analyse`] | `Plan` | [`Facts`]: what is known before code runs |
//! | [`placement::place`] | both | [`Placed`]: the block's layout, a place for everything, how an instance is made |
//! | `functions::list` | all three | every function of the compilation, with its symbol |
//! | `bodies` | `core`, `canon`, `clif::entry` | CLIF of one function |
//! | `inline` | CLIF of canonical and small functions | CLIF of a function with its callees dissolved |
//! | `demand` | what the runtime finds | the functions whose code something needs |
//! | `codegen` | CLIF | machine code, relocations, sites with their origins, unwinding |
//! | `lines` | debugging information of the input | source lines of the sites |
//! | [`object::write`](cantilever_object::write) | all of it | the object |
//!
//! Functions are translated, inlined and compiled in parallel, one at a time per thread, so that memory is bounded by
//! the machine code and the inlinable bodies; and on demand, so that what is dissolved in all its callers has no code.

pub mod artifact_types;
mod bodies;
mod codegen;
mod demand;
mod functions;
mod inline;
mod lines;
mod options;
mod origin;
pub mod placement;
mod target;
mod text;

pub use options::{CompileOptions, OptLevel, Progress};
pub use text::{EmitText, emit_text};

use crate::analyse::{Facts, analyse};
use crate::decode::provided::provide;
use crate::error::Error;
use crate::plan::Plan;
use crate::wasm::core_signature;
use bodies::Bodies;
use cantilever_abi::CoreTypeId;
use cantilever_abi::block::Supervision;
use cantilever_abi::block::layout::{BlockTooLarge, MAX_FIXED_SIZE};
use cantilever_object::artifact::{Artifact, FunctionIdentity};
use cantilever_object::trusted::TrustedObject;
use cantilever_object::write::write_object;
use cantilever_pass::canon::Parts;
use cantilever_pass::clif::Convention;
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_entity::PrimaryMap;
use placement::Placed;
use std::sync::Arc;

/// Compiles a component or core module (binary form) to a native relocatable object.
pub fn compile(bytes: &[u8], options: &CompileOptions, progress: &dyn Progress) -> Result<Vec<u8>, Error> {
    compile_trusted(bytes, options, progress).map(TrustedObject::into_bytes)
}

/// The same, for those who load the object in this process.
pub(crate) fn compile_trusted(
    bytes: &[u8],
    options: &CompileOptions,
    progress: &dyn Progress,
) -> Result<TrustedObject<'static>, Error> {
    let graph = Graph::new(bytes, options)?;
    let compiled = demand::compile(&graph, &Bodies::new(&graph)?, progress)?;
    let artifact = graph.artifact(demand::dissolved(&graph.functions, &compiled));
    let data = graph.placed.data.iter().map(|part| &graph.plan.source[part.clone()]);
    let lines = if options.debug_lines { lines::read(&graph.plan, &compiled) } else { None };
    let object = write_object(&graph.isa, artifact, data, compiled, lines)?;
    // SAFETY: the compiler has just written it, and nobody else has had it.
    Ok(unsafe { TrustedObject::new(object) })
}

/// A planned and placed compilation: everything that every function's compilation reads.
struct Graph {
    plan: Plan,
    facts: Facts,
    placed: Placed,
    isa: OwnedTargetIsa,
    functions: Vec<FunctionIdentity>,
    /// The parts of large adapters.
    parts: Parts,
    /// The signatures of the plan's core function types.
    signatures: PrimaryMap<CoreTypeId, Signature>,
    spectre_guard: bool,
    inlining: bool,
    supervision: Supervision,
    memory_reservation: u64,
}

impl Graph {
    fn new(bytes: &[u8], options: &CompileOptions) -> Result<Self, Error> {
        let isa = target::isa(options)?;
        let bytes = match &options.provided[..] {
            [] => Arc::from(bytes),
            provided => Arc::from(provide(bytes, provided)?),
        };
        let mut plan = crate::link::plan(bytes)?;
        functions::intern_entry_types(&mut plan);
        if cfg!(debug_assertions) {
            crate::plan::verify(&plan);
        }
        let facts = analyse(&plan);
        if cfg!(debug_assertions) {
            crate::analyse::verify(&facts, &plan);
        }
        let placed = placement::place(&plan, &facts, options).map_err(too_large)?;
        let parts = Parts::of(&plan.types, placed.adapters());
        let functions = functions::list(&plan, &facts, &placed, &parts);
        let convention = Convention::of(&*isa);
        let signatures = plan.core_types.values().map(|ty| core_signature(convention, ty)).collect();
        Ok(Graph {
            plan,
            facts,
            placed,
            isa,
            functions,
            parts,
            signatures,
            spectre_guard: options.spectre_guard,
            inlining: options.inlining,
            supervision: options.supervision(),
            memory_reservation: options.memory_reservation,
        })
    }

    fn artifact(&self, dissolved: Vec<FunctionIdentity>) -> Artifact {
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

fn too_large(_: BlockTooLarge) -> Error {
    Error::TooLarge { what: "bytes of instance state", limit: MAX_FIXED_SIZE, offset: None }
}
