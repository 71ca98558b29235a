//! The stretch of a store's arena that a call uses.

use super::state::StoreState;
use crate::memory::arena::Saved;

/// Frees what a call allocates in the arena when it ends, by whatever way.
pub(crate) struct ArenaScope {
    /// Invariant: it is live, and nobody refers to it when the scope is made or dropped.
    store: *mut StoreState,
    saved: Option<Saved>,
}

impl ArenaScope {
    /// For a call whose parameters are lowered into the arena.
    ///
    /// # Safety
    ///
    /// The caller must have exclusive access to the store until the scope is dropped, and the store
    /// must live as long. No reference to the state may be alive now, nor when the scope is
    /// dropped.
    #[inline]
    pub(crate) unsafe fn new(store: *mut StoreState) -> Self {
        // SAFETY: the caller vouches for it.
        let saved = unsafe { (*store).arena.enter() };
        ArenaScope { store, saved: Some(saved) }
    }

    /// For a call whose parameters are not in the arena.
    ///
    /// # Safety
    ///
    /// As [`ArenaScope::new`].
    #[inline]
    pub(crate) unsafe fn of_activation(store: *mut StoreState) -> Self {
        // SAFETY: the caller vouches for it.
        unsafe {
            let scope = ArenaScope::new(store);
            (*store).arena.begin_activation();
            scope
        }
    }
}

impl Drop for ArenaScope {
    #[inline]
    fn drop(&mut self) {
        if let Some(saved) = self.saved.take() {
            // SAFETY: as the invariant says; the call has ended.
            unsafe { (*self.store).arena.leave(saved) };
        }
    }
}
