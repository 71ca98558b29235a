//! How an interruption reaches host functions that wait in a system call.

use super::state::{AsContextMut, Store, StoreContextMut};
use crate::error::host_error::Interrupted;
use crate::sys::event::Event;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// A file that becomes readable when the guests of a store are interrupted, and stays so until
/// [`Store::clear_interrupt`]. Cheap to clone.
///
/// A host function that waits puts it beside the files that it waits for. When it is readable, the
/// function returns [`Interrupted`]. Nobody needs to read it, and it must not be read.
#[derive(Debug, Clone)]
pub struct InterruptEvent(Arc<Event>);

impl InterruptEvent {
    pub(super) fn new() -> io::Result<Self> {
        Ok(InterruptEvent(Arc::new(Event::new()?)))
    }

    pub(super) fn signal(&self) {
        self.0.signal();
    }

    pub(super) fn clear(&self) {
        self.0.clear();
    }
}

impl AsFd for InterruptEvent {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl<T> Store<T> {
    /// As [`StoreContextMut::interrupt_event`].
    pub fn interrupt_event(&mut self) -> io::Result<Option<InterruptEvent>> {
        self.as_context_mut().interrupt_event()
    }
}

impl<T> StoreContextMut<'_, T> {
    /// What host functions wait for beside their own files, so that an interruption wakes them.
    /// `None` when nobody can interrupt the store: no
    /// [`InterruptHandle`](crate::InterruptHandle) is left. The file is made when it is asked for
    /// the first time.
    ///
    /// # Errors
    ///
    /// What the system says when it has no file for it.
    pub fn interrupt_event(&mut self) -> io::Result<Option<InterruptEvent>> {
        self.state().contexts.event()
    }

    /// Fails if the guests have been interrupted. For host functions that work for long without
    /// waiting.
    pub fn check_interrupt(&mut self) -> Result<(), Interrupted> {
        if self.state().contexts.interrupted() { Err(Interrupted) } else { Ok(()) }
    }
}
