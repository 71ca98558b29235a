//! What a linker has, by name: instances, and in each the functions and resource types of the host.
//!
//! Instances lie in a list and name one another by index. So nests of any depth are cloned and
//! dropped without recursion.

use super::version::{self, Tracks};
use crate::call::host_func::{BindHostFunc, HostBinding};
use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the host defines.
#[derive(Clone)]
pub(super) enum Definition {
    /// A function, to be bound to the import's type.
    Func(Arc<BindHostFunc>),
    /// A resource type: the Rust type that stands for it, and its destructor.
    Resource(TypeId, Option<HostBinding>),
}

/// An instance among those of a linker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InstanceId(usize);

/// Where definitions lie that are in no instance.
pub(super) const ROOT: InstanceId = InstanceId(0);

/// The definitions of a linker.
#[derive(Clone)]
pub(super) struct Definitions {
    /// The root, and all instances, each after the one that it lies in.
    instances: Vec<DefinedInstance>,
}

/// The definitions in one instance.
#[derive(Clone, Default)]
struct DefinedInstance {
    /// The names of the instances that it lies in, outermost first, then its own.
    path: Vec<String>,
    instances: BTreeMap<String, InstanceId>,
    tracks: Tracks<InstanceId>,
    items: BTreeMap<String, Definition>,
}

impl Definitions {
    pub(super) fn new() -> Self {
        Definitions { instances: vec![DefinedInstance::default()] }
    }

    /// The instance of exactly this name in another one, made if it is not there.
    pub(super) fn instance(&mut self, within: InstanceId, name: &str) -> InstanceId {
        if let Some(found) = self.instances[within.0].instances.get(name) {
            return *found;
        }
        let made = InstanceId(self.instances.len());
        let outer = &mut self.instances[within.0];
        outer.instances.insert(name.to_owned(), made);
        outer.tracks.insert(name, made);
        let path = outer.path.iter().cloned().chain([name.to_owned()]).collect();
        self.instances.push(DefinedInstance { path, ..DefinedInstance::default() });
        made
    }

    /// The instance that serves a name in another one: of this name, or else the highest compatible
    /// version.
    fn serving(&self, within: InstanceId, name: &str) -> Option<InstanceId> {
        let outer = &self.instances[within.0];
        outer.instances.get(name).or_else(|| outer.tracks.get(name)).copied()
    }

    /// Defines an item. Where there is one already, `replace` says whether this one takes its
    /// place. Returns whether it is defined now.
    pub(super) fn insert(&mut self, within: InstanceId, name: &str, item: Definition, replace: bool) -> bool {
        let items = &mut self.instances[within.0].items;
        let free = replace || !items.contains_key(name);
        if free {
            items.insert(name.to_owned(), item);
        }
        free
    }

    /// What serves an import.
    pub(super) fn find(&self, path: &[String]) -> Option<&Definition> {
        let (name, outer) = path.split_last()?;
        let within = outer.iter().try_fold(ROOT, |within, name| self.serving(within, name))?;
        self.instances[within.0].items.get(name)
    }

    /// Defines an item for an import that nothing serves, in the instances that serve its path;
    /// what is missing of them is made.
    pub(super) fn complete(&mut self, path: &[String], item: Definition) {
        let Some((name, outer)) = path.split_last() else { return };
        let mut within = ROOT;
        for name in outer {
            within = self.serving(within, name).unwrap_or_else(|| self.instance(within, name));
        }
        self.insert(within, name, item, false);
    }

    /// The instance that comes nearest to one that an import lies in: the one that serves its path,
    /// or else the highest version of the same interface.
    pub(super) fn nearest(&self, path: &[String]) -> Option<String> {
        let (name, outer) = path.split_last()?;
        let within = outer.iter().try_fold(ROOT, |within, name| self.serving(within, name))?;
        let others = || {
            let base = version::base(name);
            let names = self.instances[within.0].instances.iter();
            let of_interface = names.filter(|(other, _)| version::base(other) == base);
            of_interface.max_by_key(|(other, _)| version::track(other).map(|(_, version)| version))
        };
        let found = self.serving(within, name).or_else(|| Some(*others()?.1))?;
        Some(self.path(found).join("/"))
    }

    /// The names of the instances that an instance lies in, outermost first, then its own.
    pub(super) fn path(&self, instance: InstanceId) -> &[String] {
        &self.instances[instance.0].path
    }

    /// All items, with the instances that they lie in and their names.
    pub(super) fn items(&self) -> impl Iterator<Item = (&[String], &str, &Definition)> {
        self.instances
            .iter()
            .flat_map(|outer| outer.items.iter().map(|(name, item)| (&*outer.path, name.as_str(), item)))
    }
}
