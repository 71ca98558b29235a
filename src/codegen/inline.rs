//! When a call is dissolved into its caller.
//!
//! The heuristic, whole: a canonical function or small core function in the map of inlinable bodies
//! is inlined wherever it is called directly. That ends when the caller has grown by [`GROWTH`]
//! instructions. What is in the map is decided by a [`Budget`]; nothing is in a compilation that
//! shall do without inlining. What a dissolved body calls is dissolved as well, [`DEPTH`] calls
//! deep, but in itself. In core code only canonical functions are, since whoever made the module
//! had the chance to inline the others. A host entry trampoline is never inlined into: a trap lands
//! at its only call.

use super::body::Body;
use super::graph::Graph;
use super::origin::{Origin, Origins, Renumbering};
use crate::error::Error;
use crate::plan::ModuleId;
use cantilever_abi::FuncKey;
use cranelift_codegen::inline::{Inline, InlineCommand};
use cranelift_codegen::traversals::Dfs;
use cranelift_codegen::{Context, ir};
use cranelift_entity::EntityRef;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// By how many instructions a function may grow.
const GROWTH: usize = 20_000;
/// How many calls deep bodies are dissolved in one another: so many components in a row cost one.
pub const DEPTH: usize = 4;

/// How large a body may be to be inlined.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Bytes of a core function's body. A cheap bound, taken before translation.
    source: usize,
    /// CLIF instructions.
    insts: usize,
}

impl Budget {
    /// Core functions that canonical functions call: accessors and thin wrappers.
    pub const SMALL_CORE: Budget = Budget { source: 120, insts: 120 };
    /// Core functions that core functions call. Whoever made the module had the chance to inline
    /// them, so only those count that are hardly more than their call.
    pub const CORE: Budget = Budget { source: 80, insts: 60 };
    /// Adapters and built-ins.
    pub const ADAPTER: Budget = Budget { source: 0, insts: 500 };
    /// Core functions that pass their parameters on to an adapter.
    pub const SHIM: Budget = Budget { source: 48, insts: 520 };

    /// About how much work one function is, as [`parallel`](crate::parallel) measures it.
    pub fn work(self) -> usize {
        self.insts
    }

    /// Is a function worth translating to see how large it is?
    pub fn admits_source(self, graph: &Graph, key: FuncKey) -> bool {
        match key {
            FuncKey::Core(module, defined) => {
                graph.plan.modules[ModuleId::from_u32(module)].bodies[defined as usize].len() <= self.source
            }
            _ => true,
        }
    }

    /// Is a body small enough?
    pub fn admits(self, body: &Body) -> bool {
        body.func.dfg.num_insts() <= self.insts
    }
}

/// The functions of the compilation that a body can call directly.
pub fn callees(body: &ir::Function) -> impl Iterator<Item = FuncKey> {
    body.dfg.ext_funcs.values().filter_map(|callee| callee_key(body, &callee.name))
}

fn callee_key(body: &ir::Function, name: &ir::ExternalName) -> Option<FuncKey> {
    let ir::ExternalName::User(name) = name else { return None };
    let name = &body.params.user_named_funcs()[*name];
    Some(FuncKey::decode(name.namespace, name.index))
}

/// Inlines into a function whatever of `bodies` it calls.
pub fn inline(body: &mut Body, key: FuncKey, bodies: &HashMap<FuncKey, Body>) -> Result<(), Error> {
    if matches!(key, FuncKey::Entry(_) | FuncKey::CoreEntry(_) | FuncKey::FillEntry(_)) {
        return Ok(());
    }
    let has_inlinable = |func: &ir::Function| callees(func).any(|callee| bodies.contains_key(&callee));
    let mut may_call = has_inlinable(&body.func);
    let mut left = GROWTH;
    for depth in 0..DEPTH {
        if !may_call {
            break;
        }
        let inlined = inline_calls(body, key, depth, (bodies, &mut left))?;
        may_call = inlined.iter().any(|inlined| has_inlinable(&bodies[&inlined.callee].func));
        take_origins(body, &inlined, bodies);
    }
    Ok(())
}

