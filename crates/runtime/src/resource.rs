//! Handles of resources that the host holds or implements.

use super::borrow_scope::BorrowScope;
use super::entry::enter_core;
use super::error::{LinkError, Result};
use super::func::ArenaScope;
use super::handle_history::Refusal;
use super::handle_life::HandleLife;
use super::host_handles::HostHandle;
use super::instance::InstanceRecord;
use super::store::{AsContextMut, Failure, StoreState};
use super::value_error::{HandleEnd, HandleUse, ValueError};
use super::variance::Invariant;
use cantilever_abi::block::{HOST_SUCCEEDED, HostCallee};
use cantilever_abi::{FuncKey, ResourceId, ResourceImpl};
use cantilever_object::artifact::{CoreFuncType, CoreValType};
use std::any::TypeId;

/// A handle of a resource that the host implements, by its representation. `T` is the Rust type that the
/// [`Linker`](super::Linker) was told stands for the resource type.
///
/// It moves as Rust values do: what is given to a guest as an `own` is given by value, and is gone.
///
/// ```compile_fail
/// # use cantilever_runtime::{Error, Resource, Store, TypedFunc};
/// # struct File;
/// # fn give(store: &mut Store<()>, put: &TypedFunc<(Resource<File>,), ()>) -> Result<(), Error> {
/// let file = Resource::new(3);
/// put.call(&mut *store, (file,))?;
/// put.call(&mut *store, (file,)) // use of moved value
/// # }
/// ```
///
/// A `borrow` is given by value or by reference: [`typed`](super::Func::typed) refuses a reference as an `own`, and a handle
/// that was received as a borrow is refused as an `own` when it is passed.
///
/// A borrow that a host function received ends when that function returns. One that is kept is refused from then on,
/// whatever it is passed as: [`ValueError::DeadHandle`] after [`HandleEnd::CallEnded`].
pub struct Resource<T> {
    rep: u32,
    owned: bool,
    /// What a borrow that a guest lent ends with.
    scope: Option<BorrowScope>,
    _type: Invariant<T>,
}

impl<T> Resource<T> {
    /// A new owned handle of the resource with this representation. As with `resource.new`, each call makes another handle,
    /// and each can be given away.
    pub fn new(rep: u32) -> Self {
        Resource { rep, owned: true, scope: None, _type: Invariant::default() }
    }

    /// A borrow of the resource with this representation.
    pub fn borrowed(rep: u32) -> Self {
        Resource { rep, owned: false, scope: None, _type: Invariant::default() }
    }

    /// A borrow that a guest lends to a host function.
    #[inline]
    pub(super) fn lent(rep: u32, scope: BorrowScope) -> Self {
        Resource { rep, owned: false, scope: Some(scope), _type: Invariant::default() }
    }

    /// Is it a borrow whose call has ended?
    #[inline]
    pub(super) fn has_ended(&self) -> bool {
        self.scope.is_some_and(BorrowScope::has_ended)
    }

    /// Is it an owned handle, not a borrow?
    pub fn owned(&self) -> bool {
        self.owned
    }

    /// The representation: whatever the host chose.
    pub fn rep(&self) -> u32 {
        self.rep
    }
}

impl<T> std::fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let borrowed = if self.owned { "" } else { ", borrowed" };
        write!(f, "Resource<{}>({}{borrowed})", std::any::type_name::<T>(), self.rep)
    }
}

/// A handle of a resource of any type, held by the host.
///
/// Passing an owned handle to a guest as an `own`, or dropping it, ends the handle. It moves as Rust values do; a clone, as
/// [`Val`](super::Val)s need it, is another name of the same handle, and later uses by any name are errors that say what
/// ended the handle. A call that fails before the guest runs ends no handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceAny(pub(super) Handle);

/// What a handle is, by who implements the resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Handle {
    /// Of a guest.
    Guest(GuestHandle),
    /// A representation of the host's own.
    Host { origin: Origin, ty: TypeId, owned: bool, rep: u32, life: HandleLife },
}

