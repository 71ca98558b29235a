//! The insecure interface for insecure pseudo-random numbers.
//!
//! It is intended to be portable at least between Unix-family platforms and
//! Windows.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{Fill, Filled, HostError, LinkError, Linker};

/// What a host does for guests that import `wasi:random/insecure@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Insecure {
    /// Return `len` insecure pseudo-random bytes.
    ///
    /// This function is not cryptographically secure. Do not use it for
    /// anything related to security.
    ///
    /// There are no requirements on the values of the returned bytes, however
    /// implementations are encouraged to return evenly distributed values with
    /// a long period.
    fn get_insecure_random_bytes(
        &mut self,
        len: u64,
        fill: Fill<'_>,
    ) -> Result<Filled, HostError>;

    /// Return an insecure pseudo-random `u64` value.
    ///
    /// This function returns the same type of pseudo-random data as
    /// `get-insecure-random-bytes`, represented as a `u64`.
    fn get_insecure_random_u64(&mut self) -> Result<u64, HostError>;
}

/// Defines `wasi:random/insecure@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Insecure + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:random/insecure@0.2.12");
    instance.func_fill("get-insecure-random-bytes", move |data, (len,), fill| {
        get(data).get_insecure_random_bytes(len, fill)
    })?;
    instance.func_wrap("get-insecure-random-u64", move |mut caller, ()| {
        get(caller.data_mut()).get_insecure_random_u64()
    })?;
    Ok(())
}
