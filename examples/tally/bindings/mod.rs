//! Bindings for the world `tally`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(dead_code, clippy::all)]

/// Interfaces of `demo`.
pub mod demo {
    /// Interfaces of `tally`.
    pub mod tally {
        pub mod journal;
    }
}
/// What guests export.
pub mod exports {
    /// Interfaces of `demo`.
    pub mod demo {
        /// Interfaces of `tally`.
        pub mod tally {
            pub mod counters;
        }
    }
}
pub mod tally;
