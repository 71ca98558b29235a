//! Waiting: for descriptors, instants and other threads, in one system call.
//!
//! A [`Pollable`] is what a guest's `pollable` stands for. A [`Waiter`] waits for any of several with
//! one `ppoll`, and with none where only time is waited for. It must not know what is done once
//! something is ready.

use crate::signal::{Signal, Wakeup};
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;

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
        match self {
            Pollable::Ready => Readiness::Ready,
            Pollable::At(instant) if now() >= *instant => Readiness::Ready,
            Pollable::At(instant) => Readiness::At(*instant),
            Pollable::Fd(fd, events) => Readiness::Fd(fd.as_fd(), *events),
            Pollable::Signal(signal) if signal.is_set() => Readiness::Ready,
            Pollable::Signal(signal) => Readiness::Signal(signal),
            Pollable::Source(source) => source.readiness(),
        }
    }
}

/// The monotonic clock, in nanoseconds.
pub fn now() -> Instant {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Waits for a guest. What interrupts the guest also ends its waiting.
#[derive(Debug, Default)]
pub struct Waiter {
    /// What other threads wake this one by; made when it is first needed.
    #[expect(dead_code, reason = "nothing waits yet")]
    wakeup: Option<Arc<Wakeup>>,
}
