//! Checks that a plan hangs together: indices are in range, references lead to what they say, types
//! agree, and core instances come in order.
//!
//! Input cannot break this, for decoding has validated it. So what is found here is a mistake of
//! ours: it panics, and the message names the item. Value types of the component level are not
//! looked at: only `Types` makes their indices.

use super::module::{ElemItems, Entity, Module, SegmentMode};
use super::{
    Canon, CanonTarget, CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, Export, ImportKind, Lift, Plan, PlanOptions,
};
use cantilever_abi::{Builtin, CoreTypeId, PointerWidth, ResourceImpl};
use std::ops::Range;

/// Checks a plan.
///
/// # Panics
///
/// If a pass made a mistake.
pub fn verify(plan: &Plan) {
    for (id, module) in &plan.modules {
        verify_module(plan, module, &id.to_string());
    }
    for index in plan.core_instances.keys() {
        verify_core_instance(plan, index);
    }
    verify_resources(plan);
    for (index, canon) in plan.canons.iter().enumerate() {
        verify_canon(plan, canon, &format!("canonical function {index}"));
    }
    for (index, lift) in plan.lifts.iter().enumerate() {
        verify_lift(plan, lift, &format!("lift {index}"));
    }
    for (index, import) in plan.imports.iter().enumerate() {
        match import.kind {
            ImportKind::Resource(id) => assert!(plan.resources.is_valid(id), "import {index}: no such resource type"),
            ImportKind::CoreFunc(ty) | ImportKind::CoreTag(ty) => {
                assert!(plan.core_types.is_valid(ty), "import {index}: no such core type");
            }
            _ => {}
        }
    }
    for (name, export) in &plan.exports {
        verify_export(plan, export, &format!("export `{name}`"));
    }
}

fn verify_module(plan: &Plan, module: &Module, item: &str) {
    verify_imports(module, item);
    let defined = module.funcs.len() - module.imported_funcs as usize;
    assert_eq!(module.bodies.len(), defined, "{item}: a body for each function that it defines");
    assert_eq!(module.escapes.len(), module.funcs.len(), "{item}: `escapes` of each function");
    assert_eq!(module.table_written.len(), module.tables.len(), "{item}: `table_written` of each table");
    assert_eq!(module.table_read.len(), module.tables.len(), "{item}: `table_read` of each table");
    for ty in module.types.iter().flatten().chain(&module.funcs).chain(&module.tags) {
        assert!(plan.core_types.is_valid(*ty), "{item}: no such core type");
    }
    for (name, entity) in &module.exports {
        assert!(has(module, *entity), "{item}: its export `{name}` is not there");
    }
    assert!(module.start.is_none_or(|func| has(module, Entity::Func(func))), "{item}: its start function is not there");
    for call in &module.table_calls {
        assert!(has(module, Entity::Table(call.table)), "{item}: a call through a table that is not there");
        assert!((call.ty as usize) < module.types.len(), "{item}: a call through a table of a type that is not there");
    }
    verify_segments(plan, module, item);
    let inits = module.tables.iter().filter_map(|table| table.init.as_ref());
    let inits = inits.chain(module.globals.iter().filter_map(|global| global.init.as_ref()));
    for part in module.bodies.iter().chain(inits) {
        verify_range(plan, part, item);
    }
}

/// Imports come first in the index spaces of their kinds, in order.
fn verify_imports(module: &Module, item: &str) {
    let [mut funcs, mut tables, mut memories, mut globals, mut tags] = [0; 5];
    for import in &module.imports {
        let (index, next) = match import.entity {
            Entity::Func(index) => (index, &mut funcs),
            Entity::Table(index) => (index, &mut tables),
            Entity::Memory(index) => (index, &mut memories),
            Entity::Global(index) => (index, &mut globals),
            Entity::Tag(index) => (index, &mut tags),
        };
        assert_eq!(index, *next, "{item}: its import `{}` is out of order", import.name);
        assert!(has(module, import.entity), "{item}: its import `{}` has no type", import.name);
        *next += 1;
    }
    let counted = [
        module.imported_funcs,
        module.imported_tables,
        module.imported_memories,
        module.imported_globals,
        module.imported_tags,
    ];
    assert_eq!([funcs, tables, memories, globals, tags], counted, "{item}: how many of each kind it imports");
}

