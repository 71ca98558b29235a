//! How the host keeps guests in check while they run: interruption from another thread, and fuel.
//!
//! To interrupt is to write [`Context::INTERRUPTED`] into the stack limit of every context of a
//! store, where the guest's functions and loops find it, and to signal the store's event, if it has
//! one, for host functions that wait.

use super::interrupt_event::InterruptEvent;
use super::state::{AsContextMut, Store, StoreContextMut, StoreState};
use crate::error::{LinkError, Result};
use cantilever_abi::block::{Context, Supervision};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Stops the guests of a store, from whatever thread. Cheap to clone; once the store is gone it
/// does nothing.
#[derive(Debug, Clone)]
pub struct InterruptHandle(Arc<Mutex<StackLimits>>);

impl InterruptHandle {
    /// Makes every guest of the store trap, with
    /// [`TrapKind::Interrupted`](cantilever_abi::block::TrapKind::Interrupted), when it next enters
    /// a function or comes to the head of a loop, and so at once when it is called; until
    /// [`Store::clear_interrupt`]. Only a function that neither calls nor loops may still come to
    /// its end.
    ///
    /// What a guest does in between is bounded: the longest are bulk operators, by the size of the
    /// memory or table, and strings and lists that cross a component boundary, by 2^28 bytes each.
    /// Host functions are not interrupted, but those that wait for
    /// [`StoreContextMut::interrupt_event`] too are woken. The guest that called one stops when it
    /// returns.
    pub fn interrupt(&self) {
        let mut limits = lock(&self.0);
        limits.interrupted = true;
        limits.write();
        if let Some(event) = &limits.event {
            event.signal();
        }
    }
}

/// The contexts of a store, with the stack limit that they hold. When it is dropped, no handle
/// reaches them any more.
#[derive(Debug, Default)]
pub(crate) struct Contexts(Arc<Mutex<StackLimits>>);

/// Invariant: the contexts are live, and each holds what [`StackLimits::current`] says.
#[derive(Debug, Default)]
struct StackLimits {
    contexts: Vec<*const Context>,
    stack_limit: usize,
    interrupted: bool,
    /// Signalled as long as `interrupted` says so. Made when it is wanted.
    event: Option<InterruptEvent>,
}

// SAFETY: of the contexts only the stack limit, which is atomic, is accessed through these
// pointers; the store takes the pointers back before it frees what they lead to.
unsafe impl Send for StackLimits {}

impl StackLimits {
    fn current(&self) -> usize {
        if self.interrupted { Context::INTERRUPTED } else { self.stack_limit }
    }

    fn write(&self) {
        for context in &self.contexts {
            // SAFETY: the context is live, as the invariant says.
            unsafe { (**context).stack_limit.store(self.current(), Relaxed) };
        }
    }
}

fn lock(limits: &Mutex<StackLimits>) -> MutexGuard<'_, StackLimits> {
    limits.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Contexts {
    /// Adds a context.
    ///
    /// # Safety
    ///
    /// It must live until this is dropped.
    pub(crate) unsafe fn add(&self, context: *const Context) {
        let mut limits = lock(&self.0);
        // SAFETY: the caller vouches for it.
        unsafe { (*context).stack_limit.store(limits.current(), Relaxed) };
        limits.contexts.push(context);
    }

    /// Sets the stack limit.
    pub(crate) fn set_limit(&self, stack_limit: usize) {
        let mut limits = lock(&self.0);
        limits.stack_limit = stack_limit;
        limits.write();
    }

    /// Have the guests been interrupted?
    pub(crate) fn interrupted(&self) -> bool {
        lock(&self.0).interrupted
    }

    /// What is signalled by an interruption; none when there is no handle for one.
    pub(super) fn event(&self) -> io::Result<Option<InterruptEvent>> {
        let mut limits = lock(&self.0);
        if Arc::strong_count(&self.0) == 1 && !limits.interrupted {
            return Ok(None);
        }
        if limits.event.is_none() {
            let event = InterruptEvent::new()?;
            if limits.interrupted {
                event.signal();
            }
            limits.event = Some(event);
        }
        Ok(limits.event.clone())
    }

    fn clear_interrupt(&self) {
        let mut limits = lock(&self.0);
        limits.interrupted = false;
        limits.write();
        if let Some(event) = &limits.event {
            event.clear();
        }
    }
}

impl Drop for Contexts {
    fn drop(&mut self) {
        let mut limits = lock(&self.0);
        limits.contexts.clear();
        limits.event = None;
    }
}

impl<T> Store<T> {
    /// What stops the guests of this store from another thread. From now on the store takes only
    /// instances of what was compiled with `interruptible`; fails if it has another one.
    pub fn interrupt_handle(&mut self) -> Result<InterruptHandle> {
        let mut store = self.as_context_mut();
        let state = store.state();
        state.demand(Supervision { interruptible: true, ..state.demands })?;
        Ok(InterruptHandle(state.contexts.0.clone()))
    }

    /// Lets guests run again after an interruption. Instances of components that were stopped stay
    /// unusable.
    pub fn clear_interrupt(&mut self) {
        self.as_context_mut().state().contexts.clear_interrupt();
    }

    /// As [`StoreContextMut::set_fuel`].
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.as_context_mut().set_fuel(fuel)
    }

    /// As [`StoreContextMut::fuel`].
    pub fn fuel(&self) -> u64 {
        self.state().fuel.load(Relaxed)
    }
}

impl<T> StoreContextMut<'_, T> {
    /// Sets how much fuel there is for all guests of the store together. From now on the store
    /// takes only instances of what was compiled with `fuel`; fails if it has another one.
    ///
    /// Each core operator but those that only structure code costs one unit, and moving bytes, by a
    /// bulk operator or in a string or list across a component boundary, one for every 64 bytes.
    /// The operators of a sequence without branches are paid for before the first of them runs.
    /// Guests that cannot pay trap, with
    /// [`TrapKind::OutOfFuel`](cantilever_abi::block::TrapKind::OutOfFuel).
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        let state = self.state();
        state.demand(Supervision { fuel: true, ..state.demands })?;
        state.fuel.store(fuel, Relaxed);
        Ok(())
    }

    /// How much fuel is left. Before any was set there are 2^64 - 1 units.
    pub fn fuel(&mut self) -> u64 {
        self.state().fuel.load(Relaxed)
    }
}

impl StoreState {
    /// From now on, relies on what guests must have been compiled with.
    fn demand(&mut self, demands: Supervision) -> Result<(), LinkError> {
        for record in &self.instances {
            check(demands, record.image.artifact.supervision)?;
        }
        self.demands = demands;
        Ok(())
    }

    /// Does code that was compiled with this do what the host relies on?
    pub(crate) fn check_supervision(&self, compiled: Supervision) -> Result<(), LinkError> {
        check(self.demands, compiled)
    }
}

fn check(demanded: Supervision, compiled: Supervision) -> Result<(), LinkError> {
    if demanded.interruptible && !compiled.interruptible {
        return Err(LinkError::NotInterruptible);
    }
    if demanded.fuel && !compiled.fuel { Err(LinkError::CountsNoFuel) } else { Ok(()) }
}
