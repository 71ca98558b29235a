//! Rust types of the caller's that stand for resources of the host.

use crate::modules::{Module, Modules, Side};
use crate::{Error, Options};
use std::collections::BTreeMap;
use wit_parser::{Resolve, TypeDefKind};

/// The types, by instance and label of the resource.
pub(crate) struct Resources(BTreeMap<(String, String), syn::Path>);

impl Resources {
    /// What the options say, if there are such resources.
    pub(crate) fn new(options: &Options, resolve: &Resolve, modules: &Modules) -> Result<Self, Error> {
        let mut types = BTreeMap::new();
        for (path, ty) in &options.resources {
            let refused = |reason: &str| Error::Resource { path: path.clone(), reason: reason.to_owned() };
            let (interface, resource) = path.rsplit_once('/').ok_or_else(|| refused("its interface is not named"))?;
            let ty = syn::parse_str::<syn::Path>(ty).map_err(|_| refused(&format!("`{ty}` is no path of Rust")))?;
            let mut found = false;
            for (id, module) in &modules.interfaces {
                let Some(instance) = module.instance.as_deref().filter(|_| module.side == Side::Import) else {
                    continue;
                };
                let is_it = instance == interface || without_version(instance) == interface;
                let def = resolve.interfaces[*id].types.get(resource).filter(|_| is_it);
                if def.is_some_and(|def| matches!(resolve.types[*def].kind, TypeDefKind::Resource)) {
                    types.insert((instance.to_owned(), resource.to_owned()), ty.clone());
                    found = true;
                }
            }
            if !found {
                return Err(refused("the world imports no such resource"));
            }
        }
        Ok(Resources(types))
    }

    /// The type that stands for a resource of a module.
    pub(crate) fn get(&self, module: &Module, resource: &str) -> Option<&syn::Path> {
        self.0.get(&(module.instance.clone()?, resource.to_owned()))
    }
}

fn without_version(instance: &str) -> &str {
    instance.split_once('@').map_or(instance, |(name, _)| name)
}
