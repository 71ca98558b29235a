//! One round of waiting: asks every pollable what it waits for, waits once, and sees what came of
//! it. Each step takes time linear in the number of pollables.
//!
//! It must not know how often rounds are made, nor what is done with what is ready.

use super::{Clock, Instant, Pollable, Readiness, now};
use crate::signal::{Signal, Wakeup};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use rustix::io::{Result, retry_on_intr};
use rustix::thread::clock_nanosleep_absolute;
use rustix::time::ClockId;
use std::collections::HashMap;
use std::sync::Arc;

/// From this many pollables on, a descriptor that several wait for is given to the system once.
/// `ppoll` refuses a list longer than the number of descriptors that a process may have.
const MANY: usize = 256;

/// What a descriptor has when it is of no use to wait longer for it.
const BROKEN: PollFlags = PollFlags::ERR.union(PollFlags::HUP).union(PollFlags::NVAL);

/// `ppoll`. `None` waits for ever.
pub(super) fn poll(fds: &mut [PollFd<'_>], timeout: Option<&Timespec>) -> Result<usize> {
    match timeout {
        // Nobody waits, so nobody can be told of a signal in between.
        Some(zero) if *zero == Timespec::default() => retry_on_intr(|| rustix::event::poll(fds, timeout)),
        _ => rustix::event::poll(fds, timeout),
    }
}

/// Descriptors that are in the list for the system: where, and what is waited for.
type Slots = HashMap<RawFd, (u32, PollFlags)>;

/// Who waits for a descriptor.
#[derive(Debug)]
struct Waiting {
    /// The index of the pollable.
    pollable: u32,
    /// The index of the descriptor in the list for the system.
    slot: u32,
    events: PollFlags,
}

/// How blocking ended.
pub(super) enum Block {
    /// Something has changed.
    Woken,
    /// The guest was interrupted.
    Interrupted,
}

/// What pollables wait for.
#[derive(Debug, Default)]
pub(super) struct Round<'a> {
    fds: Vec<PollFd<'a>>,
    /// In the order of the pollables.
    waiting: Vec<Waiting>,
    signals: Vec<&'a Signal>,
    /// The first instant that somebody waits for.
    deadline: Option<Instant>,
}

/// An empty vector with the room that another one had. Collecting a vector's items into a vector
/// of items as large keeps the room.
fn recycled<T, U>(mut used: Vec<T>) -> Vec<U> {
    used.clear();
    used.into_iter().map(|_| unreachable!("the vector was cleared")).collect()
}

impl<'a> Round<'a> {
    /// An empty round that uses this one's allocations.
    pub(super) fn recycle<'b>(self) -> Round<'b> {
        let Round { fds, mut waiting, signals, .. } = self;
        waiting.clear();
        Round { fds: recycled(fds), waiting, signals: recycled(signals), deadline: None }
    }

    pub(super) fn has_descriptors(&self) -> bool {
        !self.fds.is_empty()
    }

    pub(super) fn has_signals(&self) -> bool {
        !self.signals.is_empty()
    }

