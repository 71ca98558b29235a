//! Handles of resources that the host holds or implements.

use crate::error::LinkError;
use crate::error::value::{HandleEnd, HandleUse, ValueError};
use crate::handle::borrow_scope::BorrowScope;
use crate::handle::history::Refusal;
use crate::handle::host_table::HostHandle;
use crate::handle::life::HandleLife;
use crate::store::record::InstanceRecord;
use crate::store::state::StoreContextMut;
use crate::store::variance::Invariant;
use cantilever_abi::ResourceId;
use std::any::TypeId;

/// A handle of a resource that the host implements, by its representation. `T` is the Rust type
/// that the [`Linker`](crate::Linker) was told stands for the resource type.
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
/// A `borrow` is given by value or by reference. [`typed`](crate::Func::typed) refuses a reference
/// as an `own`. A handle that was received as a borrow is refused as an `own` when it is passed.
///
/// A borrow that a host function received ends when that function returns. One that is kept is
/// refused from then on, whatever it is passed as: [`ValueError::DeadHandle`] after
/// [`HandleEnd::CallEnded`].
pub struct Resource<T> {
    rep: u32,
    owned: bool,
    /// What a borrow that a guest lent ends with.
    scope: Option<BorrowScope>,
    _type: Invariant<T>,
}

impl<T> Resource<T> {
    /// A new owned handle of the resource with this representation. As with `resource.new`, each
    /// call makes another handle, and each can be given away.
    pub fn new(rep: u32) -> Self {
        Resource { rep, owned: true, scope: None, _type: Invariant::default() }
    }

    /// A borrow of the resource with this representation.
    pub fn borrowed(rep: u32) -> Self {
        Resource { rep, owned: false, scope: None, _type: Invariant::default() }
    }

    /// A borrow that a guest lends to a host function.
    #[inline]
    pub(crate) fn lent(rep: u32, scope: BorrowScope) -> Self {
        Resource { rep, owned: false, scope: Some(scope), _type: Invariant::default() }
    }

    /// Is it a borrow whose call has ended?
    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
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
/// Passing an owned handle to a guest as an `own`, or dropping it, ends the handle. It moves as
/// Rust values do. A clone, as [`Val`](crate::Val)s need it, is another name of the same handle.
/// Later uses by any name are errors that say what ended the handle. A call that fails before the
/// guest runs ends no handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceAny(pub(crate) Handle);

/// What a handle is, by who implements the resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handle {
    /// Of a guest.
    Guest(GuestHandle),
    /// A representation of the host's own.
    Host { origin: HandleOrigin, ty: TypeId, owned: bool, rep: u32, life: HandleLife },
}

/// An entry of the host's handle table in an instance's block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GuestHandle {
    pub(crate) owner: Owner,
    pub(crate) index: u32,
    /// Tells it from others that were at the index.
    pub(crate) generation: u32,
    /// What it ends with, if it is a borrow.
    pub(crate) scope: Option<BorrowScope>,
}

impl GuestHandle {
    /// The resource that it names, if it lives.
    pub(crate) fn live(&self, record: &InstanceRecord) -> Result<HostHandle, Refusal> {
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
pub(crate) enum HandleOrigin {
    /// A guest gave it.
    Guest(Owner),
    /// The host made it; the name of the Rust type that stands for the resource type.
    Host(&'static str),
}

/// Where a handle comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) store_id: u64,
    pub(crate) instance: u32,
    pub(crate) resource: ResourceId,
}

impl Owner {
    pub(crate) fn new(record: &InstanceRecord, resource: ResourceId) -> Self {
        Owner { store_id: record.store_id, instance: record.index, resource }
    }

    /// The record of the instance that it comes from, for as long as the access to its store lasts.
    pub(crate) fn record<'a, T>(&self, store: &StoreContextMut<'a, T>) -> Result<&'a InstanceRecord, LinkError> {
        let store = store.shared_state();
        if self.store_id != store.id {
            return Err(LinkError::WrongStore);
        }
        let record = store.instances.get(self.instance as usize).ok_or(LinkError::WrongStore)?;
        // SAFETY: records live in boxes until their store is dropped, which it cannot be for `'a`:
        // it is borrowed. They are never borrowed exclusively.
        Ok(unsafe { &*std::ptr::from_ref::<InstanceRecord>(record) })
    }
}

impl<T: 'static> From<Resource<T>> for ResourceAny {
    fn from(resource: Resource<T>) -> Self {
        let Resource { rep, owned, scope, .. } = resource;
        let origin = HandleOrigin::Host(std::any::type_name::<T>());
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
}

impl HandleOrigin {
    /// The name of the resource type, given the record of the guest that the handle comes from.
    pub(crate) fn name<'a>(&self, record: Option<&'a InstanceRecord>) -> &'a str {
        match (self, record) {
            (HandleOrigin::Guest(owner), Some(record)) => record.resource_name(owner.resource),
            (HandleOrigin::Guest(_), None) => "?",
            (HandleOrigin::Host(name), _) => name,
        }
    }
}
