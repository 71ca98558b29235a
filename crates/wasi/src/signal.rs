//! Something that another thread makes ready: the part of waiting that is no file descriptor.
//!
//! It must not know what happens elsewhere, nor who waits.

use rustix::event::{EventfdFlags, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::{Result, read, retry_on_intr, write};
use std::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::Acquire};
use std::sync::{Arc, Mutex, PoisonError};

/// A descriptor that another thread can make readable, and that its owner waits on.
#[derive(Debug)]
pub struct Wakeup(OwnedFd);

impl Wakeup {
    /// One that nobody has woken.
    pub fn new() -> Result<Self> {
        Ok(Wakeup(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    /// Makes the descriptor readable.
    pub fn wake(&self) {
        // It fails only where the counter is full, and then the descriptor is readable already.
        let _ = retry_on_intr(|| write(&self.0, &1u64.to_ne_bytes()));
    }

    /// Makes the descriptor unreadable until it is woken again.
    pub fn clear(&self) {
        Self::clear_fd(self.as_fd());
    }

    /// As [`clear`](Self::clear), by its descriptor.
    pub(crate) fn clear_fd(fd: BorrowedFd<'_>) {
        // It fails only where nobody has woken it.
        let _ = retry_on_intr(|| read(fd, &mut [0u8; 8]));
    }
}

impl AsFd for Wakeup {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Whether something that another thread does has come about. It stays so until it is cleared.
#[derive(Debug, Default)]
pub struct Signal {
    set: AtomicBool,
    /// Who waits for it now.
    waiting: Mutex<Vec<Arc<Wakeup>>>,
}

impl Signal {
    /// Has it come about?
    pub fn is_set(&self) -> bool {
        self.set.load(Acquire)
    }

    /// It has come about: wakes all who wait.
    pub fn set(&self) {
        self.set.store(true, std::sync::atomic::Ordering::Release);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain(..).for_each(|wakeup| wakeup.wake());
    }

    /// It is to come about again. Returns whether it had.
    pub fn clear(&self) -> bool {
        self.set.swap(false, AcqRel)
    }

    /// Wakes somebody when it comes about, or at once if it has.
    pub fn notify(&self, wakeup: &Arc<Wakeup>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // A guest may wait for one thing under many names, one after the other.
        if !waiting.last().is_some_and(|last| Arc::ptr_eq(last, wakeup)) {
            waiting.push(wakeup.clone());
        }
        drop(waiting);
        // After the push: a `set` in between has not seen the waiter.
        if self.is_set() {
            wakeup.wake();
        }
    }

    /// Ends what [`notify`](Self::notify) began.
    pub fn forget(&self, wakeup: &Arc<Wakeup>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|other| !Arc::ptr_eq(other, wakeup));
    }
}
