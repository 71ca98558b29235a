//! The key of a function: what its code is made of.
//!
//! That is the function itself, and the bodies that inlining can bring in. A core function stands
//! in the key as its operators (`source`), since making its CLIF takes longer than looking it up.
//! Others stand in it as their CLIF.

use super::environment::Environment;
use super::text::{Names, Text};
use super::{FunctionKey, source, start};
use crate::codegen::bodies::{Bodies, translate};
use crate::codegen::body::Body;
use crate::codegen::graph::Graph;
use crate::codegen::inline::DEPTH;
use crate::error::Error;
use crate::parallel;
use cantilever_abi::FuncKey;
use cantilever_object::compiled::Inlined;
use cranelift_codegen::ir::function::FunctionStencil;
use cranelift_codegen::ir::{self, Inst};
use cranelift_entity::EntityRef;
use cranelift_frontend::FunctionBuilderContext;
use std::collections::HashMap;
use std::hash::Hash;

/// Makes the keys of a compilation's functions.
pub(super) struct Keys<'a> {
    graph: &'a Graph,
    /// What code of each module depends on beside its own bytes.
    environments: Vec<Environment>,
    /// The bodies that may be inlined.
    inlinable: HashMap<FuncKey, Digest>,
}

/// A body that stands in many keys.
struct Digest {
    hash: FunctionKey,
    /// The functions that it speaks of, in the order of their places in the hash.
    names: Vec<FuncKey>,
}

/// How a function stands in its key.
enum Form {
    Source,
    Clif,
}

impl<'a> Keys<'a> {
    pub fn new(graph: &'a Graph, bodies: &'a Bodies) -> Self {
        /// Hashing a body is about so much work, in bytes of functions to be compiled.
        const WORK: usize = 20;
        let modules = 0..graph.plan.modules.len() as u32;
        let environments = modules.map(|module| Environment::new(graph, module)).collect();
        let bodies: Vec<(FuncKey, &Body)> = bodies.inlinable().collect();
        let work = bodies.len() * WORK;
        let digest = |key, body| (key, Digest::of(graph, key, body));
        let digests = parallel::map_init(bodies, work, || (), |(), (key, body)| digest(key, body));
        Keys { graph, environments, inlinable: digests.into_iter().collect() }
    }

    /// The key of a function, and what the names in it mean.
    pub fn of(&self, cx: &mut FunctionBuilderContext, key: FuncKey) -> Result<(FunctionKey, Names), Error> {
        let (mut text, mut names) = (Text::default(), Names::default());
        names.place(key);
        match (self.inlinable.get(&key), key) {
            (Some(digest), _) => digest.write(&mut text, &mut names),
            (None, FuncKey::Core(module, defined)) => {
                text.number(Form::Source as u64);
                let environment = &self.environments[module as usize];
                source::write(&mut text, &mut names, &self.graph.module_env(module), environment, defined)?;
            }
            (None, _) => {
                let body = Body::new(translate(self.graph, cx, key)?);
                Digest::of(self.graph, key, &body).write(&mut text, &mut names);
            }
        }
        self.write_inlinable(&mut text, &mut names);
        Ok((text.hash(), names))
    }

    /// Writes what may be inlined into a function that speaks of these others. Whether it is
    /// depends on nothing else.
    fn write_inlinable(&self, text: &mut Text, names: &mut Names) {
        let mut written = 0;
        for _ in 0..DEPTH {
            let known = names.len();
            for place in written..known {
                let key = names.get(place as u32).expect("names are never removed");
                text.number(u64::from(kind(key)));
                match self.inlinable.get(&key) {
                    Some(digest) => digest.write(text, names),
                    None => text.number(Form::Source as u64),
                }
            }
            written = known;
        }
    }
}

/// Which kind of function a key is of: inlining treats core functions differently.
fn kind(key: FuncKey) -> u32 {
    match key {
        FuncKey::Core(..) => u32::MAX,
        other => other.encode().0,
    }
}

impl Digest {
    /// That of the body of a function.
    fn of(graph: &Graph, key: FuncKey, body: &Body) -> Self {
        let (mut text, mut names) = (Text::default(), Names::default());
        names.place(key);
        let named = body.func.params.user_named_funcs();
        text.number(named.len() as u64);
        for name in named.values() {
            text.number(names.place(FuncKey::decode(name.namespace, name.index)).into());
        }
        write_clif(&mut text, &body.func);
        write_origins(&mut text, &mut names, graph, key, body);
        Digest { hash: text.hash(), names: names.into_list() }
    }

    /// Writes it into a key whose function speaks of these others.
    fn write(&self, text: &mut Text, names: &mut Names) {
        text.number(Form::Clif as u64);
        text.bytes(&self.hash);
        text.number(self.names.len() as u64);
        for name in &self.names {
            text.number(names.place(*name).into());
        }
    }
}

/// Writes CLIF without names of functions and without positions.
fn write_clif(text: &mut Text, func: &ir::Function) {
    let FunctionStencil {
        version_marker,
        signature,
        sized_stack_slots,
        dynamic_stack_slots,
        global_values,
        dfg,
        layout,
        srclocs: _,
        debug_tags,
        stack_limit,
    } = &func.stencil;
    version_marker.hash(text);
    signature.hash(text);
    sized_stack_slots.hash(text);
    dynamic_stack_slots.hash(text);
    global_values.hash(text);
    dfg.hash(text);
    layout.hash(text);
    debug_tags.hash(text);
    stack_limit.hash(text);
}

/// Writes where instructions come from, each as a distance from the beginning of the function that
/// it lies in.
fn write_origins(text: &mut Text, names: &mut Names, graph: &Graph, own: FuncKey, body: &Body) {
    let scopes = body.origins.scopes();
    let start_of = |scope: u32| start(graph, function_of(scope, own, scopes));
    text.number(scopes.len() as u64);
    for Inlined { function, parent, source } in scopes {
        text.number(names.place(*function).into());
        text.number((*parent).into());
        text.debug(&source.map(|source| source.wrapping_sub(start_of(*parent))));
    }
    for inst in (0..body.func.dfg.num_insts()).map(Inst::new) {
        let origin = body.origins.of(body.func.srcloc(inst));
        text.number(origin.scope.into());
        let distance = origin.source.map(|source| source.wrapping_sub(start_of(origin.scope)));
        text.number(distance.map_or(u64::MAX, u64::from));
    }
}

/// The function that a scope is of.
pub(super) fn function_of(scope: u32, own: FuncKey, scopes: &[Inlined]) -> FuncKey {
    scope.checked_sub(1).map_or(own, |index| scopes[index as usize].function)
}
