//! When a call is dissolved into its caller.
//!
//! The heuristic, whole: a canonical function or small core function that is in the map of inlinable bodies is inlined
//! wherever it is called directly, until the caller has grown by [`GROWTH`] instructions. What is in the map is
//! decided by a [`Budget`]; nothing is in a compilation that shall do without inlining. A host entry trampoline is never
//! inlined into: a trap lands at its only call.

use super::Graph;
use crate::error::Error;
use crate::model::FuncKey;
use cranelift_codegen::inline::{Inline, InlineCommand};
use cranelift_codegen::traversals::Dfs;
use cranelift_codegen::{Context, ir};
use cranelift_entity::EntityRef;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// By how many instructions a function may grow.
const GROWTH: usize = 20_000;

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
    /// Core functions that core functions call. Whoever made the module had the chance to inline them, so only those count
    /// that are hardly more than their call.
    pub const CORE: Budget = Budget { source: 80, insts: 60 };
    /// Adapters and built-ins.
    pub const ADAPTER: Budget = Budget { source: 0, insts: 500 };
    /// Core functions that pass their parameters on to an adapter.
    pub const SHIM: Budget = Budget { source: 48, insts: 520 };

    /// Is a function worth translating to see how large it is?
    pub fn admits_source(self, graph: &Graph, key: FuncKey) -> bool {
        match key {
            FuncKey::Core(module, defined) => {
                graph.plan.modules[module as usize].bodies[defined as usize].len() <= self.source
            }
            _ => true,
        }
    }

    /// Is a body small enough?
    pub fn admits(self, body: &ir::Function) -> bool {
        body.dfg.num_insts() <= self.insts
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
pub fn inline(body: &mut ir::Function, key: FuncKey, bodies: &HashMap<FuncKey, ir::Function>) -> Result<(), Error> {
    let entry = matches!(key, FuncKey::Entry(_) | FuncKey::CoreEntry(_));
    if entry || !callees(body).any(|callee| bodies.contains_key(&callee)) {
        return Ok(());
    }
    let mut context = Context::for_function(std::mem::replace(body, ir::Function::new()));
    let mut inliner = Inliner { own: key, bodies, left: GROWTH, inlined: Vec::new() };
    let failed =
        |e: cranelift_codegen::CodegenError| Error::Codegen { function: format!("{key:?}"), reason: e.to_string() };
    context.inline(&mut inliner).map_err(failed)?;
    *body = context.func;
    let ends =
        inliner.inlined.iter().skip(1).map(|(start, _)| *start).chain([body.dfg.num_insts()]).collect::<Vec<_>>();
    for ((start, callee), end) in inliner.inlined.into_iter().zip(ends) {
        keep_positions(body, start..end, &bodies[&callee]);
    }
    Ok(())
}

/// Gives inlined instructions the positions in the input that they had in the callee; Cranelift's inliner drops them.
///
/// It clones the callee's instructions one by one, blocks in depth-first order. Where it made more or fewer than there
/// were, positions cannot be told and are left out: traps there name no place, and nothing else depends on them.
fn keep_positions(caller: &mut ir::Function, made: Range<usize>, callee: &ir::Function) {
    let mut depth_first = Dfs::new();
    let blocks = depth_first.pre_order_iter(callee);
    let originals: Vec<ir::Inst> = blocks.flat_map(|block| callee.layout.block_insts(block)).collect();
    if originals.len() != made.len() {
        return;
    }
    for (original, inst) in originals.into_iter().zip(made) {
        let position = callee.srcloc(original);
        if !position.is_default() {
            caller.set_srcloc(ir::Inst::new(inst), position);
        }
    }
}

struct Inliner<'a> {
    own: FuncKey,
    bodies: &'a HashMap<FuncKey, ir::Function>,
    left: usize,
    /// What has been inlined: the number of instructions that the caller had before, and the callee.
    inlined: Vec<(usize, FuncKey)>,
}

impl Inline for Inliner<'_> {
    fn inline(
        &mut self,
        caller: &ir::Function,
        _: ir::Inst,
        _: ir::Opcode,
        callee: ir::FuncRef,
        _: &[ir::Value],
    ) -> InlineCommand<'_> {
        let Some(key) = callee_key(caller, &caller.dfg.ext_funcs[callee].name) else { return InlineCommand::KeepCall };
        let Some(body) = self.bodies.get(&key).filter(|_| key != self.own) else { return InlineCommand::KeepCall };
        match self.left.checked_sub(body.dfg.num_insts()) {
            Some(left) => {
                self.left = left;
                self.inlined.push((caller.dfg.num_insts(), key));
                InlineCommand::Inline { callee: Cow::Borrowed(body), visit_callee: false }
            }
            None => InlineCommand::KeepCall,
        }
    }
}
