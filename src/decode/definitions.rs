//! Sections of a component: to [`Definition`]s, in order.

use super::component::{Component, CoreInstance, Definition, Export, ExternDecl, Instance};
use super::{canonical, names, types};
use cantilever_abi::CoreTypeId;
use wasmparser::{CanonicalFunction, ComponentInstance, KnownCustom, Payload, Result};

/// Takes a validated section into a component. `core_type` gives the type of the core function with
/// an index, counted from the beginning of the section.
pub(super) fn section(
    component: &mut Component,
    payload: &Payload,
    mut core_type: impl FnMut(u32) -> CoreTypeId,
) -> Result<()> {
    match payload {
        Payload::InstanceSection(section) => {
            each(component, section, |i| Some(Definition::CoreInstance(core_instance(i))))
        }
        Payload::ComponentInstanceSection(section) => {
            each(component, section, |i| Some(Definition::Instance(instance(i))))
        }
        Payload::ComponentAliasSection(section) => {
            each(component, section, |alias| types::alias(&alias).map(Definition::Alias))
        }
        Payload::ComponentTypeSection(section) => {
            each(component, section, |ty| Some(Definition::Type(types::definition(&ty))))
        }
        Payload::ComponentCanonicalSection(section) => {
            let mut next = 0;
            each(component, section, |function| {
                let ty = (!matches!(function, CanonicalFunction::Lift { .. })).then(|| {
                    next += 1;
                    core_type(next - 1)
                });
                Some(Definition::Canon(canonical::canon(&function, ty)))
            })
        }
        Payload::ComponentStartSection { range, .. } => {
            let offset = super::module::byte_range(range.clone()).start;
            component.definitions.push((Definition::Unsupported("a component's start function"), offset));
            Ok(())
        }
        Payload::ComponentImportSection(section) => each(component, section, |import| {
            let ty = types::extern_type(&import.ty);
            Some(Definition::Import(ExternDecl { name: import.name.name.to_string(), ty }))
        }),
        Payload::ComponentExportSection(section) => each(component, section, |export| {
            let (name, sort) = (export.name.name.to_string(), types::sort(export.kind));
            Some(Definition::Export(Export { name, sort, index: export.index }))
        }),
        Payload::CustomSection(custom) => {
            if let KnownCustom::ComponentName(section) = custom.as_known() {
                names::of_component(section, component);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn each<'a, T: wasmparser::FromReader<'a>>(
    component: &mut Component,
    section: &wasmparser::SectionLimited<'a, T>,
    mut definition: impl FnMut(T) -> Option<Definition>,
) -> Result<()> {
    for item in section.clone().into_iter_with_offsets() {
        let (offset, item) = item?;
        component.definitions.extend(definition(item).map(|definition| (definition, offset as usize)));
    }
    Ok(())
}

fn core_instance(instance: wasmparser::Instance) -> CoreInstance {
    match instance {
        wasmparser::Instance::Instantiate { module_index, args } => CoreInstance::Instantiate {
            module: module_index,
            args: args.iter().map(|arg| (arg.name.to_string(), arg.index)).collect(),
        },
        wasmparser::Instance::FromExports(exports) => CoreInstance::Exports(
            exports.iter().map(|e| (e.name.to_string(), types::core_sort(e.kind), e.index)).collect(),
        ),
    }
}

fn instance(instance: ComponentInstance) -> Instance {
    match instance {
        ComponentInstance::Instantiate { component_index, args } => Instance::Instantiate {
            component: component_index,
            args: args.iter().map(|arg| (arg.name.to_string(), types::sort(arg.kind), arg.index)).collect(),
        },
        ComponentInstance::FromExports(exports) => {
            Instance::Exports(exports.iter().map(|e| (e.name.name.to_string(), types::sort(e.kind), e.index)).collect())
        }
    }
}
