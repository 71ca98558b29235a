//! Until when the host may use what a guest lends it: a borrow ends with the call of the host
//! function that received it.
//!
//! A call that receives borrows opens a scope: it takes a slot, and what it receives keeps the
//! slot's generation. When the call ends, the generation does. So every copy that the host has kept
//! is known to be over, wherever it is, and none has to be looked for. Slots are never freed, since
//! a copy can outlive its store, but they are used again. There are only as many as scopes have
//! been open at one time, and one for each store that has had any.
//!
//! A slot's generation is odd while a scope has it, else even.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Mutex, PoisonError};

/// The slots that no store has.
static SLOTS: Mutex<Vec<&'static AtomicU64>> = Mutex::new(Vec::new());

/// The call for which something is lent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BorrowScope {
    slot: &'static AtomicU64,
    generation: u64,
}

impl PartialEq for BorrowScope {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.slot, other.slot) && self.generation == other.generation
    }
}

impl Eq for BorrowScope {}

impl BorrowScope {
    /// Has the call ended?
    #[inline]
    pub(crate) fn has_ended(self) -> bool {
        self.slot.load(Acquire) != self.generation
    }
}

/// What a store has for the borrow scopes of its host functions.
#[derive(Debug, Default)]
pub(crate) struct BorrowScopes {
    /// The slot of calls that are in no other's scope, as most are: they need not take it from a
    /// list and give it back.
    outermost: Option<&'static AtomicU64>,
    /// Slots for other calls, which no open scope has.
    free: Vec<&'static AtomicU64>,
}

impl BorrowScopes {
    /// A call receives its first borrow.
    #[inline]
    pub(crate) fn open(&mut self) -> BorrowScope {
        if let Some(slot) = self.outermost {
            let generation = slot.load(Relaxed);
            if generation.is_multiple_of(2) {
                return opened(slot, generation);
            }
        }
        self.open_another()
    }

    #[cold]
    fn open_another(&mut self) -> BorrowScope {
        let slot = self.free.pop().unwrap_or_else(new_slot);
        self.outermost.get_or_insert(slot);
        opened(slot, slot.load(Relaxed))
    }

    /// The call ends, and with it all that it was lent.
    #[inline]
    pub(crate) fn close(&mut self, scope: BorrowScope) {
        scope.slot.store(scope.generation + 1, Release);
        if !self.outermost.is_some_and(|slot| std::ptr::eq(slot, scope.slot)) {
            self.give_back(scope);
        }
    }

    #[cold]
    fn give_back(&mut self, scope: BorrowScope) {
        self.free.push(scope.slot);
    }
}

impl Drop for BorrowScopes {
    fn drop(&mut self) {
        if let Some(slot) = self.outermost {
            let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
            slots.push(slot);
            slots.append(&mut self.free);
        }
    }
}

/// A scope in a slot with this generation.
#[inline]
fn opened(slot: &'static AtomicU64, generation: u64) -> BorrowScope {
    debug_assert!(generation.is_multiple_of(2), "a scope has the slot");
    slot.store(generation + 1, Relaxed);
    BorrowScope { slot, generation: generation + 1 }
}

#[cold]
fn new_slot() -> &'static AtomicU64 {
    let slot = SLOTS.lock().unwrap_or_else(PoisonError::into_inner).pop();
    slot.unwrap_or_else(|| Box::leak(Box::new(AtomicU64::new(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_ends_with_its_call_alone() {
        let mut scopes = BorrowScopes::default();
        let outer = scopes.open();
        let inner = scopes.open();
        assert!(outer != inner && !outer.has_ended() && !inner.has_ended());
        scopes.close(inner);
        assert!(inner.has_ended() && !outer.has_ended());
        let next = scopes.open();
        assert!(inner.has_ended() && !next.has_ended(), "though they have one slot");
        // Calls need not end in the order in which they began.
        scopes.close(outer);
        assert!(outer.has_ended() && !next.has_ended());
        scopes.close(next);
        drop(scopes);
        assert!(next.has_ended());
        let mut others = BorrowScopes::default();
        let other = others.open();
        assert!(![outer, inner, next].contains(&other) && inner.has_ended() && next.has_ended());
        others.close(other);
    }
}
