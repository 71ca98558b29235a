//! Bindings for the world `everything`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(dead_code, clippy::all)]

pub mod everything;
/// What guests export.
pub mod exports {
    /// Interfaces of `test`.
    pub mod test {
        /// Interfaces of `everything`.
        pub mod everything {
            pub mod values;
        }
    }
}
/// Interfaces of `test`.
pub mod test {
    /// Interfaces of `everything`.
    pub mod everything {
        pub mod things;
        pub mod values;
    }
}
