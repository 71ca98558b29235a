//! Instances of components: what the host finds in them.

use super::export::{self, ExportedItem};
use super::func::{ExportedFunc, Func};
use super::typed_func::TypedFunc;
use crate::error::{LinkError, Result};
use crate::store::record::Instance;
use crate::store::state::AsContextMut;
use crate::value::{ComponentType, Lift, LowerParams};
use std::sync::Arc;

impl Instance {
    /// The exported function at a path: its name, or the names of instances and its own, joined by
    /// `/` or `#`.
    pub fn get_func(&self, mut store: impl AsContextMut, path: &str) -> Option<Func> {
        let record = self.record(&store.as_context_mut()).ok()?;
        let export = ExportedFunc::find(&record.image, path)?;
        Some(Func::new(*self, Arc::new(export)))
    }

    /// The exported function at a path, if it has this type.
    pub fn get_typed_func<P, R>(&self, mut store: impl AsContextMut, path: &str) -> Result<TypedFunc<P, R>>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        let mut store = store.as_context_mut();
        self.record(&store)?;
        let func = self.get_func(&mut store, path);
        let func = func.ok_or_else(|| LinkError::UnknownExport { what: "function", name: path.to_owned() })?;
        func.typed(store)
    }

    /// What the component exports.
    pub fn exports(&self, mut store: impl AsContextMut) -> Result<Vec<ExportedItem>> {
        let record = self.record(&store.as_context_mut())?;
        Ok(export::list(&record.image))
    }
}
