//! Clocks: those of the system, and those that a host puts in their place.
//!
//! A host that runs guests repeatably, or in time of its own, gives clocks that it turns itself. It
//! must not know what is timed.

use crate::wait::{self, Instant, Pollable};
use rustix::time::{ClockId, Timespec, clock_getres, clock_gettime};

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

/// A clock that never goes back.
pub trait MonotonicClock: std::fmt::Debug + Send {
    /// The time, in nanoseconds since whatever the clock counts from.
    fn now(&mut self) -> Instant;

    /// How far apart two times are at least, in nanoseconds.
    fn resolution(&mut self) -> u64;

    /// What is ready when the clock says `instant`.
    ///
    /// Unless the clock says otherwise it runs as fast as the system's.
    fn at(&mut self, instant: Instant) -> Pollable {
        let left = instant.saturating_sub(self.now());
        Pollable::At(wait::now().saturating_add(left))
    }
}

/// A clock that says the time of day, and may be set.
pub trait WallClock: std::fmt::Debug + Send {
    /// The time since the first moment of 1970.
    fn now(&mut self) -> DateTime;

    /// How far apart two times are at least.
    fn resolution(&mut self) -> DateTime;
}

/// A time since the first moment of 1970, in Coordinated Universal Time without leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DateTime {
    /// Whole seconds.
    pub seconds: u64,
    /// What comes on top, less than a second.
    pub nanoseconds: u32,
}

impl DateTime {
    /// What the system says. Times before 1970 cannot be expressed: they become its first moment.
    pub fn from_system(time: Timespec) -> Self {
        match u64::try_from(time.tv_sec) {
            Ok(seconds) => DateTime { seconds, nanoseconds: time.tv_nsec as u32 },
            Err(_) => DateTime::default(),
        }
    }
}

/// The clocks of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl MonotonicClock for SystemClock {
    fn now(&mut self) -> Instant {
        wait::now()
    }

    fn resolution(&mut self) -> u64 {
        let resolution = clock_getres(ClockId::Monotonic);
        (resolution.tv_sec as u64).saturating_mul(SECOND).saturating_add(resolution.tv_nsec as u64)
    }

    fn at(&mut self, instant: Instant) -> Pollable {
        Pollable::At(instant)
    }
}

impl WallClock for SystemClock {
    fn now(&mut self) -> DateTime {
        DateTime::from_system(clock_gettime(ClockId::Realtime))
    }

    fn resolution(&mut self) -> DateTime {
        DateTime::from_system(clock_getres(ClockId::Realtime))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::Waiter;

    #[test]
    fn the_system_clocks_go_forward_and_agree_with_the_standard_library() {
        let (first, second) = (MonotonicClock::now(&mut SystemClock), MonotonicClock::now(&mut SystemClock));
        assert!(first <= second);
        let before = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let now = WallClock::now(&mut SystemClock);
        assert!((before..before + 100).contains(&now.seconds) && u64::from(now.nanoseconds) < SECOND);
        assert!((1..=SECOND).contains(&MonotonicClock::resolution(&mut SystemClock)));
        assert_ne!(WallClock::resolution(&mut SystemClock), DateTime::default());
    }

    #[test]
    fn times_before_1970_are_its_first_moment() {
        let of = |tv_sec, tv_nsec| DateTime::from_system(Timespec { tv_sec, tv_nsec });
        assert_eq!(of(-1, 999_999_999), DateTime::default());
        assert_eq!(of(i64::MIN, 0), DateTime::default());
        assert_eq!(of(i64::MAX, 5), DateTime { seconds: i64::MAX as u64, nanoseconds: 5 });
    }

    /// A clock that stands where it was set.
    #[derive(Debug)]
    struct Standing(Instant);

    impl MonotonicClock for Standing {
        fn now(&mut self) -> Instant {
            self.0
        }

        fn resolution(&mut self) -> u64 {
            1
        }
    }

    #[test]
    fn instants_of_another_clock_are_waited_for_by_that_clock() {
        let start = wait::now();
        let mut clock = Standing(u64::MAX - 5_000_000);
        assert!(clock.at(7).is_ready() && !clock.at(u64::MAX).is_ready());
        Waiter::default().wait_for(&clock.at(u64::MAX), None).unwrap();
        assert!(wait::now() >= start + 5_000_000);
        assert!(matches!(Standing(0).at(u64::MAX), Pollable::At(u64::MAX)));
    }
}