/// An entry of the host's handle table in an instance's block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GuestHandle {
    pub(super) owner: Owner,
    pub(super) index: u32,
    /// Tells it from others that were at the index.
    pub(super) generation: u32,
    /// What it ends with, if it is a borrow.
    pub(super) scope: Option<BorrowScope>,
}

impl GuestHandle {
    /// The resource that it names, if it lives.
    pub(super) fn live(&self, record: &InstanceRecord) -> Result<HostHandle, Refusal> {
        let &GuestHandle { owner, index, generation, scope } = self;
        let current = record.history.is_current(index, generation);
        let is_it = |handle: &HostHandle| current && handle.resource == owner.resource.as_u32();
        record.block.read_host_handle(index).filter(is_it).ok_or_else(|| match record.history.dead(index, generation) {
            // Another handle is there now, but how borrows end is known.
            Refusal::Dead(HandleEnd::Forgotten) if scope.is_some_and(BorrowScope::has_ended) => {
                Refusal::Dead(HandleEnd::CallEnded)
            }
            refusal => refusal,
        })
    }
}

/// Where a handle of a resource that the host implements comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A guest gave it.
    Guest(Owner),
    /// The host made it; the name of the Rust type that stands for the resource type.
    Host(&'static str),
}

/// Where a handle comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) store_id: u64,
    pub(super) instance: u32,
    pub(super) resource: ResourceId,
}

impl Owner {
    pub(super) fn new(record: &InstanceRecord, resource: ResourceId) -> Self {
        Owner { store_id: record.store_id, instance: record.index, resource }
    }

    fn record<'a>(&self, store: &StoreState) -> Result<&'a InstanceRecord, LinkError> {
        if self.store_id != store.id {
            return Err(LinkError::WrongStore);
        }
        let record = store.instances.get(self.instance as usize).ok_or(LinkError::WrongStore)?;
        // SAFETY: records live in boxes until their store is dropped, and are never borrowed exclusively.
        Ok(unsafe { &*std::ptr::from_ref::<InstanceRecord>(record) })
    }
}

impl<T: 'static> From<Resource<T>> for ResourceAny {
    fn from(resource: Resource<T>) -> Self {
        let Resource { rep, owned, scope, .. } = resource;
        let origin = Origin::Host(std::any::type_name::<T>());
        ResourceAny(Handle::Host { origin, ty: TypeId::of::<T>(), owned, rep, life: HandleLife::within(scope) })
    }
}

impl ResourceAny {
    /// Is it an owned handle, not a borrow?
    pub fn owned(&self) -> bool {
        match self.0 {
            Handle::Guest(handle) => handle.scope.is_none(),
            Handle::Host { owned, .. } => owned,
        }
    }

    /// The representation, if the host implements the resource.
    pub fn host_rep(&self) -> Option<u32> {
        match self.0 {
            Handle::Guest(_) => None,
            Handle::Host { rep, .. } => Some(rep),
        }
    }