    /// Asks every pollable. Notes those that are ready.
    pub(super) fn gather(&mut self, pollables: &[&'a Pollable], ready: &mut Vec<u32>) {
        let mut clock = Clock::default();
        let mut slots = (pollables.len() >= MANY).then(Slots::new);
        for (index, pollable) in (0..).zip(pollables) {
            match pollable.readiness_by(&mut clock) {
                Readiness::Ready => ready.push(index),
                Readiness::At(instant) => self.deadline = Some(self.deadline.map_or(instant, |d| d.min(instant))),
                Readiness::Signal(signal) => self.signals.push(signal),
                Readiness::Fd(fd, events) => {
                    let slot = self.slot(fd, events, slots.as_mut());
                    self.waiting.push(Waiting { pollable: index, slot, events });
                }
            }
        }
    }

    /// Where the list for the system has a descriptor. `slots` are those it has already and what
    /// is waited for there, if they are to be shared.
    fn slot(&mut self, fd: BorrowedFd<'a>, events: PollFlags, slots: Option<&mut Slots>) -> u32 {
        let next = self.fds.len() as u32;
        let Some(slots) = slots else {
            self.fds.push(PollFd::from_borrowed_fd(fd, events));
            return next;
        };
        let (slot, all) = slots.entry(fd.as_raw_fd()).or_insert((next, events));
        *all |= events;
        let polled = PollFd::from_borrowed_fd(fd, *all);
        match self.fds.get_mut(*slot as usize) {
            Some(shared) => *shared = polled,
            None => self.fds.push(polled),
        }
        *slot
    }

    /// Looks at the descriptors without waiting.
    pub(super) fn look(&mut self) -> Result<()> {
        poll(&mut self.fds, Some(&Timespec::default())).map(|_| ())
    }

    /// Waits until something may be ready, or until `interrupt` is readable. Threads that set one
    /// of the signals wake `wakeup`.
    pub(super) fn block(
        &mut self,
        wakeup: Option<&'a Arc<Wakeup>>,
        interrupt: Option<BorrowedFd<'a>>,
    ) -> Result<Block> {
        let others = [wakeup.map(|wakeup| wakeup.as_fd()), interrupt];
        if self.fds.is_empty() && others.iter().all(Option::is_none) {
            return self.sleep().map(|()| Block::Woken);
        }
        for signal in &self.signals {
            signal.notify(wakeup.expect("whoever waits for a signal can be woken"));
        }
        let outcome = self.block_on_descriptors(others);
        for signal in &self.signals {
            signal.forget(wakeup.expect("whoever waits for a signal can be woken"));
        }
        outcome
    }

    /// Waits until the deadline. Something has one, if nothing waits for anything else.
    fn sleep(&self) -> Result<()> {
        let deadline = self.deadline.expect("what is not ready waits for something");
        clock_nanosleep_absolute(ClockId::Monotonic, &timespec(deadline))
    }

    /// Waits until a descriptor is ready, or the deadline has come. The wakeup and the interruption
    /// stand behind the others in the list for the system.
    fn block_on_descriptors(&mut self, [wakeup, interrupt]: [Option<BorrowedFd<'a>>; 2]) -> Result<Block> {
        let timeout = self.deadline.map(|deadline| timespec(deadline.saturating_sub(now())));
        let first = self.fds.len();
        let others = [wakeup, interrupt].into_iter().flatten();
        self.fds.extend(others.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        poll(&mut self.fds, timeout.as_ref())?;
        let fired = |slot: usize| self.fds.get(slot).is_some_and(|fd| !fd.revents().is_empty());
        if wakeup.is_some() && fired(first) {
            Wakeup::clear_fd(self.fds[first].as_fd());
        }
        let interrupted = interrupt.is_some() && fired(first + usize::from(wakeup.is_some()));
        Ok(if interrupted { Block::Interrupted } else { Block::Woken })
    }

    /// Notes in `ready`, instead of what it has, which pollables are ready according to what the
    /// system said of their descriptors. Returns whether one is.
    pub(super) fn collect(&self, pollables: &[&'a Pollable], ready: &mut Vec<u32>) -> bool {
        ready.clear();
        let mut clock = Clock::default();
        let mut waiting = self.waiting.iter().peekable();
        for (index, pollable) in (0..).zip(pollables) {
            let fired = waiting
                .next_if(|waiting| waiting.pollable == index)
                .map(|waiting| self.fds[waiting.slot as usize].revents().intersects(waiting.events | BROKEN));
            let is_ready = match fired {
                Some(false) => false,
                Some(true) if pollable.is_descriptor() => true,
                _ => matches!(pollable.readiness_by(&mut clock), Readiness::Ready),
            };
            if is_ready {
                ready.push(index);
            }
        }
        !ready.is_empty()
    }
}

fn timespec(nanoseconds: u64) -> Timespec {
    Timespec { tv_sec: (nanoseconds / 1_000_000_000) as i64, tv_nsec: (nanoseconds % 1_000_000_000) as i64 }
}
