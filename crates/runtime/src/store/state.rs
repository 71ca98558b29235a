//! A store owns instances, what they allocate, and the host's data.

use super::exceptions::Exceptions;
use super::record::InstanceRecord;
use super::supervision::Contexts;
use super::variance::Invariant;
use crate::error::HostError;
use crate::error::limits::{LimitExceeded, Limits};
use crate::handle::borrow_scope::BorrowScopes;
use crate::handle::trace::{LeakReport, LiveHandle};
use crate::image::engine::Engine;
use crate::memory::arena::Arena;
use crate::stack::thread::HeldLimit;
use cantilever_abi::block::{Context, Supervision};
use std::any::Any;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Owns instances and the host's data of type `T`. Instances live until their store is dropped.
#[derive(Debug)]
pub struct Store<T> {
    inner: NonNull<StoreInner<T>>,
    /// It gives and takes its data.
    _data: Invariant<T>,
}

/// `repr(C)` with the state first, so that a pointer to the state is a pointer to the whole.
#[repr(C)]
#[derive(Debug)]
struct StoreInner<T> {
    state: StoreState,
    data: T,
}

/// What does not depend on the type of the host's data.
#[derive(Debug)]
pub(crate) struct StoreState {
    /// Distinguishes stores, so that handles of one are not used with another.
    pub(crate) id: u64,
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    /// The stack limit that all contexts hold, unless the guests have been interrupted.
    pub(crate) stack: HeldLimit,
    /// Every context of every block. Before the instances, so that it is dropped before the blocks
    /// are.
    pub(crate) contexts: Contexts,
    /// What the host relies on the guests' code to do.
    pub(super) demands: Supervision,
    /// What guests that count fuel have left; their contexts point to it.
    pub(super) fuel: Box<AtomicU64>,
    pub(crate) arena: Arena,
    /// What guests lend to host functions.
    pub(crate) borrow_scopes: BorrowScopes,
    /// Exceptions that core code has thrown.
    pub(crate) exceptions: Exceptions,
    /// Boxed: blocks hold their addresses.
    #[expect(clippy::vec_box, reason = "blocks hold the addresses of their instances' records")]
    pub(crate) instances: Vec<Box<InstanceRecord>>,
    /// Items that blocks point to and that lie in no block: the host's memories, globals, tags,
    /// callees …
    pub(crate) host_items: Vec<Box<dyn Any>>,
    /// Why the innermost host function failed, until its caller takes it.
    pub(crate) failure: Option<Failure>,
    /// The limit for whose sake a routine just refused what compiled code needs, which therefore
    /// traps.
    pub(crate) exceeded: Option<LimitExceeded>,
    /// How many fills there were.
    pub(crate) fills: u64,
    pub(crate) leak_report: Option<LeakReport>,
}

impl Drop for StoreState {
    fn drop(&mut self) {
        let Some(report) = self.leak_report.take() else { return };
        let leaks = self.live_handles();
        if !leaks.is_empty() {
            report.0(leaks);
        }
    }
}

/// How a host function failed.
pub(crate) enum Failure {
    /// It returned an error.
    Error(HostError),
    /// It panicked; the payload goes on unwinding above the guest's frames.
    Panic(Box<dyn Any + Send>),
    /// It ended as it should, but meanwhile the instance that called it has trapped.
    Poisoned,
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Error(error) => f.debug_tuple("Error").field(error).finish(),
            Failure::Panic(_) => f.write_str("Panic"),
            Failure::Poisoned => f.write_str("Poisoned"),
        }
    }
}

// SAFETY: a store's raw pointers lead to memory that it owns, or to code that components own.
// Nothing of it is tied to a thread but the stack limit, which every entry checks.
unsafe impl<T: Send> Send for Store<T> {}

