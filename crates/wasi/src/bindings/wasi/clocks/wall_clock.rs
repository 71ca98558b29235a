//! WASI Wall Clock is a clock API intended to let users query the current
//! time. The name "wall" makes an analogy to a "clock on the wall", which
//! is not necessarily monotonic as it may be reset.
//!
//! It is intended to be portable at least between Unix-family platforms and
//! Windows.
//!
//! A wall clock is a clock which measures the date and time according to
//! some external reference.
//!
//! External references may be reset, so this clock is not necessarily
//! monotonic, making it unsuitable for measuring elapsed time.
//!
//! It is intended for reporting the current date and time for humans.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{ComponentType, HostError, Lift, LinkError, Linker, Lower};

/// A time and date in seconds plus nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct Datetime {
    /// The field `seconds`.
    pub seconds: u64,
    /// The field `nanoseconds`.
    pub nanoseconds: u32,
}

/// What a host does for guests that import `wasi:clocks/wall-clock@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait WallClock {
    /// Read the current value of the clock.
    ///
    /// This clock is not monotonic, therefore calling this function repeatedly
    /// will not necessarily produce a sequence of non-decreasing values.
    ///
    /// The returned timestamps represent the number of seconds since
    /// 1970-01-01T00:00:00Z, also known as [POSIX's Seconds Since the Epoch],
    /// also known as [Unix Time].
    ///
    /// The nanoseconds field of the output is always less than 1000000000.
    ///
    /// [POSIX's Seconds Since the Epoch]: https://pubs.opengroup.org/onlinepubs/9699919799/xrat/V4_xbd_chap04.html#tag_21_04_16
    /// [Unix Time]: https://en.wikipedia.org/wiki/Unix_time
    fn now(&mut self) -> Result<Datetime, HostError>;

    /// Query the resolution of the clock.
    ///
    /// The nanoseconds field of the output is always less than 1000000000.
    fn resolution(&mut self) -> Result<Datetime, HostError>;
}

/// Defines `wasi:clocks/wall-clock@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: WallClock + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:clocks/wall-clock@0.2.12");
    instance.func_wrap("now", move |mut caller, ()| {
        get(caller.data_mut()).now()
    })?;
    instance.func_wrap("resolution", move |mut caller, ()| {
        get(caller.data_mut()).resolution()
    })?;
    Ok(())
}