fn verify_segments(plan: &Plan, module: &Module, item: &str) {
    let verify_mode = |mode: &SegmentMode, space: fn(u32) -> Entity, of: &str| {
        if let SegmentMode::Active { target, offset } = mode {
            assert!(has(module, space(*target)), "{of}: what it fills is not there");
            verify_range(plan, offset, of);
        }
    };
    for (index, segment) in module.elems.iter().enumerate() {
        let of = format!("element segment {index} of {item}");
        verify_mode(&segment.mode, Entity::Table, &of);
        match &segment.items {
            ElemItems::Funcs(funcs) => {
                assert!(funcs.iter().all(|func| has(module, Entity::Func(*func))), "{of}: a function is not there");
            }
            ElemItems::Exprs(exprs) => exprs.iter().for_each(|expr| verify_range(plan, expr, &of)),
        }
    }
    for (index, segment) in module.datas.iter().enumerate() {
        let of = format!("data segment {index} of {item}");
        verify_mode(&segment.mode, Entity::Memory, &of);
        verify_range(plan, &segment.bytes, &of);
    }
}

fn verify_range(plan: &Plan, part: &Range<usize>, item: &str) {
    assert!(plan.source.get(part.clone()).is_some(), "{item}: {part:?} does not lie in the input");
}

/// Has a module this item in its index spaces?
fn has(module: &Module, entity: Entity) -> bool {
    let (index, len) = match entity {
        Entity::Func(index) => (index, module.funcs.len()),
        Entity::Table(index) => (index, module.tables.len()),
        Entity::Memory(index) => (index, module.memories.len()),
        Entity::Global(index) => (index, module.globals.len()),
        Entity::Tag(index) => (index, module.tags.len()),
    };
    (index as usize) < len
}

/// What an instance imports is there, of the right kind and type, and made before it.
fn verify_core_instance(plan: &Plan, index: CoreInstanceId) {
    let (item, made) = (index.to_string(), &plan.core_instances[index]);
    assert!((made.instance as usize) < plan.instances.len(), "{item}: its component instance is not there");
    let module = plan.modules.get(made.module).unwrap_or_else(|| panic!("{item}: its module is not there"));
    assert_eq!(made.imports.len(), module.imports.len(), "{item}: something for each import of its module");
    for (import, given) in module.imports.iter().zip(&made.imports) {
        let item = format!("the import `{}` of {item}", import.name);
        verify_item(plan, *given, &item);
        let made_before = needed(plan, *given).is_none_or(|needed| needed < index);
        assert!(made_before, "{item}: it is made of a core instance that comes later");
        let agrees = match (import.entity, *given) {
            (Entity::Func(own), CoreItem::Func(func)) => {
                func_type(plan, func).is_none_or(|ty| is_subtype(plan, ty, module.funcs[own as usize]))
            }
            (Entity::Table(own), CoreItem::Table(at)) => definer(plan, at).is_none_or(|(definer, index)| {
                let (own, ty) = (&module.tables[own as usize].ty, &definer.tables[index].ty);
                own.element_type == ty.element_type && own.table64 == ty.table64
            }),
            (Entity::Memory(own), CoreItem::Memory(at)) => definer(plan, at).is_none_or(|(definer, index)| {
                let (own, ty) = (module.memories[own as usize], definer.memories[index]);
                own.memory64 == ty.memory64 && own.page_size_log2 == ty.page_size_log2
            }),
            (Entity::Global(own), CoreItem::Global(at)) => definer(plan, at).is_none_or(|(definer, index)| {
                module.globals[own as usize].ty.mutable == definer.globals[index].ty.mutable
            }),
            (Entity::Tag(own), CoreItem::Tag(at)) => {
                definer(plan, at).is_none_or(|(definer, index)| module.tags[own as usize] == definer.tags[index])
            }
            _ => panic!("{item}: it is of another kind"),
        };
        assert!(agrees, "{item}: it is of another type");
    }
}

/// The module that defines an item, and the item's index there; `None` if the host provides it.
fn definer(plan: &Plan, at: CoreRef) -> Option<(&Module, usize)> {
    match at {
        CoreRef::Defined { core_instance, index } => {
            Some((&plan.modules[plan.core_instances[core_instance].module], index as usize))
        }
        CoreRef::Import(_) => None,
    }
}

