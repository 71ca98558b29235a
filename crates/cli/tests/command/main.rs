//! The tests of the built command, in one binary.

mod command_line;
mod precompiled;
#[cfg(feature = "serve")]
mod serve;
