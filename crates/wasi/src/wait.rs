//! Waiting: for descriptors, instants and other threads, in one system call.
//!
//! A [`Pollable`] is what a guest's `pollable` stands for. A [`Waiter`] waits for any of several with
//! one `ppoll`, and with none where only time is waited for. It must not know what is done once
//! something is ready.

mod round;
#[cfg(test)]
mod tests;

use self::round::{Block, Round, poll};
use crate::signal::{Signal, Wakeup};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use std::sync::{Arc, OnceLock};

/// An instant of the monotonic clock, in nanoseconds.
pub type Instant = u64;

/// What can be waited for.
#[derive(Debug, Clone)]
pub enum Pollable {
    /// What is ready always.
    Ready,
    /// An instant.
    At(Instant),
    /// A descriptor's readiness.
    Fd(Arc<OwnedFd>, PollFlags),
    /// The readiness of a descriptor that the process never closes: a standard stream.
    StaticFd(BorrowedFd<'static>, PollFlags),
    /// Something that another thread does.
    Signal(Arc<Signal>),
    /// Something that knows best when it is ready: a stream with a remainder to write.
    Source(Arc<dyn Source>),
}

/// Something that knows whether it is ready.
pub trait Source: std::fmt::Debug + Send + Sync {
    /// Is it ready, and if it is not, what is to be waited for before asking again? It may do on
    /// the way what can be done without blocking.
    fn readiness(&self) -> Readiness<'_>;
}

/// What a [`Source`] answers.
#[derive(Debug)]
pub enum Readiness<'a> {
    /// It is ready.
    Ready,
    /// It will be worth asking when this descriptor is ready.
    Fd(BorrowedFd<'a>, PollFlags),
    /// It will be worth asking when this has come about.
    Signal(&'a Signal),
    /// It will be worth asking at this instant.
    At(Instant),
}

impl Pollable {
    /// As a [`Source`] answers.
    pub fn readiness(&self) -> Readiness<'_> {
        self.readiness_by(&mut Clock::default())
    }

    fn readiness_by(&self, clock: &mut Clock) -> Readiness<'_> {
        match self {
            Pollable::Ready => Readiness::Ready,
            Pollable::At(instant) if clock.now() >= *instant => Readiness::Ready,
            Pollable::At(instant) => Readiness::At(*instant),
            Pollable::Fd(fd, events) => Readiness::Fd(fd.as_fd(), *events),
            Pollable::StaticFd(fd, events) => Readiness::Fd(*fd, *events),
            Pollable::Signal(signal) if signal.is_set() => Readiness::Ready,
            Pollable::Signal(signal) => Readiness::Signal(signal),
            Pollable::Source(source) => source.readiness(),
        }
    }

    /// Is it ready now?
    pub fn is_ready(&self) -> bool {
        let (fd, events) = match self.readiness() {
            Readiness::Ready => return true,
            Readiness::Fd(fd, events) => (fd, events),
            Readiness::Signal(_) | Readiness::At(_) => return false,
        };
        // What cannot be asked counts as ready: using it will say what is wrong.
        let fired = poll(&mut [PollFd::from_borrowed_fd(fd, events)], Some(&Timespec::default())) != Ok(0);
        fired && (self.is_descriptor() || matches!(self.readiness(), Readiness::Ready))
    }

    /// Is it ready as soon as its descriptor is?
    fn is_descriptor(&self) -> bool {
        matches!(self, Pollable::Fd(..) | Pollable::StaticFd(..))
    }
}

/// The monotonic clock, read once at most: ten thousand timers are compared with one instant.
#[derive(Debug, Default)]
struct Clock(Option<Instant>);

impl Clock {
    fn now(&mut self) -> Instant {
        *self.0.get_or_insert_with(now)
    }
}

/// The monotonic clock, in nanoseconds.
pub fn now() -> Instant {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Why a wait ended with nothing ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// There was nothing to wait for.
    #[error("the list of pollables is empty")]
    Empty,
    /// There was more to wait for than 32 bits can number.
    #[error("the list of pollables is too long")]
    TooMany,
    /// The guest was interrupted.
    #[error("the guest was interrupted while it waited")]
    Interrupted,
    /// The system refused to wait.
    #[error("cannot wait: {0}")]
    Os(#[from] Errno),
}

/// Waits for a guest. What interrupts the guest also ends its waiting.
///
/// It keeps its lists from one wait to the next, so waiting allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Waiter {
    /// What other threads wake this one by; made when it is first needed.
    wakeup: OnceLock<Arc<Wakeup>>,
    /// What was ready.
    ready: Vec<u32>,
    /// The lists of the last round, empty.
    spare: Round<'static>,
}

impl Waiter {
    /// Waits until at least one of these is ready. Gives the indices of all that are, in ascending
    /// order.
    ///
    /// `interrupt` ends the wait when it becomes readable. It wins over what is ready as well, but
    /// it is not looked at where nothing has to be waited for.
    pub fn wait(&mut self, pollables: &[&Pollable], interrupt: Option<BorrowedFd<'_>>) -> Result<&[u32], WaitError> {
        if pollables.is_empty() {
            return Err(WaitError::Empty);
        }
        u32::try_from(pollables.len()).map_err(|_| WaitError::TooMany)?;
        let Waiter { wakeup, ready, spare } = self;
        loop {
            let mut round = std::mem::take(spare).recycle();
            let outcome = wait_once(&mut round, pollables, ready, wakeup, interrupt);
            *spare = round.recycle();
            match outcome {
                Ok(false) | Err(WaitError::Os(Errno::INTR)) => {}
                Ok(true) => return Ok(ready),
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until this is ready.
    pub fn wait_for(&mut self, pollable: &Pollable, interrupt: Option<BorrowedFd<'_>>) -> Result<(), WaitError> {
        self.wait(&[pollable], interrupt).map(|_| ())
    }
}

/// Asks all, and waits once if none is ready. Returns whether one is; `ready` says which.
fn wait_once<'a>(
    round: &mut Round<'a>,
    pollables: &[&'a Pollable],
    ready: &mut Vec<u32>,
    wakeup: &'a OnceLock<Arc<Wakeup>>,
    interrupt: Option<BorrowedFd<'a>>,
) -> Result<bool, WaitError> {
    ready.clear();
    round.gather(pollables, ready);
    if !ready.is_empty() && !round.has_descriptors() {
        return Ok(true);
    }
    if !ready.is_empty() {
        round.look()?;
        return Ok(round.collect(pollables, ready));
    }
    let wakeup = if round.has_signals() { Some(wakeup_in(wakeup)?) } else { None };
    match round.block(wakeup, interrupt)? {
        Block::Interrupted => Err(WaitError::Interrupted),
        Block::Woken => Ok(round.collect(pollables, ready)),
    }
}

fn wakeup_in(made: &OnceLock<Arc<Wakeup>>) -> Result<&Arc<Wakeup>, Errno> {
    if made.get().is_none() {
        // It is set nowhere else, and the caller has the only waiter.
        let _ = made.set(Arc::new(Wakeup::new()?));
    }
    Ok(made.get().expect("it was made"))
}
