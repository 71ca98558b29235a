//! Where everything is generated: a module for each interface, and the names in it.
//!
//! An imported `wasi:io/streams` becomes `wasi::io::streams`, an exported one
//! `exports::wasi::io::streams`. If a world has several versions of a package, each has its version
//! in its module's name.

use crate::names::{Scope, camel_case, snake_case};
use proc_macro2::Ident;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wit_parser::{
    Interface, InterfaceId, PackageId, Resolve, TypeDefKind, TypeId, TypeOwner, World, WorldId, WorldItem, WorldKey,
};

/// Who implements an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The host: guests import it.
    Import,
    /// A guest: it exports it.
    Export,
}

/// A generated file, and what it is called elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    /// Names of modules, outermost first, as they are in paths of files.
    pub(crate) path: Vec<String>,
    pub(crate) side: Side,
    /// The name of the instance in the component; none for the world itself.
    pub(crate) instance: Option<String>,
    /// What its types are called.
    pub(crate) types: HashMap<TypeId, Ident>,
    /// The trait of an import, or the struct of an export.
    pub(crate) subject: Ident,
}

/// All modules of a world.
#[derive(Debug)]
pub(crate) struct Modules {
    pub(crate) interfaces: HashMap<InterfaceId, Module>,
    pub(crate) world: Module,
    /// The struct of the world's exports.
    pub(crate) world_struct: Ident,
}

/// Names at the top that no single file has.
const RESERVED: &[&str] = &["exports", "mod"];

/// Names that generated code uses itself, so that no type of WIT may have them.
const TAKEN: &[&str] = &[
    "AsContextMut",
    "Box",
    "Clone",
    "Component",
    "ComponentType",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Err",
    "ErrorContext",
    "Fill",
    "Filled",
    "Fn",
    "Func",
    "H",
    "Hash",
    "HostError",
    "Instance",
    "Into",
    "Lift",
    "LinkError",
    "Linker",
    "Lower",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Resource",
    "ResourceAny",
    "Result",
    "Self",
    "Send",
    "Some",
    "String",
    "Sync",
    "T",
    "TypedFunc",
    "Vec",
];

impl Modules {
    /// Gives every interface of the world a module.
    pub(crate) fn new(resolve: &Resolve, world: WorldId) -> Self {
        let world = &resolve.worlds[world];
        let versioned = packages_in_several_versions(resolve, world);
        let mut interfaces = HashMap::new();
        let mut taken = BTreeSet::new();
        for (side, items) in [(Side::Import, &world.imports), (Side::Export, &world.exports)] {
            for (key, item) in items {
                let WorldItem::Interface { id, .. } = item else { continue };
                let interface = &resolve.interfaces[*id];
                let mut path = path_of(resolve, key, interface, &versioned);
                if side == Side::Export {
                    path.insert(0, "exports".to_owned());
                }
                claim(&mut taken, &mut path);
                let instance = resolve.name_world_key(key);
                let label = path.last().expect("a path has a last name").clone();
                let (types, subject) = names_in(interface.types.iter(), &subject_name(key, interface, &label));
                interfaces.insert(*id, Module { path, side, instance: Some(instance), types, subject });
            }
        }
        let mut path = vec![snake_case(&world.name)];
        claim(&mut taken, &mut path);
        let (module, world_struct) = world_module(world, path);
        Modules { interfaces, world: module, world_struct }
    }

    /// The module in which a type is defined.
    pub(crate) fn owner(&self, owner: TypeOwner) -> &Module {
        match owner {
            TypeOwner::Interface(id) => self.interfaces.get(&id).unwrap_or(&self.world),
            TypeOwner::World(_) | TypeOwner::None => &self.world,
        }
    }
}

fn world_module(world: &World, path: Vec<String>) -> (Module, Ident) {
    let types = world.imports.iter().filter_map(|(key, item)| match (key, item) {
        (WorldKey::Name(name), WorldItem::Type { id, .. }) => Some((name, id)),
        _ => None,
    });
    let mut scope = Scope::with(TAKEN);
    let types = types.map(|(name, id)| (*id, scope.claim(&camel_case(name)))).collect();
    let world_struct = scope.claim(&camel_case(&world.name));
    let subject = scope.claim(&format!("{}Imports", camel_case(&world.name)));
    (Module { path, side: Side::Import, instance: None, types, subject }, world_struct)
}

/// The names of types, and of the trait or struct beside them.
fn names_in<'a>(
    types: impl Iterator<Item = (&'a String, &'a TypeId)>,
    subject: &str,
) -> (HashMap<TypeId, Ident>, Ident) {
    let mut scope = Scope::with(TAKEN);
    let types = types.map(|(name, id)| (*id, scope.claim(&camel_case(name)))).collect();
    let free = if scope.is_free(subject) { subject.to_owned() } else { format!("{subject}Interface") };
    (types, scope.claim(&free))
}

fn subject_name(key: &WorldKey, interface: &Interface, label: &str) -> String {
    match (key, &interface.name) {
        (WorldKey::Name(name), _) | (WorldKey::Interface(_), Some(name)) => camel_case(name),
        (WorldKey::Interface(_), None) => camel_case(label),
    }
}

/// The packages of which the world has interfaces in more than one version.
fn packages_in_several_versions(resolve: &Resolve, world: &World) -> BTreeSet<PackageId> {
    let mut versions: BTreeMap<(&str, &str), BTreeSet<PackageId>> = BTreeMap::new();
    for (key, _) in world.imports.iter().chain(&world.exports) {
        let WorldKey::Interface(id) = key else { continue };
        let Some(package) = resolve.interfaces[*id].package else { continue };
        let name = &resolve.packages[package].name;
        versions.entry((&name.namespace, &name.name)).or_default().insert(package);
    }
    versions.into_values().filter(|packages| packages.len() > 1).flatten().collect()
}

fn path_of(resolve: &Resolve, key: &WorldKey, interface: &Interface, versioned: &BTreeSet<PackageId>) -> Vec<String> {
    match (key, interface.package, &interface.name) {
        (WorldKey::Interface(_), Some(package), Some(name)) => {
            let id = &resolve.packages[package].name;
            let version = id.version.as_ref().filter(|_| versioned.contains(&package));
            let version = version.map(|version| format!("-{version}").replace(['.', '+'], "-")).unwrap_or_default();
            [id.namespace.as_str(), &format!("{}{version}", id.name), name].map(snake_case).to_vec()
        }
        (WorldKey::Name(name), ..) => vec![snake_case(name)],
        _ => unreachable!("an interface without a name is imported under one"),
    }
}

/// Makes a path unlike all others: none is both a file and a directory.
fn claim(taken: &mut BTreeSet<Vec<String>>, path: &mut [String]) {
    loop {
        let clash = taken.iter().find(|other| other.starts_with(&*path) || path.starts_with(other));
        let at = match clash {
            Some(other) => other.len().min(path.len()) - 1,
            None if RESERVED.contains(&path[0].as_str()) && path.len() == 1 => 0,
            None => break,
        };
        path[at].push('_');
    }
    taken.insert(path.to_vec());
}

impl Module {
    /// The path of the file.
    pub(crate) fn file(&self) -> std::path::PathBuf {
        let mut file: std::path::PathBuf = self.path.iter().collect();
        file.set_extension("rs");
        file
    }
}

/// The resource that a name stands for, through aliases.
pub(crate) fn resource_of(resolve: &Resolve, mut id: TypeId) -> TypeId {
    while let TypeDefKind::Type(wit_parser::Type::Id(target)) = resolve.types[id].kind {
        id = target;
    }
    id
}
