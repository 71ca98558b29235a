//! An instance of a component.

use super::error::{LinkError, Result};
use super::func::Func;
use super::handle_history::HandleHistory;
use super::image::Image;
use super::prepared_block::PreparedBlock;
use super::store::{AsContextMut, StoreState};
use super::typed::{ComponentType, Lift, LowerParams, TypedFunc};
use cantilever_abi::ResourceId;
use std::any::{Any, TypeId};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

/// What the runtime keeps for an instance. Lies in a box of its store; the block's header has its address.
#[derive(Debug)]
pub(crate) struct InstanceRecord {
    pub(crate) image: Arc<Image>,
    /// Goes back to the image when the record is dropped.
    pub(crate) block: ManuallyDrop<PreparedBlock>,
    /// Its place in the store.
    pub(crate) index: u32,
    pub(crate) store_id: u64,
    pub(crate) history: HandleHistory,
    pub(crate) host_types: Arc<HostTypes>,
    /// Keeps what the block's `HostCallee`s point to.
    pub(crate) _bindings: Arc<dyn Any + Send + Sync>,
}

impl InstanceRecord {
    /// The name of a resource type, for messages.
    pub(crate) fn resource_name(&self, resource: ResourceId) -> &str {
        self.image.resource(resource.as_u32()).map_or("?", |r| &r.name)
    }
}

impl Drop for InstanceRecord {
    fn drop(&mut self) {
        // SAFETY: taken here and nowhere else.
        self.image.give_back(unsafe { ManuallyDrop::take(&mut self.block) });
    }
}

/// The Rust types that stand for the resource types which the host implements, by `ResourceId`.
pub(crate) type HostTypes = [Option<TypeId>];

/// An instance of a component. It lives in a store; this is its name, cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Instance {
    store_id: u64,
    record: NonNull<InstanceRecord>,
}

// SAFETY: the pointer is followed only by those who have access to the store that owns the record.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    pub(crate) fn new(record: &InstanceRecord) -> Self {
        Instance { store_id: record.store_id, record: NonNull::from(record) }
    }

    /// The record, for whoever has access to its store.
    #[inline]
    pub(crate) fn record<'a>(&self, store: &StoreState) -> Result<&'a InstanceRecord, LinkError> {
        if store.id != self.store_id {
            return Err(LinkError::WrongStore);
        }
        // SAFETY: the store owns the record in a box until it is dropped, and it is alive: it is borrowed. Callers do not
        // keep the record beyond their access to the store. Records are never borrowed exclusively.
        Ok(unsafe { self.record.as_ref() })
    }

    /// The exported function at a path: its name, or the names of instances and its own, joined by `/` or `#`.
    pub fn get_func(&self, mut store: impl AsContextMut, path: &str) -> Option<Func> {
        let record = self.record(store.as_context_mut().state()).ok()?;
        let (_, entry) = super::export::find(&record.image.artifact.exports, path)?;
        Func::new(*self, &record.image, path, entry)
    }

    /// The exported function at a path, if it has this type.
    pub fn get_typed_func<P, R>(&self, mut store: impl AsContextMut, path: &str) -> Result<TypedFunc<P, R>>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        let mut store = store.as_context_mut();
        self.record(store.state())?;
        let func = self.get_func(&mut store, path);
        let func = func.ok_or_else(|| LinkError::UnknownExport { what: "function", name: path.to_owned() })?;
        func.typed(store)
    }

    /// What the component exports.
    pub fn exports(&self, mut store: impl AsContextMut) -> Result<Vec<super::ExportedItem>> {
        let record = self.record(store.as_context_mut().state())?;
        Ok(super::export::list(&record.image))
    }
}
