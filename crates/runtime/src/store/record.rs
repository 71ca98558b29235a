//! Instances as their store has them.

use super::state::{StoreContextMut, StoreState};
use crate::error::LinkError;
use crate::handle::history::HandleHistory;
use crate::image::loaded::Image;
use crate::image::prepared_block::PreparedBlock;
use cantilever_abi::ResourceId;
use std::any::{Any, TypeId};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

/// What the runtime keeps for an instance. Lies in a box of its store; the block's header has its
/// address.
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
    /// Sets how many handles its component instances may have, as far as the engine allows.
    pub(crate) fn limit_handles(&self, handles: u32) {
        let quota = self.image.engine.handle_quota(self.block.layout().handle_capacity);
        self.block.set_handle_quota(quota.min(handles.saturating_add(1)));
    }

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

    /// The record, for as long as the access to its store lasts.
    #[inline]
    pub(crate) fn record<'a, T>(&self, store: &StoreContextMut<'a, T>) -> Result<&'a InstanceRecord, LinkError> {
        if !self.is_of(store.shared_state()) {
            return Err(LinkError::WrongStore);
        }
        // SAFETY: the store owns the record in a box until it is dropped, which it cannot be for
        // `'a`: it is borrowed. Records are never borrowed exclusively.
        Ok(unsafe { self.record.as_ref() })
    }

    /// Does it live in this store?
    #[inline]
    pub(crate) fn is_of(&self, store: &StoreState) -> bool {
        self.store_id == store.id
    }
}
