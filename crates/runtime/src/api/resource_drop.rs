//! Handles that the host drops, and the destructors that run then.

use crate::call::entry::enter_core;
use crate::error::trap::Trap;
use crate::error::value::{HandleEnd, HandleUse, ValueError};
use crate::error::{LinkError, Result};
use crate::store::arena_scope::ArenaScope;
use crate::store::record::InstanceRecord;
use crate::store::state::{AsContextMut, Failure, StoreState};
use crate::value::resource::{GuestHandle, Handle, HandleOrigin, ResourceAny};
use cantilever_abi::block::{HOST_SUCCEEDED, HostCallee, VALUE_SLOT};
use cantilever_abi::{FuncKey, ResourceId, ResourceImpl};
use cantilever_object::artifact::{CoreFuncType, CoreValType};

impl ResourceAny {
    /// Drops the handle. The destructor runs if it is owned. An owned handle that is lent cannot be
    /// dropped.
    pub fn resource_drop(self, mut store: impl AsContextMut) -> Result<()> {
        let mut store = store.as_context_mut();
        match self.0 {
            Handle::Guest(handle) => {
                let GuestHandle { owner, index, .. } = handle;
                let record = owner.record(&store)?;
                let handle = handle.live(record);
                let handle = handle.map_err(|r| r.of(record.resource_name(owner.resource), HandleUse::Dropped))?;
                if !handle.borrow && handle.lends != 0 {
                    return Err(ValueError::Lent.into());
                }
                // SAFETY: the block lives as long as its record.
                if unsafe { (*record.block.header()).poisoned } != 0 {
                    return Err(Box::new(Trap::poisoned()).into());
                }
                record.block.remove_host_handle(index);
                record.history.end(index, HandleEnd::Use(HandleUse::Dropped));
                match handle.borrow {
                    true => Ok(()),
                    // SAFETY: the context stands for exclusive access to the store, which owns the
                    // record.
                    false => unsafe { run_guest_destructor(store.state_ptr(), record, owner.resource, handle.rep) },
                }
            }
            Handle::Host { origin, owned, rep, life, .. } => {
                let from = match origin {
                    HandleOrigin::Guest(owner) => Some((owner.record(&store)?, owner.resource)),
                    HandleOrigin::Host(_) => None,
                };
                life.end(HandleEnd::Use(HandleUse::Dropped))
                    .map_err(|refusal| refusal.of(origin.name(from.map(|(record, _)| record)), HandleUse::Dropped))?;
                match from {
                    // SAFETY: as above.
                    Some((record, resource)) if owned => unsafe {
                        run_host_destructor(store.state_ptr(), record, resource, rep)
                    },
                    _ => Ok(()),
                }
            }
        }
    }
}

/// Calls `FuncKey::Dtor`, whose core type is `[i32] -> []`.
///
/// # Safety
///
/// `store` must own `record`, with no reference to its state alive.
unsafe fn run_guest_destructor(
    store: *mut StoreState,
    record: &InstanceRecord,
    resource: ResourceId,
    rep: u32,
) -> Result<()> {
    let image = &record.image;
    if !image.resource(resource.as_u32()).is_some_and(|r| r.has_dtor) {
        return Ok(());
    }
    let code = image.function(FuncKey::Dtor(resource.as_u32()))?;
    let ty = CoreFuncType { params: vec![CoreValType::I32], results: vec![] };
    let entry = image
        .core_entry(&ty)
        .ok_or_else(|| LinkError::Malformed("the entry trampoline for destructors is missing".to_owned()))?;
    let mut values = [[0; VALUE_SLOT]];
    values[0][..size_of::<u32>()].copy_from_slice(&rep.to_ne_bytes());
    // SAFETY: the caller vouches for the store, which outlives this call.
    let _scope = unsafe { ArenaScope::of_activation(store) };
    // SAFETY: the destructor is a function of this image with this type, whose context is the
    // block.
    unsafe { enter_core(store, record, entry, (code, record.block.header().cast()), &mut values) }
}

/// Calls the destructor that the linker was given.
///
/// # Safety
///
/// `store` must own `record`, with no reference to its state alive.
unsafe fn run_host_destructor(
    store: *mut StoreState,
    record: &InstanceRecord,
    resource: ResourceId,
    rep: u32,
) -> Result<()> {
    let Some(ResourceImpl::Host { dtor }) = record.image.resource(resource.as_u32()).map(|r| r.implementer) else {
        return Ok(());
    };
    let callee = record.block.at::<HostCallee>(dtor)?;
    let mut rep = rep;
    // SAFETY: instantiation filled the slot with a function that takes a representation and gives
    // nothing; nobody has a reference to the store's state.
    unsafe {
        let Some(func) = (*callee).func else { return Ok(()) };
        match func((*callee).data, record.block.header(), (&raw mut rep).cast(), std::ptr::dangling_mut()) {
            HOST_SUCCEEDED => Ok(()),
            _ => Failure::outside_guests((*store).failure.take()),
        }
    }
}
