//! Components with their imports bound, from which instances are made.

use super::component::Component;
use crate::call::instantiate::{ImportBindings, instantiate};
use crate::error::Result;
use crate::store::record::{HostTypes, Instance};
use crate::store::state::AsContextMut;
use crate::store::variance::Invariant;
use std::sync::Arc;

/// A component with its imports bound and checked.
pub struct InstancePre<T> {
    pub(super) component: Component,
    pub(super) bindings: Arc<ImportBindings>,
    pub(super) host_types: Arc<HostTypes>,
    pub(super) _data: Invariant<T>,
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        let InstancePre { component, bindings, host_types, .. } = self;
        InstancePre {
            component: component.clone(),
            bindings: bindings.clone(),
            host_types: host_types.clone(),
            _data: Invariant::default(),
        }
    }
}

impl<T> std::fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstancePre").finish_non_exhaustive()
    }
}

impl<T: 'static> InstancePre<T> {
    /// Makes an instance.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        store.state().engine.admit(self.component.engine(), "component", "store")?;
        let state = store.state_ptr();
        // SAFETY: the bindings were checked against the component's imports, for a store with this
        // type of data.
        unsafe { instantiate(state, &self.component.0, self.host_types.clone(), self.bindings.clone()) }
    }

    /// The component.
    pub fn component(&self) -> &Component {
        &self.component
    }
}