/// The type of a core function; `None` for canonical functions, whose types follow from what they
/// are.
fn func_type(plan: &Plan, func: CoreFuncRef) -> Option<CoreTypeId> {
    match func {
        CoreFuncRef::Defined { core_instance, index } => {
            Some(plan.modules[plan.core_instances[core_instance].module].funcs[index as usize])
        }
        CoreFuncRef::Canon(_) => None,
        CoreFuncRef::Import(index) => match plan.imports[index].kind {
            ImportKind::CoreFunc(ty) => Some(ty),
            _ => None,
        },
    }
}

fn is_subtype(plan: &Plan, ty: CoreTypeId, wanted: CoreTypeId) -> bool {
    std::iter::successors(Some(ty), |ty| plan.core_type_decls[*ty].supertype).any(|ty| ty == wanted)
}

/// The last core instance that must be there before an item is.
fn needed(plan: &Plan, given: CoreItem) -> Option<CoreInstanceId> {
    match given {
        CoreItem::Func(CoreFuncRef::Defined { core_instance, .. }) => Some(core_instance),
        CoreItem::Func(CoreFuncRef::Canon(canon)) => {
            let canon = &plan.canons[canon];
            let own = canon.options().and_then(|(_, options)| needed_by_options(options));
            let lifted = match canon {
                Canon::Lower { target: CanonTarget::Lift(lift), .. } => {
                    needed_by(lift.callee).max(needed_by_options(&lift.options))
                }
                _ => None,
            };
            own.max(lifted)
        }
        CoreItem::Func(CoreFuncRef::Import(_)) => None,
        CoreItem::Table(at) | CoreItem::Memory(at) | CoreItem::Global(at) | CoreItem::Tag(at) => match at {
            CoreRef::Defined { core_instance, .. } => Some(core_instance),
            CoreRef::Import(_) => None,
        },
    }
}

fn needed_by(func: CoreFuncRef) -> Option<CoreInstanceId> {
    match func {
        CoreFuncRef::Defined { core_instance, .. } => Some(core_instance),
        CoreFuncRef::Canon(_) | CoreFuncRef::Import(_) => None,
    }
}

fn needed_by_options(options: &PlanOptions) -> Option<CoreInstanceId> {
    let memory = options.memory.and_then(|(memory, _)| match memory {
        CoreRef::Defined { core_instance, .. } => Some(core_instance),
        CoreRef::Import(_) => None,
    });
    let funcs = [options.realloc, options.post_return, options.callback];
    funcs.into_iter().flatten().filter_map(needed_by).chain(memory).max()
}

/// A reference leads to a definition, not to an import of a module.
fn verify_item(plan: &Plan, given: CoreItem, item: &str) {
    match given {
        CoreItem::Func(func) => verify_func(plan, func, item),
        CoreItem::Table(at) => verify_reference(plan, at, Entity::Table, item),
        CoreItem::Memory(at) => verify_reference(plan, at, Entity::Memory, item),
        CoreItem::Global(at) => verify_reference(plan, at, Entity::Global, item),
        CoreItem::Tag(at) => verify_reference(plan, at, Entity::Tag, item),
    }
}

fn verify_reference(plan: &Plan, at: CoreRef, space: fn(u32) -> Entity, item: &str) {
    match at {
        CoreRef::Defined { core_instance, index } => verify_defined(plan, core_instance, space(index), item),
        CoreRef::Import(index) => verify_root_import(plan, index, space(0), item),
    }
}

fn verify_func(plan: &Plan, func: CoreFuncRef, item: &str) {
    match func {
        CoreFuncRef::Defined { core_instance, index } => {
            verify_defined(plan, core_instance, Entity::Func(index), item);
        }
        CoreFuncRef::Canon(canon) => {
            assert!(canon < plan.canons.len(), "{item}: there is no canonical function {canon}");
        }
        CoreFuncRef::Import(index) => verify_root_import(plan, index, Entity::Func(0), item),
    }
}

