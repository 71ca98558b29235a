//! WASI Monotonic Clock is a clock API intended to let users measure elapsed
//! time.
//!
//! It is intended to be portable at least between Unix-family platforms and
//! Windows.
//!
//! A monotonic clock is a clock which has an unspecified initial value, and
//! successive reads of the clock will produce non-decreasing values.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::super::io::poll::Pollable;

/// An instant in time, in nanoseconds. An instant is relative to an
/// unspecified initial value, and can only be compared to instances from
/// the same monotonic-clock.
pub type Instant = u64;

/// A duration of time, in nanoseconds.
pub type Duration = u64;

/// What a host does for guests that import `wasi:clocks/monotonic-clock@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait MonotonicClock {
    /// Read the current value of the clock.
    ///
    /// The clock is monotonic, therefore calling this function repeatedly will
    /// produce a sequence of non-decreasing values.
    ///
    /// For completeness, this function traps if it's not possible to represent
    /// the value of the clock in an `instant`. Consequently, implementations
    /// should ensure that the starting time is low enough to avoid the
    /// possibility of overflow in practice.
    fn now(&mut self) -> Result<Instant, HostError>;

    /// Query the resolution of the clock. Returns the duration of time
    /// corresponding to a clock tick.
    fn resolution(&mut self) -> Result<Duration, HostError>;

    /// Create a `pollable` which will resolve once the specified instant
    /// has occurred.
    fn subscribe_instant(
        &mut self,
        when: Instant,
    ) -> Result<Resource<Pollable>, HostError>;

    /// Create a `pollable` that will resolve after the specified duration has
    /// elapsed from the time this function is invoked.
    fn subscribe_duration(
        &mut self,
        when: Duration,
    ) -> Result<Resource<Pollable>, HostError>;
}

/// Defines `wasi:clocks/monotonic-clock@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: MonotonicClock + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:clocks/monotonic-clock@0.2.12");
    instance.func_wrap("now", move |mut caller, ()| {
        get(caller.data_mut()).now()
    })?;
    instance.func_wrap("resolution", move |mut caller, ()| {
        get(caller.data_mut()).resolution()
    })?;
    instance.func_wrap("subscribe-instant", move |mut caller, (when,)| {
        get(caller.data_mut()).subscribe_instant(when)
    })?;
    instance.func_wrap("subscribe-duration", move |mut caller, (when,)| {
        get(caller.data_mut()).subscribe_duration(when)
    })?;
    Ok(())
}
