//! Name sections. They are custom sections: what is malformed in them is passed over.

use super::component::{Component, Definition, Sort};
use std::collections::HashMap;
use wasmparser::{ComponentName, ComponentNameSectionReader, Name, NameMap, NameSectionReader};

/// The name of a module, and those of its functions by index.
pub(super) fn of_module(section: NameSectionReader) -> (Option<String>, Vec<(u32, String)>) {
    let (mut module, mut funcs) = (None, Vec::new());
    for name in section.into_iter().map_while(Result::ok) {
        match name {
            Name::Module { name, .. } => module = Some(name.to_string()),
            Name::Function(map) => funcs.extend(entries(map)),
            _ => {}
        }
    }
    (module, funcs)
}

/// Takes the names of instances and functions over into a component.
pub(super) fn of_component(section: ComponentNameSectionReader, component: &mut Component) {
    for name in section.into_iter().map_while(Result::ok) {
        match name {
            ComponentName::Component { name, .. } => component.name = Some(name.to_string()),
            ComponentName::Instances(map) => component.instance_names.extend(entries(map)),
            ComponentName::Funcs(map) => component.func_names.extend(entries(map)),
            _ => {}
        }
    }
}

/// Names what has no name yet by the first name under which it is exported.
pub(super) fn from_exports(component: &mut Component) {
    let Component { definitions, instance_names, func_names, .. } = component;
    let name = |names: &mut HashMap<u32, String>, index: u32, name: &str| {
        names.entry(index).or_insert_with(|| name.to_string());
    };
    for (definition, _) in definitions {
        match definition {
            Definition::Export(export) if export.sort == Sort::Instance => {
                name(instance_names, export.index, &export.name);
            }
            Definition::Export(export) if export.sort == Sort::Func => name(func_names, export.index, &export.name),
            _ => {}
        }
    }
}

fn entries(map: NameMap<'_>) -> impl Iterator<Item = (u32, String)> + '_ {
    map.map_while(Result::ok).map(|naming| (naming.index, naming.name.to_string()))
}