/// The root imports a core item of the same kind as another.
fn verify_root_import(plan: &Plan, index: usize, like: Entity, item: &str) {
    let agrees = plan.imports.get(index).is_some_and(|import| match like {
        Entity::Func(_) => matches!(import.kind, ImportKind::CoreFunc(_)),
        Entity::Table(_) => matches!(import.kind, ImportKind::CoreTable(_)),
        Entity::Memory(_) => matches!(import.kind, ImportKind::CoreMemory(_)),
        Entity::Global(_) => matches!(import.kind, ImportKind::CoreGlobal(_)),
        Entity::Tag(_) => matches!(import.kind, ImportKind::CoreTag(_)),
    });
    assert!(agrees, "{item}: the root has no such import {index}");
}

fn verify_defined(plan: &Plan, core_instance: CoreInstanceId, entity: Entity, item: &str) {
    let made = plan.core_instances.get(core_instance);
    let made = made.unwrap_or_else(|| panic!("{item}: there is no {core_instance}"));
    let module = plan.modules.get(made.module).unwrap_or_else(|| panic!("{item}: there is no {}", made.module));
    let (index, imported) = match entity {
        Entity::Func(index) => (index, module.imported_funcs),
        Entity::Table(index) => (index, module.imported_tables),
        Entity::Memory(index) => (index, module.imported_memories),
        Entity::Global(index) => (index, module.imported_globals),
        Entity::Tag(index) => (index, module.imported_tags),
    };
    let is_defined = index >= imported && has(module, entity);
    assert!(is_defined, "{item}: {core_instance} does not define {entity:?}");
}

fn verify_resources(plan: &Plan) {
    assert_eq!(plan.dtors.len(), plan.resources.len(), "an entry of `dtors` for each resource type");
    for (id, resource) in &plan.resources {
        let item = format!("resource type {}", id.as_u32());
        if let ResourceImpl::Guest(instance) = resource.implementer {
            assert!((instance as usize) < plan.instances.len(), "{item}: its component instance is not there");
        }
        if let Some(dtor) = plan.dtors[id] {
            verify_func(plan, dtor, &item);
        }
    }
}

fn verify_canon(plan: &Plan, canon: &Canon, item: &str) {
    if let Some((instance, options)) = canon.options() {
        verify_options(plan, instance, options, item);
    }
    match canon {
        Canon::Lower { target: CanonTarget::Lift(lift), .. } => verify_lift(plan, lift, item),
        Canon::Lower { target: CanonTarget::Import(index), .. } => {
            let found = plan.imports.get(*index).map(|import| &import.kind);
            assert!(matches!(found, Some(ImportKind::Func(_))), "{item}: the root has no such import {index}");
        }
        Canon::Builtin { builtin, .. } => {
            if let Builtin::ResourceNew(resource) | Builtin::ResourceRep(resource) | Builtin::ResourceDrop(resource) =
                builtin
            {
                assert!(plan.resources.is_valid(*resource), "{item}: its resource type is not there");
            }
        }
    }
}

fn verify_lift(plan: &Plan, lift: &Lift, item: &str) {
    verify_options(plan, lift.instance, &lift.options, item);
    verify_func(plan, lift.callee, item);
}

fn verify_options(plan: &Plan, instance: u32, options: &PlanOptions, item: &str) {
    assert!((instance as usize) < plan.instances.len(), "{item}: its component instance is not there");
    for func in [options.realloc, options.post_return, options.callback].into_iter().flatten() {
        verify_func(plan, func, item);
    }
    let Some((memory, width)) = options.memory else { return };
    verify_item(plan, CoreItem::Memory(memory), item);
    let agrees = definer(plan, memory)
        .is_none_or(|(module, index)| module.memories[index].memory64 == (width == PointerWidth::W64));
    assert!(agrees, "{item}: the addresses of its memory have another width");
}

fn verify_export(plan: &Plan, export: &Export, item: &str) {
    match export {
        Export::Lift(lift) => assert!(*lift < plan.lifts.len(), "{item}: there is no lift {lift}"),
        Export::Import(import) => assert!(*import < plan.imports.len(), "{item}: there is no import {import}"),
        Export::Instance(items) => {
            items.iter().for_each(|(name, inner)| verify_export(plan, inner, &format!("{item}, `{name}`")));
        }
        Export::Resource(id) => assert!(plan.resources.is_valid(*id), "{item}: its resource type is not there"),
        Export::Type(_) | Export::Opaque => {}
        Export::Core(given) => {
            assert!(plan.is_module, "{item}: a component exports no core items");
            verify_item(plan, *given, item);
        }
    }
}
