//! What lifting, lowering and type checks need to know of the instance and the store.

use super::fill::{FillId, InPlace};
use super::list::RawSlice;
use super::reflection::print;
use super::resource::{GuestHandle, Handle, HandleOrigin, Owner, ResourceAny};
use crate::error::value::{HandleEnd, HandleUse, ValueError};
use crate::handle::borrow_scope::BorrowScope;
use crate::handle::history::{Call, Refusal};
use crate::handle::life::{HandleLife, PassedHandles};
use crate::memory::arena::LARGE;
use crate::store::record::{HostTypes, InstanceRecord};
use crate::store::state::StoreState;
use cantilever_abi::{Layout as CanonicalLayout, Resource, ResourceId, ResourceImpl, TypeDef, Types, ValType};
use cantilever_object::artifact::Artifact;
use std::alloc::Layout;
use std::any::TypeId;
use std::sync::Arc;

/// What a type check needs to know.
#[derive(Debug, Clone, Copy)]
pub struct TypeContext<'a> {
    types: &'a Types,
    resources: &'a [Resource],
    host_types: &'a HostTypes,
    by_reference: bool,
}

impl<'a> TypeContext<'a> {
    pub(crate) fn new(artifact: &'a Artifact, host_types: &'a HostTypes) -> Self {
        TypeContext { types: &artifact.types, resources: &artifact.resources, host_types, by_reference: false }
    }

    /// The same for what lies behind a Rust reference: it is lent, not given.
    pub fn by_reference(&self) -> Self {
        TypeContext { by_reference: true, ..*self }
    }

    /// Does the value lie behind a Rust reference?
    pub fn is_by_reference(&self) -> bool {
        self.by_reference
    }

    /// The definition of a compound type.
    pub fn def(&self, ty: Option<ValType>) -> Option<&'a TypeDef> {
        self.types.def(ty?)
    }

    /// The Rust type that stands for a resource type which the host implements.
    pub(super) fn host_type(&self, resource: ResourceId) -> Option<TypeId> {
        self.host_types.get(resource.as_u32() as usize).copied().flatten()
    }

    /// Can a host function fill a part of a result of the type in place?
    pub(crate) fn is_fillable(&self, ty: Option<ValType>) -> bool {
        ty.is_some_and(|ty| self.types.is_fillable(ty))
    }

    /// The type in words.
    pub fn describe(&self, ty: Option<ValType>) -> String {
        ty.map_or("nothing".to_owned(), |ty| print(self.types, self.resources, ty))
    }

    /// The error of a type check.
    pub fn mismatch(&self, ty: Option<ValType>, found: &str) -> ValueError {
        ValueError::Mismatch { expected: self.describe(ty), found: found.to_owned() }
    }
}

/// What lowering needs.
#[derive(Debug)]
pub struct LowerContext<'a> {
    store: *mut StoreState,
    record: &'a InstanceRecord,
    /// The function that takes the values, or `None` for the results of a host function.
    callee: Option<&'a Arc<str>>,
    /// Set when a handle of a guest's resource is lowered.
    call: Call,
    /// What erased handles of the host's resources are lowered.
    passed: Option<Box<PassedHandles>>,
    /// What is in the guest's memory already.
    in_place: Option<InPlace>,
}

impl<'a> LowerContext<'a> {
    /// For parameters of a call from the host, whose Rust values outlive the call.
    ///
    /// # Safety
    ///
    /// `store` must be the state of the store that owns `record`. For as long as the context is
    /// used, the caller must have exclusive access to the store, and no reference to its state may
    /// be alive.
    #[inline]
    pub(crate) unsafe fn for_params(store: *mut StoreState, record: &'a InstanceRecord, callee: &'a Arc<str>) -> Self {
        LowerContext { store, record, callee: Some(callee), call: Call::default(), passed: None, in_place: None }
    }

    /// For the results of a host function, which are read after it has returned. `in_place` is what
    /// it has filled in.
    ///
    /// # Safety
    ///
    /// As [`for_params`](Self::for_params).
    #[inline]
    pub(crate) unsafe fn for_results(
        store: *mut StoreState,
        record: &'a InstanceRecord,
        in_place: Option<InPlace>,
    ) -> Self {
        LowerContext { store, record, callee: None, call: Call::default(), passed: None, in_place }
    }