/// Dissolves the calls of a function that are so many calls deep in it. Those of the bodies that
/// come in are left.
fn inline_calls(
    body: &mut Body,
    own: FuncKey,
    depth: usize,
    (bodies, left): (&HashMap<FuncKey, Body>, &mut usize),
) -> Result<Vec<Dissolved>, Error> {
    let mut context = Context::for_function(std::mem::replace(&mut body.func, ir::Function::new()));
    let mut inliner = Inliner { own, depth, caller: &body.origins, bodies, left, inlined: Vec::new() };
    let failed =
        |e: cranelift_codegen::CodegenError| Error::Codegen { function: format!("{own:?}"), reason: e.to_string() };
    context.inline(&mut inliner).map_err(failed)?;
    let inlined = inliner.inlined;
    body.func = context.func;
    Ok(inlined)
}

/// Notes where the instructions of dissolved bodies come from.
fn take_origins(body: &mut Body, inlined: &[Dissolved], bodies: &HashMap<FuncKey, Body>) {
    let ends = inlined.iter().skip(1).map(|inlined| inlined.start).chain([body.func.dfg.num_insts()]);
    for (inlined, end) in inlined.iter().zip(ends) {
        let callee = &bodies[&inlined.callee];
        let renumbering = body.origins.take_in(inlined.callee, inlined.call, &callee.origins);
        keep_origins(&mut body.func, inlined.start..end, &callee.func, renumbering);
    }
}

/// Gives inlined instructions the origins that they had in the callee; Cranelift's inliner drops
/// their positions.
///
/// It clones the callee's instructions one by one, blocks in depth-first order. Where it made more
/// or fewer than there were, positions cannot be told: what happens there names the callee and no
/// place, and nothing else depends on them.
fn keep_origins(
    caller: &mut ir::Function,
    made: Range<usize>,
    callee: &ir::Function,
    mut renumbering: Renumbering<'_>,
) {
    let mut depth_first = Dfs::new();
    let blocks = depth_first.pre_order_iter(callee);
    let originals: Vec<ir::Inst> = blocks.flat_map(|block| callee.layout.block_insts(block)).collect();
    let same = originals.len() == made.len();
    for (index, inst) in made.enumerate() {
        let position = if same { callee.srcloc(originals[index]) } else { ir::SourceLoc::default() };
        caller.set_srcloc(ir::Inst::new(inst), renumbering.position(position));
    }
}

/// A call that was dissolved.
struct Dissolved {
    /// The number of instructions that the caller had before.
    start: usize,
    /// Where the call comes from.
    call: Origin,
    callee: FuncKey,
}

struct Inliner<'a> {
    own: FuncKey,
    /// How many calls deep the calls are that are looked at.
    depth: usize,
    /// The origins of the caller's instructions.
    caller: &'a Origins,
    bodies: &'a HashMap<FuncKey, Body>,
    left: &'a mut usize,
    inlined: Vec<Dissolved>,
}

impl<'a> Inliner<'a> {
    /// The body for a call of this function from this place, if it is to be dissolved.
    fn chosen(&self, callee: FuncKey, call: Origin) -> Option<&'a Body> {
        let is_within_itself = callee == self.own || self.caller.lies_in(call, callee);
        let of_core = |key| matches!(key, FuncKey::Core(..));
        let is_left_to_toolchains = self.depth > 0 && of_core(callee) && of_core(self.own);
        self.bodies.get(&callee).filter(|_| !is_within_itself && !is_left_to_toolchains)
    }
}

impl Inline for Inliner<'_> {
    fn inline(
        &mut self,
        caller: &ir::Function,
        call: ir::Inst,
        _: ir::Opcode,
        callee: ir::FuncRef,
        _: &[ir::Value],
    ) -> InlineCommand<'_> {
        let Some(callee) = callee_key(caller, &caller.dfg.ext_funcs[callee].name) else {
            return InlineCommand::KeepCall;
        };
        let call = self.caller.of(caller.srcloc(call));
        let Some(body) = self.chosen(callee, call) else { return InlineCommand::KeepCall };
        match self.left.checked_sub(body.func.dfg.num_insts()) {
            Some(left) => {
                *self.left = left;
                self.inlined.push(Dissolved { start: caller.dfg.num_insts(), call, callee });
                InlineCommand::Inline { callee: Cow::Borrowed(&body.func), visit_callee: false }
            }
            None => InlineCommand::KeepCall,
        }
    }
}
