//! What became of the handles that the host received. It tells a handle from others that were at
//! the same index of the host's table, and remembers how the last one there ended.

use crate::error::value::{HandleEnd, HandleUse, ValueError};
use std::cell::{Cell, RefCell};

/// The handles of one instance's block that the host received.
#[derive(Debug, Default)]
pub(crate) struct HandleHistory {
    received: RefCell<Vec<Received>>,
    calls: Cell<u64>,
}

/// The last handle that was received at an index.
#[derive(Debug, Default)]
struct Received {
    /// How many handles were received there.
    generation: u32,
    /// What ended it, or was about to in a call that failed.
    end: Option<HandleEnd>,
    /// The last call that it was passed to as an own.
    moved_in: Call,
    /// The last call that it was passed to as a borrow.
    lent_in: Call,
}

/// Why a handle cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is gone.
    Dead(HandleEnd),
    /// It is lent, and would have to move.
    Lent,
}

impl Refusal {
    /// The error for using the handle of a resource type with this name.
    #[cold]
    pub(crate) fn of(self, resource: &str, used: HandleUse) -> ValueError {
        match self {
            Refusal::Dead(after) => ValueError::DeadHandle { resource: resource.to_owned(), used, after },
            Refusal::Lent => ValueError::Lent,
        }
    }
}

/// Tells calls apart, as long as their values are being lowered. The default is no call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Call(u64);

impl HandleHistory {
    /// The host receives a handle at an index of its table. Returns its generation.
    pub(crate) fn receive(&self, index: u32) -> u32 {
        let mut received = self.received.borrow_mut();
        let index = index as usize;
        if received.len() <= index {
            received.resize_with(index + 1, Received::default);
        }
        let generation = received[index].generation.wrapping_add(1);
        received[index] = Received { generation, ..Received::default() };
        generation
    }

    /// Is this still the handle that the host received there last?
    pub(crate) fn is_current(&self, index: u32, generation: u32) -> bool {
        self.received.borrow().get(index as usize).is_some_and(|last| last.generation == generation)
    }

    /// The handle ends.
    pub(crate) fn end(&self, index: u32, end: HandleEnd) {
        if let Some(last) = self.received.borrow_mut().get_mut(index as usize) {
            last.end = Some(end);
        }
    }

    /// Why a handle that is gone cannot be used.
    #[cold]
    pub(crate) fn dead(&self, index: u32, generation: u32) -> Refusal {
        let received = self.received.borrow();
        let last = received.get(index as usize).filter(|last| last.generation == generation);
        Refusal::Dead(last.and_then(|last| last.end.clone()).unwrap_or(HandleEnd::Forgotten))
    }

    /// A call whose values are going to be lowered.
    pub(crate) fn begin_call(&self) -> Call {
        self.calls.set(self.calls.get() + 1);
        Call(self.calls.get())
    }

    /// A live handle is passed as an own. It can be used once in a call.
    pub(crate) fn pass(&self, index: u32, call: Call, end: HandleEnd) -> Result<(), Refusal> {
        let mut received = self.received.borrow_mut();
        let Some(last) = received.get_mut(index as usize) else { return Ok(()) };
        if last.moved_in == call {
            return Err(Refusal::Dead(end));
        }
        if last.lent_in == call {
            return Err(Refusal::Lent);
        }
        (last.moved_in, last.end) = (call, Some(end));
        Ok(())
    }

    /// A live handle is passed as a borrow.
    pub(crate) fn lend(&self, index: u32, call: Call) -> Result<(), Refusal> {
        let mut received = self.received.borrow_mut();
        let Some(last) = received.get_mut(index as usize) else { return Ok(()) };
        if last.moved_in == call {
            return Err(Refusal::Dead(last.end.clone().unwrap_or(HandleEnd::Forgotten)));
        }
        last.lent_in = call;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_handle_at_an_index_is_remembered() {
        let history = HandleHistory::default();
        let first = history.receive(3);
        assert!(history.is_current(3, first) && !history.is_current(2, first));
        let dropped = HandleEnd::Use(HandleUse::Dropped);
        history.end(3, dropped.clone());
        assert_eq!(history.dead(3, first), Refusal::Dead(dropped));
        let second = history.receive(3);
        assert!(history.is_current(3, second) && !history.is_current(3, first));
        assert_eq!(history.dead(3, first), Refusal::Dead(HandleEnd::Forgotten));
    }

    #[test]
    fn a_handle_moves_once_in_a_call() {
        let history = HandleHistory::default();
        history.receive(1);
        let to = || HandleEnd::Use(HandleUse::PassedTo("f".into()));
        let dead = Refusal::Dead(to());
        let call = history.begin_call();
        assert_eq!(history.pass(1, call, to()), Ok(()));
        assert_eq!(history.pass(1, call, to()), Err(dead.clone()));
        assert_eq!(history.lend(1, call), Err(dead));
        // That call failed, so the handle is still there.
        let call = history.begin_call();
        assert_eq!(history.lend(1, call), Ok(()));
        assert_eq!(history.pass(1, call, to()), Err(Refusal::Lent));
    }
}
