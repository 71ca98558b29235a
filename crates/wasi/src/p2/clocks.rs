//! `wasi:clocks`: the time, and timers.
//!
//! It must not know how timers are waited for.

use crate::bindings::wasi::clocks::{monotonic_clock, timezone, wall_clock};
use crate::clock::{DateTime, MonotonicClock, SystemClock, WallClock};
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use crate::p2::io::PollableResource;
use cantilever_runtime::{HostError, LinkError, Linker, Resource};

/// The clocks that guests have.
#[derive(Debug)]
pub(crate) struct Clocks {
    monotonic: Box<dyn MonotonicClock>,
    wall: Box<dyn WallClock>,
}

impl Default for Clocks {
    fn default() -> Self {
        Clocks { monotonic: Box::new(SystemClock), wall: Box::new(SystemClock) }
    }
}

impl WasiCtxBuilder {
    /// Puts a clock of the host in the place of the system's monotonic clock.
    pub fn monotonic_clock(&mut self, clock: impl MonotonicClock + 'static) -> &mut Self {
        self.ctx.clocks.monotonic = Box::new(clock);
        self
    }

    /// Puts a clock of the host in the place of the system's time of day.
    pub fn wall_clock(&mut self, clock: impl WallClock + 'static) -> &mut Self {
        self.ctx.clocks.wall = Box::new(clock);
        self
    }
}

impl monotonic_clock::MonotonicClock for WasiCtx {
    fn now(&mut self) -> Result<u64, HostError> {
        Ok(self.clocks.monotonic.now())
    }

    fn resolution(&mut self) -> Result<u64, HostError> {
        Ok(self.clocks.monotonic.resolution())
    }

    fn subscribe_instant(&mut self, when: u64) -> Result<Resource<PollableResource>, HostError> {
        let pollable = self.clocks.monotonic.at(when);
        self.io.subscribe(pollable)
    }

    fn subscribe_duration(&mut self, when: u64) -> Result<Resource<PollableResource>, HostError> {
        let instant = self.clocks.monotonic.now().saturating_add(when);
        self.subscribe_instant(instant)
    }
}

impl From<DateTime> for wall_clock::Datetime {
    fn from(DateTime { seconds, nanoseconds }: DateTime) -> Self {
        wall_clock::Datetime { seconds, nanoseconds }
    }
}

impl wall_clock::WallClock for WasiCtx {
    fn now(&mut self) -> Result<wall_clock::Datetime, HostError> {
        Ok(self.clocks.wall.now().into())
    }

    fn resolution(&mut self) -> Result<wall_clock::Datetime, HostError> {
        Ok(self.clocks.wall.resolution().into())
    }
}

/// Guests are not told where they run: every time is shown as Coordinated Universal Time.
impl timezone::Timezone for WasiCtx {
    fn display(&mut self, _: wall_clock::Datetime) -> Result<timezone::TimezoneDisplay, HostError> {
        Ok(timezone::TimezoneDisplay { utc_offset: 0, name: "UTC".to_owned(), in_daylight_saving_time: false })
    }

    fn utc_offset(&mut self, _: wall_clock::Datetime) -> Result<i32, HostError> {
        Ok(0)
    }
}

/// Defines `wasi:clocks/{monotonic-clock,wall-clock,timezone}`. `get` finds the context in the data
/// of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    monotonic_clock::add_to_linker(linker, get)?;
    wall_clock::add_to_linker(linker, get)?;
    timezone::add_to_linker(linker, get)
}
