//! The CLIF of each function: which pass makes it, and which bodies are kept for inlining.
//!
//! Inlining goes in strata, so that it ends. Small destructors go into built-ins, built-ins into
//! small core functions, those into adapters. Adapters go into the shims through which guests call
//! them. All of these go into small core functions, first into those that call no others.
//! Everything goes into all core code.

use super::body::Body;
use super::graph::Graph;
use super::inline::{self, Budget};
use crate::error::Error;
use crate::parallel;
use crate::wasm;
use cantilever_abi::adapter::Dtor;
use cantilever_abi::{Callee, CanonFunc, CoreTypeId, FuncKey, LiftSide, ResourceId};
use cantilever_object::artifact::FunctionIdentity;
use cantilever_pass::canon::{self, CanonEnv};
use cantilever_pass::clif::{Convention, entry, throw};
use cranelift_codegen::ir;
use cranelift_entity::EntityRef;
use cranelift_frontend::FunctionBuilderContext;
use std::collections::HashMap;

/// Bodies that may be inlined, finished up to their own stratum.
pub struct Bodies {
    inlinable: HashMap<FuncKey, Body>,
}

impl Bodies {
    /// Translates everything that may be inlined.
    pub fn new(graph: &Graph) -> Result<Self, Error> {
        let mut bodies = Bodies { inlinable: HashMap::new() };
        let mut cx = FunctionBuilderContext::new();
        // Who calls a canonical function can be told at run time only where that is a call.
        let debugs_handles = graph.placed.layout.records.is_some();
        if !graph.inlining
            || debugs_handles
            || graph.isa.flags().opt_level() == cranelift_codegen::settings::OptLevel::None
        {
            return Ok(bodies);
        }
        bodies.add(graph, destructors(graph), Budget::SMALL_CORE)?;
        for (i, canon) in graph.placed.canons.iter().enumerate() {
            if matches!(canon, CanonFunc::Builtin { .. }) {
                let key = FuncKey::Canon(i as u32);
                let mut body = Body::new(translate(graph, &mut cx, key)?);
                inline::inline(&mut body, key, &bodies.inlinable)?;
                bodies.inlinable.insert(key, body);
            }
        }
        bodies.add(graph, core_callees(graph), Budget::SMALL_CORE)?;
        let adapters = (0..graph.placed.canons.len() as u32).map(FuncKey::Canon).collect();
        bodies.add(graph, adapters, Budget::ADAPTER)?;
        let SmallFunctions { shims, leaves, callers } = small_functions(graph)?;
        bodies.add_translated(shims, Budget::SHIM)?;
        bodies.add_translated(leaves, Budget::CORE)?;
        bodies.add_translated(callers, Budget::CORE)?;
        Ok(bodies)
    }

    /// Adds the functions of one stratum that are small enough once the strata below are inlined
    /// into them.
    fn add(&mut self, graph: &Graph, keys: Vec<FuncKey>, budget: Budget) -> Result<(), Error> {
        let wanted = |key: &FuncKey| !self.inlinable.contains_key(key) && budget.admits_source(graph, *key);
        let keys: Vec<FuncKey> = keys.into_iter().filter(wanted).collect();
        let work = keys.len() * budget.work();
        let stratum = parallel::map_init(keys, work, FunctionBuilderContext::new, |cx, key| {
            self.admitted(key, Body::new(translate(graph, cx, key)?), budget)
        });
        self.keep(stratum)
    }

    /// The same for functions that have been translated to see what they call.
    fn add_translated(&mut self, functions: Vec<(FuncKey, Body)>, budget: Budget) -> Result<(), Error> {
        let wanted = |(key, _): &(FuncKey, Body)| !self.inlinable.contains_key(key);
        let functions: Vec<_> = functions.into_iter().filter(wanted).collect();
        let work = functions.len() * budget.work();
        let stratum = parallel::map_init(functions, work, || (), |(), (key, body)| self.admitted(key, body, budget));
        self.keep(stratum)
    }

    /// Keeps the functions of a stratum that were small enough.
    fn keep(&mut self, stratum: Vec<Result<Option<(FuncKey, Body)>, Error>>) -> Result<(), Error> {
        for function in stratum {
            self.inlinable.extend(function?);
        }
        Ok(())
    }

    /// A function with the strata below inlined, if it is small enough then.
    fn admitted(&self, key: FuncKey, mut body: Body, budget: Budget) -> Result<Option<(FuncKey, Body)>, Error> {
        inline::inline(&mut body, key, &self.inlinable)?;
        Ok(budget.admits(&body).then_some((key, body)))
    }

    /// Every body that may be inlined, in no particular order.
    #[cfg(feature = "cache")]
    pub fn inlinable(&self) -> impl Iterator<Item = (FuncKey, &Body)> {
        self.inlinable.iter().map(|(key, body)| (*key, body))
    }

    /// The body of a function as it is compiled.
    pub fn finished(
        &self,
        graph: &Graph,
        cx: &mut FunctionBuilderContext,
        function: &FunctionIdentity,
    ) -> Result<Body, Error> {
        // A body of a lower stratum still calls what is in the higher ones.
        let mut body = match self.inlinable.get(&function.key) {
            Some(body) => body.clone(),
            None => Body::new(translate(graph, cx, function.key)?),
        };
        inline::inline(&mut body, function.key, &self.inlinable)?;
        Ok(body)
    }
}

