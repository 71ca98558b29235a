//! Names for the items that core modules import.

use super::instance::{CoreInstance, Module};
use super::items::CoreExtern;
use crate::error::unknown_imports::UnknownImports;
use crate::error::{LinkError, Result};
use crate::store::state::AsContextMut;
use std::collections::HashMap;

/// Items by module and field.
#[derive(Debug, Clone, Default)]
pub struct CoreLinker {
    items: HashMap<(String, String), CoreExtern>,
}

impl CoreLinker {
    /// A linker without items.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives an item a name, in place of what had that name.
    pub fn define(&mut self, module: &str, name: &str, item: CoreExtern) -> &mut Self {
        self.items.insert((module.to_owned(), name.to_owned()), item);
        self
    }

    /// Gives all exports of an instance names in `module`.
    pub fn define_instance(&mut self, store: impl AsContextMut, module: &str, instance: CoreInstance) -> Result<()> {
        for (name, item) in instance.exports(store)? {
            self.define(module, &name, item);
        }
        Ok(())
    }

    /// Makes an instance of a module with the items that its imports name.
    pub fn instantiate<C: AsContextMut>(&self, mut store: C, module: &Module) -> Result<CoreInstance>
    where
        C::Data: 'static,
    {
        store.as_context_mut().state().engine.admit(module.engine(), "module", "store")?;
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for path in module.imports() {
            let [module, name] = path else {
                return Err(LinkError::Malformed("an import of a module is not a pair of names".to_owned()).into());
            };
            match self.items.get(&(module.clone(), name.clone())) {
                Some(item) => found.push(item.clone()),
                None => missing.push((path, "an item of a core module".to_owned())),
            }
        }
        if missing.is_empty() {
            CoreInstance::new(store, module, &found)
        } else {
            Err(LinkError::UnknownImports(UnknownImports::new(missing, |_| None)).into())
        }
    }
}