impl<T> Store<T> {
    /// An empty store with the host's data.
    pub fn new(engine: &Engine, data: T) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let state = StoreState {
            id: NEXT_ID.fetch_add(1, Relaxed),
            engine: engine.clone(),
            limits: Limits::default(),
            stack: HeldLimit::NONE,
            contexts: Contexts::default(),
            demands: Supervision::default(),
            fuel: Box::new(AtomicU64::new(u64::MAX)),
            arena: Arena::default(),
            borrow_scopes: BorrowScopes::default(),
            exceptions: Exceptions::default(),
            instances: Vec::new(),
            host_items: Vec::new(),
            failure: None,
            exceeded: None,
            fills: 0,
            leak_report: None,
        };
        let inner = NonNull::from(Box::leak(Box::new(StoreInner { state, data })));
        Store { inner, _data: Invariant::default() }
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        // SAFETY: the allocation is ours; a shared borrow of the store excludes changes.
        unsafe { &self.inner.as_ref().data }
    }

    /// The host's data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the exclusive borrow of the store makes this the only reference.
        unsafe { &mut self.inner.as_mut().data }
    }

    /// Ends the store and returns the host's data.
    pub fn into_data(self) -> T {
        let inner = std::mem::ManuallyDrop::new(self).inner;
        // SAFETY: made by `Box::leak` in `new`; `ManuallyDrop` keeps `drop` from freeing it again.
        let inner = unsafe { Box::from_raw(inner.as_ptr()) };
        inner.data
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.state().engine
    }

    /// What does not depend on the type of the data.
    pub(crate) fn state(&self) -> &StoreState {
        // SAFETY: as in `data`.
        unsafe { &self.inner.as_ref().state }
    }

    /// Sets what instances may use from now on, those that are there included.
    pub fn set_limits(&mut self, limits: Limits) {
        // SAFETY: as in `data_mut`.
        let state = unsafe { &mut self.inner.as_mut().state };
        if limits.handles != state.limits.handles {
            state.instances.iter().for_each(|record| record.limit_handles(limits.handles));
        }
        state.limits = limits;
    }

    /// The handles that live in instances which were compiled with
    /// `CompileOptions::debug_handles`, the host's among them. An instance that
    /// trapped is left out: its state is unknown.
    pub fn live_handles(&self) -> Vec<LiveHandle> {
        // SAFETY: as in `data`.
        unsafe { self.inner.as_ref().state.live_handles() }
    }

    /// When the store ends while there are [live handles](Self::live_handles), the report is given
    /// them.
    pub fn on_leak(&mut self, report: impl FnOnce(Vec<LiveHandle>) + Send + 'static) {
        // SAFETY: as in `data_mut`.
        unsafe { self.inner.as_mut().state.leak_report = Some(LeakReport(Box::new(report))) }
    }
}

impl<T: Default> Default for Store<T> {
    fn default() -> Self {
        Self::new(&Engine::default(), T::default())
    }
}

impl<T> Drop for Store<T> {
    fn drop(&mut self) {
        // SAFETY: made by `Box::leak` in `new` and freed only here or in `into_data`, which
        // prevents this.
        drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
    }
}

/// Exclusive access to a store, as host functions get it. It allows calls back into guests.
#[derive(Debug)]
pub struct StoreContextMut<'a, T> {
    inner: NonNull<StoreInner<T>>,
    _borrow: PhantomData<&'a mut StoreInner<T>>,
}

/// What a host function is given: access to the store that called it.
pub type Caller<'a, T> = StoreContextMut<'a, T>;

impl<'a, T> StoreContextMut<'a, T> {
    /// The context for a store's state.
    ///
    /// # Safety
    ///
    /// `state` must be the state of a `Store<T>` for this very `T`, to which nobody else has access
    /// for `'a`.
    pub(crate) unsafe fn from_state(state: *mut StoreState) -> Self {
        // SAFETY: the state is the first field of the `repr(C)` whole, and not null.
        StoreContextMut { inner: unsafe { NonNull::new_unchecked(state.cast()) }, _borrow: PhantomData }
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        // SAFETY: the context stands for an exclusive borrow of the store, lent as shared here.
        unsafe { &self.inner.as_ref().data }
    }

    /// The host's data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: the context stands for an exclusive borrow of the store, lent on here.
        unsafe { &mut self.inner.as_mut().data }
    }

    /// The store's state, as a pointer: guests that run meanwhile reach it through theirs.
    pub(crate) fn state_ptr(&mut self) -> *mut StoreState {
        self.inner.as_ptr().cast()
    }

    /// The store's state, to look at.
    #[inline]
    pub(crate) fn shared_state(&self) -> &StoreState {
        // SAFETY: the context stands for an exclusive borrow, lent as shared here.
        unsafe { &self.inner.as_ref().state }
    }

    /// The store's state, while no guest runs.
    pub(crate) fn state(&mut self) -> &mut StoreState {
        // SAFETY: the context stands for an exclusive borrow, and `&mut self` keeps calls of guests
        // out.
        unsafe { &mut *self.state_ptr() }
    }
}

/// Something that gives access to a store: the store itself, or a host function's context.
pub trait AsContextMut {
    /// The host's data.
    type Data;

    /// Access to the store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T> AsContextMut for Store<T> {
    type Data = T;

    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { inner: self.inner, _borrow: PhantomData }
    }
}

impl<T> AsContextMut for StoreContextMut<'_, T> {
    type Data = T;

    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { inner: self.inner, _borrow: PhantomData }
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    type Data = C::Data;

    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        (**self).as_context_mut()
    }
}

impl StoreState {
    /// Writes a stack limit into every context, if they hold another one.
    pub(crate) fn hold(&mut self, limit: HeldLimit) {
        if limit.limit() != self.stack.limit() {
            self.contexts.set_limit(limit.limit());
        }
        self.stack = limit;
    }

    fn live_handles(&self) -> Vec<LiveHandle> {
        self.instances.iter().flat_map(|record| record.live_handles()).collect()
    }

    /// Gives a context of a block of this store the stack limit and the fuel.
    ///
    /// # Safety
    ///
    /// The context must live as long as the store's instances, and nobody else may refer to it now.
    pub(crate) unsafe fn add_context(&mut self, context: *mut Context) {
        // SAFETY: the caller vouches for it; the contexts of a store are dropped before its
        // instances.
        unsafe {
            (*context).fuel = self.fuel.as_ptr();
            self.contexts.add(context);
        }
    }
}