/// The guests' destructors, which `resource.drop` calls.
fn destructors(graph: &Graph) -> Vec<FuncKey> {
    let callee = |dtor: &Dtor| match dtor {
        Dtor::Guest(Callee::Direct { func, .. }) => Some(*func),
        _ => None,
    };
    graph.placed.dtors.values().filter_map(callee).collect()
}

/// The core functions that adapters call.
fn core_callees(graph: &Graph) -> Vec<FuncKey> {
    let adapters = graph.placed.canons.iter().filter_map(|canon| match canon {
        CanonFunc::Adapter(adapter) => Some(&**adapter),
        CanonFunc::Builtin { .. } => None,
    });
    let callees = adapters.chain(&graph.placed.lifts).filter_map(|adapter| match &adapter.lift {
        LiftSide::Guest { callee: Callee::Direct { func, .. }, .. } => Some(*func),
        _ => None,
    });
    callees.collect()
}

/// Small core functions, by what they call.
#[derive(Default)]
struct SmallFunctions {
    /// Those that do little but call a canonical function: toolchains put such shims between a
    /// guest and the functions whose options need what the guest exports.
    shims: Vec<(FuncKey, Body)>,
    /// Others that call no function directly.
    leaves: Vec<(FuncKey, Body)>,
    /// All others.
    callers: Vec<(FuncKey, Body)>,
}

fn small_functions(graph: &Graph) -> Result<SmallFunctions, Error> {
    let modules = graph.plan.modules.values().map(|module| &module.bodies).zip(0u32..);
    let keys = modules.flat_map(|(bodies, module)| (0..bodies.len() as u32).map(move |f| FuncKey::Core(module, f)));
    let keys: Vec<FuncKey> = keys.filter(|key| Budget::CORE.admits_source(graph, *key)).collect();
    let work = keys.len() * Budget::CORE.work();
    let translated = parallel::map_init(keys, work, FunctionBuilderContext::new, |cx, key| {
        translate(graph, cx, key).map(|func| (key, Body::new(func)))
    });
    let mut small = SmallFunctions::default();
    for translated in translated {
        let (key, body) = translated?;
        let is_shim = Budget::SHIM.admits_source(graph, key)
            && inline::callees(&body.func).any(|callee| matches!(callee, FuncKey::Canon(_)));
        let group = match inline::callees(&body.func).next() {
            _ if is_shim => &mut small.shims,
            None => &mut small.leaves,
            Some(_) => &mut small.callers,
        };
        group.push((key, body));
    }
    Ok(small)
}

/// Makes the CLIF of a function, as the pass that owns it does, without inlining.
pub fn translate(graph: &Graph, cx: &mut FunctionBuilderContext, key: FuncKey) -> Result<ir::Function, Error> {
    let convention = Convention::of(&*graph.isa).throwing(graph.facts.throws);
    let placed = &graph.placed;
    let canon_env = || CanonEnv {
        types: &graph.plan.types,
        resources: &placed.resources,
        dtors: &placed.dtors,
        core_types: &graph.signatures,
        layout: &placed.layout,
        convention,
        keeps_tasks: &graph.facts.keeps_tasks,
        parts: &graph.parts,
        fill_rooms: &graph.fill_rooms,
        may_always_leave: &graph.facts.may_always_leave,
        counts_borrows: &graph.facts.counts_borrows,
        spectre: graph.spectre_guard,
        supervision: graph.supervision,
    };
    let signature = |ty: u32| graph.signatures[CoreTypeId::new(ty as usize)].clone();
    Ok(match key {
        FuncKey::Core(module, defined) => wasm::translate_function(&graph.module_env(module), cx, defined)?,
        FuncKey::Init(module) => wasm::translate_init(&graph.module_env(module), cx)?,
        FuncKey::Canon(index) => match &placed.canons[index as usize] {
            CanonFunc::Builtin { instance, builtin } => canon::emit_builtin(&canon_env(), cx, key, *instance, builtin),
            CanonFunc::Adapter(adapter) => canon::emit_adapter(&canon_env(), cx, key, adapter),
        },
        FuncKey::Lift(index) => canon::emit_adapter(&canon_env(), cx, key, &placed.lifts[index as usize]),
        FuncKey::Part(index) => {
            let part = graph.parts.get(index).expect("only parts that exist are listed and called");
            canon::emit_part(&canon_env(), cx, key, part, graph.placed.adapter(part.adapter))
        }
        FuncKey::Dtor(index) => canon::emit_dtor(&canon_env(), cx, key, ResourceId::new(index as usize)),
        FuncKey::Entry(index) => entry::component_entry(convention, cx, key, FuncKey::Lift(index)),
        FuncKey::FillRoom(index) => {
            let guest = graph.fill_rooms.get(index).expect("only rooms that exist are listed and called");
            canon::emit_fill_room(&canon_env(), cx, key, guest)
        }
        FuncKey::FillEntry(index) => entry::component_entry(convention, cx, key, FuncKey::FillRoom(index)),
        FuncKey::CoreEntry(ty) => entry::core_entry(convention, cx, key, signature(ty)),
        FuncKey::Throw => throw::throw(convention, cx, key),
        FuncKey::GrowHandles => cantilever_pass::handles::emit_grow(convention, cx),
        FuncKey::HostCall(ty) => entry::host_call(convention, cx, key, signature(ty)),
    })
}
