//! The insecure-seed interface for seeding hash-map DoS resistance.
//!
//! It is intended to be portable at least between Unix-family platforms and
//! Windows.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker};

/// What a host does for guests that import `wasi:random/insecure-seed@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait InsecureSeed {
    /// Return a 128-bit value that may contain a pseudo-random value.
    ///
    /// The returned value is not required to be computed from a CSPRNG, and may
    /// even be entirely deterministic. Host implementations are encouraged to
    /// provide pseudo-random values to any program exposed to
    /// attacker-controlled content, to enable DoS protection built into many
    /// languages' hash-map implementations.
    ///
    /// This function is intended to only be called once, by a source language
    /// to initialize Denial Of Service (DoS) protection in its hash-map
    /// implementation.
    ///
    /// # Expected future evolution
    ///
    /// This will likely be changed to a value import, to prevent it from being
    /// called multiple times and potentially used for purposes other than DoS
    /// protection.
    fn insecure_seed(&mut self) -> Result<(u64, u64), HostError>;
}

/// Defines `wasi:random/insecure-seed@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: InsecureSeed + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:random/insecure-seed@0.2.12");
    instance.func_wrap("insecure-seed", move |mut caller, ()| {
        get(caller.data_mut()).insecure_seed()
    })?;
    Ok(())
}
