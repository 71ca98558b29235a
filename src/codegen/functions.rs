//! Every function of a compilation, in the order in which it lies in the object, with its symbol.

use crate::analyse::Facts;
use crate::place::{Placed, entry_types};
use crate::plan::module::Module;
use crate::plan::name::short_name;
use crate::plan::{Canon, ImportKind, ModuleId, Plan};
use crate::wasm::needs_init;
use cantilever_abi::builtin::Subject;
use cantilever_abi::{CanonFunc, CoreTypeId, FuncKey};
use cantilever_object::artifact::{ExportEntry, FunctionIdentity, LateStep, ModuleEntry};
use cantilever_pass::canon::{FillRooms, Parts};
use cranelift_entity::EntityRef;
use std::collections::BTreeSet;

/// Every function. Those that call one another often are close to each other: canonical functions
/// come first.
pub fn list(
    plan: &Plan,
    facts: &Facts,
    placed: &Placed,
    (parts, fill_rooms): (&Parts, &FillRooms),
) -> Vec<FunctionIdentity> {
    let mut functions = Vec::new();
    let mut add = |key, name: String, source| functions.push(FunctionIdentity { key, name, source });
    for (i, (canon, func)) in plan.canons.iter().zip(&placed.canons).enumerate() {
        add(FuncKey::Canon(i as u32), canon_name(plan, canon, func), 0);
    }
    for (i, lift) in placed.lifts.iter().enumerate() {
        add(FuncKey::Lift(i as u32), lift.name.clone(), 0);
        add(FuncKey::Entry(i as u32), format!("entry[{}]", plan.lifts[i].name), 0);
    }
    for (i, (key, part)) in parts.list().enumerate() {
        add(key, format!("{}.part{i}", placed.adapter(part.adapter).name), 0);
    }
    for i in 0..fill_rooms.len() {
        add(FuncKey::FillRoom(i), format!("canon.fill-room[{i}]"), 0);
        add(FuncKey::FillEntry(i), format!("entry[canon.fill-room[{i}]]"), 0);
    }
    for (id, resource) in placed.resources.iter() {
        add(FuncKey::Dtor(id.as_u32()), format!("canon.dtor[{}]", resource.name), 0);
    }
    for ty in entry_types(plan, placed) {
        add(FuncKey::CoreEntry(ty), format!("core-entry[{}]", plan.core_types[CoreTypeId::new(ty as usize)]), 0);
    }
    for ty in host_call_types(plan) {
        add(FuncKey::HostCall(ty), format!("host-call[{}]", plan.core_types[CoreTypeId::new(ty as usize)]), 0);
    }
    if facts.throws {
        add(FuncKey::Throw, "throw".to_owned(), 0);
    }
    add(FuncKey::GrowHandles, "canon.handles.grow".to_owned(), 0);
    for (id, module) in &plan.modules {
        let prefix = module_name(module, id);
        if needs_init(module, &placed.modules[id].prepared) {
            add(FuncKey::Init(id.as_u32()), format!("{prefix}.init"), 0);
        }
        for (defined, body) in (0u32..).zip(&module.bodies) {
            let name = module.func_name(module.imported_funcs + defined);
            add(FuncKey::Core(id.as_u32(), defined), format!("{prefix}.{name}"), body.start as u32);
        }
    }
    for function in &mut functions {
        function.name = symbol(&function.name);
    }
    functions
}

/// The name of a module with this index, with which the symbols of its functions begin.
fn module_name(module: &Module, id: ModuleId) -> String {
    module.name.as_deref().map_or_else(|| format!("module{}", id.as_u32()), short_name)
}

/// What backtraces say of modules.
pub fn modules(plan: &Plan) -> Vec<ModuleEntry> {
    let entry = |(id, module): (ModuleId, &Module)| ModuleEntry {
        name: symbol(&module_name(module, id)),
        start: module.start_offset as u64,
        imported_funcs: module.imported_funcs,
    };
    plan.modules.iter().map(entry).collect()
}

/// A name as a symbol of an object file, in which a name ends at its first zero byte: control
/// characters are escaped.
fn symbol(name: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(escape).collect()
}

fn canon_name(plan: &Plan, canon: &Canon, func: &CanonFunc) -> String {
    match (canon, func) {
        (_, CanonFunc::Adapter(adapter)) => adapter.name.clone(),
        (Canon::Lower { name, .. }, _) => format!("canon.{name}"),
        (Canon::Builtin { builtin, .. }, _) => match builtin.subject() {
            Some(Subject::Resource(resource)) => {
                format!("canon.{}[{}]", builtin.name(), plan.resources[resource].name)
            }
            Some(Subject::Slot(index)) => format!("canon.{}[{index}]", builtin.name()),
            None => format!("canon.{}", builtin.name()),
        },
    }
}

/// The types whose core entry trampolines the runtime needs: initialisation and destructors, where
/// there are any, and what a root core module exports.
fn entry_types(plan: &Plan, placed: &Placed) -> BTreeSet<u32> {
    let initialises = placed.instantiation.late_steps.iter().any(|step| matches!(step, LateStep::Init { .. }));
    let destroys = !placed.resources.is_empty();
    let init = initialises.then(|| entry_types::init_type(plan));
    let dtor = destroys.then(|| entry_types::dtor_type(plan));
    let exported = placed.exports.iter().filter_map(|(_, export)| match export {
        ExportEntry::CoreFunc { ty, .. } => Some(*ty),
        _ => None,
    });
    init.into_iter().chain(dtor).chain(exported).map(|ty| ty.as_u32()).collect()
}

/// The types of the core functions that a host may provide to a root core module.
fn host_call_types(plan: &Plan) -> BTreeSet<u32> {
    let core_func = |kind: &ImportKind| match kind {
        ImportKind::CoreFunc(ty) => Some(ty.as_u32()),
        _ => None,
    };
    plan.imports.iter().filter_map(|import| core_func(&import.kind)).collect()
}
