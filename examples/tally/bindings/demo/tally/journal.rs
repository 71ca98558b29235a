//! Where guests report what they do.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever::runtime::{ComponentType, HostError, Lift, LinkError, Linker, Lower};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum Level {
    /// The case `note`.
    Note,
    /// The case `warning`.
    Warning,
}

/// What a host does for guests that import `demo:tally/journal`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Journal {
    /// Writes a line.
    fn write(&mut self, level: Level, line: &str) -> Result<(), HostError>;
}

/// Defines `demo:tally/journal`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Journal + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("demo:tally/journal");
    instance.func_view::<(Level, &str), _, _>("write", move |data, (level, line)| {
        get(data).write(level, line)
    })?;
    Ok(())
}