    /// The handle as one of a type that the host implements; that ends this one if it is owned.
    pub fn downcast<T: 'static>(self) -> Result<Resource<T>, ValueError> {
        let name = std::any::type_name::<T>();
        let Handle::Host { ty, owned, rep, life, .. } = self.0 else {
            return Err(ValueError::Mismatch { expected: name.to_owned(), found: "a resource of a guest".to_owned() });
        };
        if ty != TypeId::of::<T>() {
            let found = "a resource of another type".to_owned();
            return Err(ValueError::Mismatch { expected: name.to_owned(), found });
        }
        let scope = life.scope();
        let alive = if owned { life.end(HandleEnd::Use(HandleUse::Downcast)) } else { life.check() };
        alive.map_err(|refusal| refusal.of(name, HandleUse::Downcast))?;
        Ok(Resource { rep, owned, scope, _type: Invariant::default() })
    }

    /// Drops the handle. The destructor runs if it is owned. An owned handle that is lent cannot be dropped.
    pub fn resource_drop(self, mut store: impl AsContextMut) -> Result<()> {
        let mut store = store.as_context_mut();
        match self.0 {
            Handle::Guest(handle) => {
                let GuestHandle { owner, index, .. } = handle;
                let record = owner.record(store.state())?;
                let handle = handle.live(record);
                let handle = handle.map_err(|r| r.of(record.resource_name(owner.resource), HandleUse::Dropped))?;
                if !handle.borrow && handle.lends != 0 {
                    return Err(ValueError::Lent.into());
                }
                // SAFETY: the block lives as long as its record.
                if unsafe { (*record.block.header()).poisoned } != 0 {
                    return Err(Box::new(super::trap::Trap::poisoned()).into());
                }
                record.block.remove_host_handle(index);
                record.history.end(index, HandleEnd::Use(HandleUse::Dropped));
                match handle.borrow {
                    true => Ok(()),
                    false => run_guest_destructor(store.state_ptr(), record, owner.resource, handle.rep),
                }
            }
            Handle::Host { origin, owned, rep, life, .. } => {
                let from = match origin {
                    Origin::Guest(owner) => Some((owner.record(store.state())?, owner.resource)),
                    Origin::Host(_) => None,
                };
                life.end(HandleEnd::Use(HandleUse::Dropped))
                    .map_err(|refusal| refusal.of(origin.name(from.map(|(record, _)| record)), HandleUse::Dropped))?;
                match from {
                    Some((record, resource)) if owned => run_host_destructor(store.state_ptr(), record, resource, rep),
                    _ => Ok(()),
                }
            }
        }
    }
}

impl Origin {
    /// The name of the resource type, given the record of the guest that the handle comes from.
    fn name<'a>(&self, record: Option<&'a InstanceRecord>) -> &'a str {
        match (self, record) {
            (Origin::Guest(owner), Some(record)) => record.resource_name(owner.resource),
            (Origin::Guest(_), None) => "?",
            (Origin::Host(name), _) => name,
        }
    }
}

/// Calls `FuncKey::Dtor`, whose core type is `[i32] -> []`.
fn run_guest_destructor(store: *mut StoreState, record: &InstanceRecord, resource: ResourceId, rep: u32) -> Result<()> {
    let image = &record.image;
    if !image.resource(resource.as_u32()).is_some_and(|r| r.has_dtor) {
        return Ok(());
    }
    let code = image.function(FuncKey::Dtor(resource.as_u32()))?;
    let ty = CoreFuncType { params: vec![CoreValType::I32], results: vec![] };
    let entry = image
        .core_entry(&ty)
        .ok_or_else(|| LinkError::Malformed("the entry trampoline for destructors is missing".to_owned()))?;
    let mut values = [[0; 16]];
    values[0][..size_of::<u32>()].copy_from_slice(&rep.to_ne_bytes());
    let _scope = ArenaScope::of_activation(store);
    // SAFETY: the destructor is a function of this image with this type, whose context is the block.
    unsafe { enter_core(store, record, entry, (code, record.block.header().cast()), &mut values) }
}

/// Calls the destructor that the linker was given.
fn run_host_destructor(store: *mut StoreState, record: &InstanceRecord, resource: ResourceId, rep: u32) -> Result<()> {
    let Some(ResourceImpl::Host { dtor }) = record.image.resource(resource.as_u32()).map(|r| r.implementer) else {
        return Ok(());
    };
    let callee = record.block.at::<HostCallee>(dtor)?;
    let mut rep = rep;
    // SAFETY: instantiation filled the slot with a function that takes a representation and gives nothing; nobody has a
    // reference to the store's state.
    unsafe {
        let Some(func) = (*callee).func else { return Ok(()) };
        match func((*callee).data, record.block.header(), (&raw mut rep).cast(), std::ptr::dangling_mut()) {
            HOST_SUCCEEDED => Ok(()),
            _ => Failure::outside_guests((*store).failure.take()),
        }
    }
}