    /// All values are lowered: ownership of handles goes now.
    #[inline]
    pub(crate) fn give(&mut self) {
        if let Some(passed) = &mut self.passed {
            passed.give();
        }
    }

    /// The definition of a compound type.
    #[inline]
    pub fn def(&self, ty: Option<ValType>) -> Option<&'a TypeDef> {
        self.types().def(ty?)
    }

    #[inline]
    pub(crate) fn types(&self) -> &'a Types {
        &self.record.image.artifact.types
    }

    /// Memory until the call ends.
    pub fn alloc(&mut self, size: usize, align: usize) -> Result<*mut u8, ValueError> {
        // SAFETY: the context's maker vouched for exclusive access, and that no reference to the
        // state is alive.
        unsafe { (*self.store).arena.alloc(size, align) }.ok_or(ValueError::NoMemory)
    }

    /// Memory for the parameters or the result of a function, which counts: the guest has chosen
    /// their types.
    pub(crate) fn alloc_layout(&mut self, layout: CanonicalLayout) -> Result<*mut u8, ValueError> {
        // SAFETY: as in `alloc`.
        let StoreState { arena, limits, .. } = unsafe { &mut *self.store };
        Ok(arena.alloc_lifted(layout.size as usize, layout.align as usize, limits)?)
    }

    /// Plain data as a list: where it lies, or a copy where it will not stay there.
    pub fn slice<T: Copy>(&mut self, items: &[T]) -> Result<RawSlice, ValueError> {
        let len = items.len() as u64;
        // Results are read after their Rust values are gone.
        if self.callee.is_some() {
            return Ok(RawSlice { ptr: items.as_ptr().cast(), len });
        }
        let copy = self.alloc(size_of_val(items), align_of::<T>())?;
        // SAFETY: just allocated with that size.
        unsafe { copy.copy_from_nonoverlapping(items.as_ptr().cast(), size_of_val(items)) };
        Ok(RawSlice { ptr: copy, len })
    }

    /// The bytes that a fill left in the guest's memory, if this call has made it.
    pub(super) fn in_place(&self, id: FillId) -> Result<RawSlice, ValueError> {
        self.in_place.filter(|filled| filled.id == id).map(|filled| filled.bytes).ok_or(ValueError::FilledElsewhere)
    }

    /// The error for a value that does not have the type.
    pub(crate) fn mismatch(&self, ty: ValType, found: &str) -> ValueError {
        TypeContext::new(&self.record.image.artifact, &self.record.host_types).mismatch(Some(ty), found)
    }

    /// The core value of a handle for `own<R>` or `borrow<R>`.
    pub(crate) fn lower_handle(&mut self, ty: ValType, handle: &ResourceAny) -> Result<u32, ValueError> {
        let (resource, owned) = match self.types().def(ty) {
            Some(TypeDef::Own(resource)) => (*resource, true),
            Some(TypeDef::Borrow(resource)) => (*resource, false),
            _ => return Err(self.mismatch(ty, "a resource")),
        };
        let name = || self.record.resource_name(resource);
        match &handle.0 {
            Handle::Guest(handle) => {
                let GuestHandle { owner, index, .. } = *handle;
                if (owner.store_id, owner.instance) != (self.record.store_id, self.record.index) {
                    return Err(ValueError::ForeignHandle);
                }
                let live = handle.live(self.record);
                let live = live.map_err(|r| r.of(self.record.resource_name(owner.resource), self.handle_use()))?;
                if owner.resource != resource {
                    return Err(self.mismatch(ty, self.record.resource_name(owner.resource)));
                }
                match owned {
                    true if live.borrow => return Err(self.mismatch(ty, "a borrow")),
                    true if live.lends != 0 => return Err(ValueError::Lent),
                    _ => {}
                }
                let passed = self.pass_handle(index, owned);
                passed.map(|()| index).map_err(|refusal| refusal.of(name(), self.handle_use()))
            }
            Handle::Host { ty: host_type, owned: is_owned, rep, life, .. } => {
                let expected = self.record.host_types.get(resource.as_u32() as usize).copied().flatten();
                if expected != Some(*host_type) {
                    return Err(self.mismatch(ty, "a resource of another type"));
                }
                life.check().map_err(|refusal| refusal.of(name(), self.handle_use()))?;
                if owned && !is_owned {
                    return Err(self.mismatch(ty, "a borrow"));
                }
                let used = self.handle_use();
                let passed = self.passed.get_or_insert_default().pass(life, owned, used);
                passed.map(|()| *rep).map_err(|refusal| refusal.of(name(), self.handle_use()))
            }
        }
    }

    /// The error for a borrow of a host's resource whose call has ended.
    #[cold]
    pub(super) fn ended_borrow(&self, ty: Option<ValType>) -> ValueError {
        let (Some(TypeDef::Own(resource)) | Some(TypeDef::Borrow(resource))) = self.def(ty) else {
            return ValueError::Invalid("type");
        };
        Refusal::Dead(HandleEnd::CallEnded).of(self.record.resource_name(*resource), self.handle_use())
    }

    /// Notes that a live handle is on its way to the guest: a handle that moves can be used once in
    /// a call.
    fn pass_handle(&mut self, index: u32, owned: bool) -> Result<(), Refusal> {
        let history = &self.record.history;
        if self.call == Call::default() {
            self.call = history.begin_call();
        }
        match owned {
            true => history.pass(index, self.call, HandleEnd::Use(self.handle_use())),
            false => history.lend(index, self.call),
        }
    }

    /// What is done with handles that are lowered.
    fn handle_use(&self) -> HandleUse {
        self.callee.map_or(HandleUse::Returned, |callee| HandleUse::PassedTo(callee.clone()))
    }
}

