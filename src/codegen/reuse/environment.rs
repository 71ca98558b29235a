//! What the code of a core module depends on beside the bytes of each function: types, and where
//! everything lies.
//!
//! What depends on the number or the order of functions is left out, for it stands in the keys of
//! the functions that speak of it.

use super::FunctionKey;
use super::text::Text;
use crate::codegen::graph::Graph;
use crate::plan::module::{GlobalDecl, Module, TableDecl};
use crate::wasm::{KnownElement, ModuleEnv, ModulePlaces};
use std::collections::BTreeSet;

/// What the code of a module depends on beside the bytes of each function.
pub(super) struct Environment {
    pub hash: FunctionKey,
    /// For each table that never changes: what calls through it depend on.
    pub known_tables: Vec<Option<KnownTable>>,
}

/// What calls through a table depend on, if nothing is known of the index.
pub(super) struct KnownTable {
    /// Its length, and the types of its elements.
    pub types: FunctionKey,
    /// All of its elements.
    pub whole: FunctionKey,
}

impl Environment {
    /// That of a module of the plan.
    pub fn new(graph: &Graph, module: u32) -> Self {
        let env = graph.module_env(module);
        let mut text = Text::default();
        text.debug(&graph.facts.throws);
        write(&mut text, &env);
        let known_table = |table: &Option<Vec<_>>| table.as_deref().map(KnownTable::new);
        Environment { hash: text.hash(), known_tables: env.places.known_tables.iter().map(known_table).collect() }
    }
}

impl KnownTable {
    fn new(elements: &[Option<KnownElement>]) -> Self {
        let (mut types, mut whole) = (Text::default(), Text::default());
        types.number(elements.len() as u64);
        types.debug(&elements.iter().flatten().map(|element| element.ty.as_u32()).collect::<BTreeSet<_>>());
        whole.debug(&elements);
        KnownTable { types: types.hash(), whole: whole.hash() }
    }
}

/// Writes what an environment has. Whoever adds something to it decides here whether code depends
/// on it.
fn write(text: &mut Text, env: &ModuleEnv<'_>) {
    let ModuleEnv { source: _, core_types, core_type_decls, module, module_index: _, places, convention, tunables } =
        env;
    text.debug(&core_types.values().zip(core_types.keys().map(|id| core_type_decls[id])).collect::<Vec<_>>());
    text.debug(convention);
    text.debug(tunables);
    write_module(text, env, module);
    write_places(text, places);
}

fn write_module(text: &mut Text, env: &ModuleEnv<'_>, module: &Module) {
    let Module {
        types,
        tables,
        memories,
        globals,
        tags,
        imported_tables,
        imported_memories,
        imported_globals,
        imported_tags,
        // These stand in the keys of functions that speak of them.
        funcs: _,
        imported_funcs: _,
        bodies: _,
        elems: _,
        datas: _,
        // The code of a function does not depend on these.
        name: _,
        imports: _,
        exports: _,
        start: _,
        func_names: _,
        escapes: _,
        table_written: _,
        table_read: _,
        table_calls: _,
        throws: _,
        start_offset: _,
        code_offset: _,
        debug: _,
    } = module;
    text.debug(types);
    text.debug(&[imported_tables, imported_memories, imported_globals, imported_tags]);
    text.debug(&tables.iter().map(|TableDecl { ty, init: _ }| ty).collect::<Vec<_>>());
    text.debug(memories);
    text.debug(tags);
    for GlobalDecl { ty, init } in globals {
        text.debug(ty);
        // A constant stands in the code of functions that get it.
        let constant = init.as_ref().filter(|_| !ty.mutable);
        text.debug(&constant.map(|range| &env.source[range.clone()]));
    }
}

fn write_places(text: &mut Text, places: &ModulePlaces) {
    let ModulePlaces {
        tables,
        memories,
        globals,
        tags,
        // These stand in the keys of functions that speak of them.
        funcs: _,
        func_defs: _,
        datas: _,
        elems: _,
        known_tables: _,
        // Only `Init` looks at this.
        prepared: _,
    } = places;
    text.debug(tables);
    text.debug(memories);
    text.debug(globals);
    text.debug(tags);
}
