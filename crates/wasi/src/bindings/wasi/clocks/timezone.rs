//! The interface `wasi:clocks/timezone@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{ComponentType, HostError, Lift, LinkError, Linker, Lower};

pub use super::wall_clock::Datetime;

/// Information useful for displaying the timezone of a specific `datetime`.
///
/// This information may vary within a single `timezone` to reflect daylight
/// saving time adjustments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct TimezoneDisplay {
    /// The number of seconds difference between UTC time and the local
    /// time of the timezone.
    ///
    /// The returned value will always be less than 86400 which is the
    /// number of seconds in a day (24*60*60).
    ///
    /// In implementations that do not expose an actual time zone, this
    /// should return 0.
    pub utc_offset: i32,
    /// The abbreviated name of the timezone to display to a user. The name
    /// `UTC` indicates Coordinated Universal Time. Otherwise, this should
    /// reference local standards for the name of the time zone.
    ///
    /// In implementations that do not expose an actual time zone, this
    /// should be the string `UTC`.
    ///
    /// In time zones that do not have an applicable name, a formatted
    /// representation of the UTC offset may be returned, such as `-04:00`.
    pub name: String,
    /// Whether daylight saving time is active.
    ///
    /// In implementations that do not expose an actual time zone, this
    /// should return false.
    pub in_daylight_saving_time: bool,
}

/// What a host does for guests that import `wasi:clocks/timezone@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Timezone {
    /// Return information needed to display the given `datetime`. This includes
    /// the UTC offset, the time zone name, and a flag indicating whether
    /// daylight saving time is active.
    ///
    /// If the timezone cannot be determined for the given `datetime`, return a
    /// `timezone-display` for `UTC` with a `utc-offset` of 0 and no daylight
    /// saving time.
    fn display(&mut self, when: Datetime) -> Result<TimezoneDisplay, HostError>;

    /// The same as `display`, but only return the UTC offset.
    fn utc_offset(&mut self, when: Datetime) -> Result<i32, HostError>;
}

/// Defines `wasi:clocks/timezone@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Timezone + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:clocks/timezone@0.2.12");
    instance.func_wrap("display", move |mut caller, (when,)| {
        get(caller.data_mut()).display(when)
    })?;
    instance.func_wrap("utc-offset", move |mut caller, (when,)| {
        get(caller.data_mut()).utc_offset(when)
    })?;
    Ok(())
}
