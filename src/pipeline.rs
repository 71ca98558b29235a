//! The list of passes: from a component's bytes to a native object.
//!
//! | pass | from | to |
//! |---|---|---|
//! | `decode::provided` | bytes, what was given for imports | bytes |
//! | `decode`, `link` | bytes | validated `Plan`: modules, canonical functions, symbolic references |
//! | `place::entry_types` | `Plan` | the same, with the types by which the runtime enters |
//! | `analyse` | `Plan` | `Facts`: what is known before code runs; its passes are listed in `analyse/mod.rs` |
//! | `place` | both | `Placed`: the block's layout, a place for everything, how an instance is made |
//! | `codegen::graph` | all three | every function of the compilation, with its symbol |
//! | `codegen::bodies` | `wasm`, `canon`, `clif::entry` | CLIF of one function |
//! | `codegen::inline` | CLIF of canonical and small functions | CLIF of a function with its callees dissolved |
//! | `codegen::reuse` | functions, those of earlier compilations | what need not be compiled |
//! | `codegen::demand` | what the runtime finds | the functions whose code something needs |
//! | `codegen::machine_code` | CLIF | machine code, relocations, sites with their origins, unwinding |
//! | `codegen::lines` | debugging information of the input | source lines of the sites |
//! | `object::write` | all of it | the object |
//!
//! Functions are translated, inlined and compiled in parallel, one at a time per thread. So memory
//! is bounded by the machine code and the inlinable bodies. They are compiled on demand, so what is
//! dissolved in all its callers has no code. In builds with debug assertions the plan and the facts
//! are verified before anything reads them.

use crate::analyse::{self, analyse};
use crate::codegen::bodies::Bodies;
use crate::codegen::graph::Graph;
use crate::codegen::listing::{self, EmitText};
#[cfg(feature = "cache")]
use crate::codegen::reuse::{FunctionStore, Reusing};
use crate::codegen::{demand, lines, target};
use crate::decode::provided::provide;
use crate::error::Error;
use crate::link;
use crate::options::{CompileOptions, Progress};
use crate::place::{entry_types, place};
use crate::plan;
use cantilever_object::trusted::TrustedObject;
use cantilever_object::write::write_object;
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
    let graph = graph(bytes, options)?;
    let bodies = Bodies::new(&graph)?;
    object(&graph, &demand::Fresh { graph: &graph, bodies: &bodies }, options, progress)
}

/// The same, but that functions are taken from a store if they are there. Also tells how many were.
#[cfg(feature = "cache")]
pub(crate) fn compile_reusing(
    bytes: &[u8],
    options: &CompileOptions,
    progress: &dyn Progress,
    store: &dyn FunctionStore,
) -> Result<(TrustedObject<'static>, usize), Error> {
    let graph = graph(bytes, options)?;
    let bodies = Bodies::new(&graph)?;
    let compiler = Reusing::new(&graph, &bodies, store);
    let object = object(&graph, &compiler, options, progress)?;
    Ok((object, compiler.reused()))
}

/// The passes over each function, and the object.
fn object(
    graph: &Graph,
    compiler: &dyn demand::Compiler,
    options: &CompileOptions,
    progress: &dyn Progress,
) -> Result<TrustedObject<'static>, Error> {
    let compiled = demand::compile(graph, compiler, progress)?;
    let artifact = graph.artifact(demand::dissolved(&graph.functions, &compiled));
    let data = graph.placed.data.iter().map(|part| &graph.plan.source[part.clone()]);
    let lines = if options.debug_lines { lines::read(&graph.plan, &compiled) } else { None };
    let object = write_object(&graph.isa, artifact, data, compiled, lines)?;
    // SAFETY: the compiler has just written it, and nobody else has had it.
    Ok(unsafe { TrustedObject::new(object) })
}

/// The machine that options mean, with all of its features and Cranelift's settings: what the same
/// text is given for has the same code.
#[cfg(feature = "cache")]
pub(crate) fn target_identity(options: &CompileOptions) -> Result<String, Error> {
    target::isa(options).map(|isa| target::identity(&*isa))
}

/// Lists every function, or those whose symbol contains `function`: also those that an object would
/// not have, since nothing needs their code.
pub fn emit_text(
    bytes: &[u8],
    options: &CompileOptions,
    what: EmitText,
    function: Option<&str>,
) -> Result<String, Error> {
    let graph = graph(bytes, options)?;
    listing::list(&graph, &Bodies::new(&graph)?, what, function)
}

/// The passes over the whole: all that every function's compilation reads.
fn graph(bytes: &[u8], options: &CompileOptions) -> Result<Graph, Error> {
    let isa = target::isa(options)?;
    let bytes = match &options.provided[..] {
        [] => Arc::from(bytes),
        provided => Arc::from(provide(bytes, provided)?),
    };
    let mut plan = link::plan(bytes)?;
    entry_types::intern(&mut plan);
    if cfg!(debug_assertions) {
        plan::verify(&plan);
    }
    let facts = analyse(&plan);
    if cfg!(debug_assertions) {
        analyse::verify(&facts, &plan);
    }
    let placed = place(&plan, &facts, options)?;
    Ok(Graph::new(plan, facts, placed, isa, options))
}