/// What lifting needs. Borrows that are lifted end with it: when the host function returns, fails
/// or panics.
#[derive(Debug)]
pub struct LiftContext<'a> {
    record: &'a InstanceRecord,
    /// What the borrows end with, once there is one.
    scope: Option<BorrowScope>,
    /// Those of them that are in the host's handle table.
    borrows: Vec<GuestHandle>,
    /// Bytes of what was lifted, which count until this is dropped.
    charged: u64,
}

/// What an allocator takes for the smallest allocation, in bytes.
const SMALLEST_ALLOCATION: usize = 32;

/// What a handle costs beside its own size, in bytes: it may be noted as a borrow, and have a life.
const HANDLE: usize = 2 * size_of::<ResourceAny>() + 3 * SMALLEST_ALLOCATION;

impl<'a> LiftContext<'a> {
    /// For values that the record's instance gives.
    ///
    /// # Safety
    ///
    /// For as long as the context lives, the caller must have exclusive access to the store that
    /// owns `record`. No reference to the store's state may be alive when a method is called, nor
    /// when the context is dropped.
    #[inline]
    pub(crate) unsafe fn new(record: &'a InstanceRecord) -> Self {
        LiftContext { record, scope: None, borrows: Vec::new(), charged: 0 }
    }

    /// The state of the store.
    ///
    /// # Safety
    ///
    /// The reference must be gone when anybody else gets access to the state.
    #[inline]
    unsafe fn store(&mut self) -> &mut StoreState {
        let header = self.record.block.header();
        // SAFETY: the header of a live block leads to its store, to whose state nobody refers while
        // values are lifted.
        unsafe { &mut *(*header).store.cast::<StoreState>() }
    }

