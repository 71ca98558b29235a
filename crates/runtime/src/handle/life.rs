//! The life of a type-erased handle of a resource that the host implements.
//!
//! Such a handle is a representation, which is in no table and need not be the only one of its
//! value. So what tells a first use from a second is kept beside it, shared by all values that name
//! the handle. Nothing here knows what a representation means.

use super::borrow_scope::BorrowScope;
use super::history::Refusal;
use crate::error::value::{HandleEnd, HandleUse};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A handle's life. Clones are the same life.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandleLife {
    state: Arc<Mutex<State>>,
    /// What a borrow that a guest lent ends with.
    scope: Option<BorrowScope>,
}

#[derive(Debug, Default)]
struct State {
    /// What ended it.
    end: Option<HandleEnd>,
    /// How many calls it is lent to now.
    lends: u32,
}

impl PartialEq for HandleLife {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
    }
}

impl Eq for HandleLife {}

impl HandleLife {
    /// The life of a handle that ends with this scope at the latest, if there is one.
    pub(crate) fn within(scope: Option<BorrowScope>) -> Self {
        HandleLife { state: Arc::default(), scope }
    }

    /// What a borrow that a guest lent ends with.
    pub(crate) fn scope(&self) -> Option<BorrowScope> {
        self.scope
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of a handle that is still there.
    fn alive(&self) -> Result<MutexGuard<'_, State>, Refusal> {
        let state = self.state();
        match &state.end {
            Some(end) => Err(Refusal::Dead(end.clone())),
            None if self.scope.is_some_and(BorrowScope::has_ended) => Err(Refusal::Dead(HandleEnd::CallEnded)),
            None => Ok(state),
        }
    }

    /// Is the handle still there?
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        self.alive().map(drop)
    }

    /// The handle ends, unless it has ended or is lent.
    pub(crate) fn end(&self, end: HandleEnd) -> Result<(), Refusal> {
        let mut state = self.alive()?;
        if state.lends != 0 {
            return Err(Refusal::Lent);
        }
        state.end = Some(end);
        Ok(())
    }
}

/// The handles that one call uses. When this is dropped, what was lent is there again, and what was
/// to move has not moved unless [`give`](PassedHandles::give) said so.
#[derive(Debug, Default)]
pub(crate) struct PassedHandles {
    lent: Vec<HandleLife>,
    moved: Vec<HandleLife>,
}

impl PassedHandles {
    /// Passes a handle, as an own or as a borrow.
    pub(crate) fn pass(&mut self, life: &HandleLife, owned: bool, used: HandleUse) -> Result<(), Refusal> {
        if owned {
            life.end(HandleEnd::Use(used))?;
            self.moved.push(life.clone());
        } else {
            life.alive()?.lends += 1;
            self.lent.push(life.clone());
        }
        Ok(())
    }

    /// All values of the call were lowered: it takes what it was given.
    pub(crate) fn give(&mut self) {
        self.moved.clear();
    }
}

impl Drop for PassedHandles {
    fn drop(&mut self) {
        for life in &self.lent {
            life.state().lends -= 1;
        }
        for life in &self.moved {
            life.state().end = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_fails_takes_nothing() {
        let life = HandleLife::default();
        let mut failed = PassedHandles::default();
        assert_eq!(failed.pass(&life, true, HandleUse::Returned), Ok(()));
        let dead = Err(Refusal::Dead(HandleEnd::Use(HandleUse::Returned)));
        assert_eq!(failed.pass(&life, true, HandleUse::Dropped), dead);
        assert_eq!(failed.pass(&life, false, HandleUse::Dropped), dead);
        drop(failed);
        assert_eq!(life.check(), Ok(()));
        let mut call = PassedHandles::default();
        call.pass(&life, true, HandleUse::Returned).unwrap();
        call.give();
        drop(call);
        assert_eq!(life.clone().check(), dead);
    }

    #[test]
    fn a_lent_handle_does_not_move() {
        let life = HandleLife::default();
        let mut call = PassedHandles::default();
        let to = || HandleUse::PassedTo("f".into());
        assert_eq!(call.pass(&life, false, to()), Ok(()));
        assert_eq!(call.pass(&life, true, to()), Err(Refusal::Lent));
        assert_eq!(life.end(HandleEnd::Use(HandleUse::Dropped)), Err(Refusal::Lent));
        drop(call);
        assert_eq!(life.end(HandleEnd::Use(HandleUse::Dropped)), Ok(()));
    }
}