    /// Counts an allocation of so many bytes that lifting is about to make. It is an error if it
    /// exceeds [`Limits::lifted_bytes`](crate::Limits::lifted_bytes). What is counted is
    /// so until the values that are being lifted have been handed over: to a host function, until
    /// it returns.
    ///
    /// Whoever implements [`Lift`](crate::Lift) calls it before allocating what a guest determines
    /// the size of.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Result<(), ValueError> {
        if bytes == 0 {
            return Ok(());
        }
        let bytes = bytes.max(SMALLEST_ALLOCATION) as u64;
        // SAFETY: the reference ends here.
        let StoreState { arena, limits, .. } = unsafe { self.store() };
        arena.lifted.charge(bytes, limits)?;
        self.charged += bytes;
        Ok(())
    }

    /// A vector with room for so many items, which counts.
    #[inline]
    pub(crate) fn vector<T>(&mut self, len: u64) -> Result<Vec<T>, ValueError> {
        let len = usize::try_from(len).map_err(|_| ValueError::NoMemory)?;
        self.charge(len.checked_mul(size_of::<T>()).ok_or(ValueError::NoMemory)?)?;
        let mut items = Vec::new();
        items.try_reserve_exact(len).map_err(|_| ValueError::NoMemory)?;
        Ok(items)
    }

    /// A copy of a name, which counts.
    pub(crate) fn name(&mut self, name: &str) -> Result<String, ValueError> {
        self.charge(name.len())?;
        Ok(name.to_owned())
    }

    #[inline]
    pub(crate) fn types(&self) -> &'a Types {
        &self.record.image.artifact.types
    }

    /// The definition of a compound type.
    #[inline]
    pub fn def(&self, ty: Option<ValType>) -> Option<&'a TypeDef> {
        self.types().def(ty?)
    }

    /// Takes over what was allocated for the host at an address, if that is an allocation of this
    /// layout.
    pub(crate) fn takes_over(&mut self, base: *const u8, layout: Layout) -> bool {
        if layout.size() < LARGE {
            return false;
        }
        // SAFETY: the reference ends here.
        let taken = unsafe { self.store() }.arena.take_over(base, layout);
        self.charged += taken.unwrap_or(0);
        taken.is_some()
    }

    /// What borrows that are lifted end with.
    #[inline]
    pub(super) fn borrow_scope(&mut self) -> BorrowScope {
        if let Some(scope) = self.scope {
            return scope;
        }
        // SAFETY: the reference ends here.
        let scope = unsafe { self.store() }.borrow_scopes.open();
        self.scope = Some(scope);
        scope
    }

    /// The handle behind a core value of type `own<R>` or `borrow<R>`.
    pub(crate) fn lift_handle(&mut self, ty: ValType, value: u32) -> Result<ResourceAny, ValueError> {
        self.charge(HANDLE)?;
        let record = self.record;
        let (resource, owned) = match self.types().def(ty) {
            Some(TypeDef::Own(resource)) => (*resource, true),
            Some(TypeDef::Borrow(resource)) => (*resource, false),
            _ => return Err(ValueError::Invalid("handle")),
        };
        let owner = Owner::new(record, resource);
        let scope = (!owned).then(|| self.borrow_scope());
        let implementer = record.image.resource(resource.as_u32()).map(|r| r.implementer);
        if let Some(ResourceImpl::Host { .. }) = implementer {
            let ty = record.host_types.get(resource.as_u32() as usize).copied().flatten();
            let ty = ty.unwrap_or(TypeId::of::<()>());
            let (origin, life) = (HandleOrigin::Guest(owner), HandleLife::within(scope));
            return Ok(ResourceAny(Handle::Host { origin, ty, owned, rep: value, life }));
        }
        record.block.read_host_handle(value).ok_or(ValueError::Invalid("handle"))?;
        let generation = record.history.receive(value);
        let handle = GuestHandle { owner, index: value, generation, scope };
        if !owned {
            self.borrows.push(handle);
        }
        Ok(ResourceAny(Handle::Guest(handle)))
    }
}

/// Takes borrows out of the host's handle table, but for those that the host function dropped
/// itself.
#[cold]
fn remove_borrows(record: &InstanceRecord, borrows: &[GuestHandle]) {
    for borrow in borrows {
        if borrow.live(record).is_ok_and(|handle| handle.borrow) {
            record.block.remove_host_handle(borrow.index);
            record.history.end(borrow.index, HandleEnd::CallEnded);
        }
    }
}

impl LiftContext<'_> {
    /// Gives back what was counted, and ends the borrows.
    #[inline(never)]
    fn end(&mut self) {
        if self.charged != 0 {
            let charged = self.charged;
            // SAFETY: the reference ends here. Contexts are dropped where values were lifted, while
            // no guest runs.
            unsafe { self.store() }.arena.lifted.give_back(charged);
        }
        let Some(scope) = self.scope else { return };
        if !self.borrows.is_empty() {
            remove_borrows(self.record, &self.borrows);
        }
        // SAFETY: the host function is done with the store, to whose state nobody else refers.
        unsafe { self.store() }.borrow_scopes.close(scope);
    }
}

impl Drop for LiftContext<'_> {
    // Most calls lift numbers, of which nothing is left: they must not pay for a call.
    #[inline(always)]
    fn drop(&mut self) {
        if self.charged != 0 || self.scope.is_some() {
            self.end();
        }
    }
}
