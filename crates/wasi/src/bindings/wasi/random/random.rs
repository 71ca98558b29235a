//! WASI Random is a random data API.
//!
//! It is intended to be portable at least between Unix-family platforms and
//! Windows.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{Fill, Filled, HostError, LinkError, Linker};

/// What a host does for guests that import `wasi:random/random@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Random {
    /// Return `len` cryptographically-secure random or pseudo-random bytes.
    ///
    /// This function must produce data at least as cryptographically secure and
    /// fast as an adequately seeded cryptographically-secure pseudo-random
    /// number generator (CSPRNG). It must not block, from the perspective of
    /// the calling program, under any circumstances, including on the first
    /// request and on requests for numbers of bytes. The returned data must
    /// always be unpredictable.
    ///
    /// This function must always return fresh data. Deterministic environments
    /// must omit this function, rather than implementing it with deterministic
    /// data.
    fn get_random_bytes(
        &mut self,
        len: u64,
        fill: Fill<'_>,
    ) -> Result<Filled, HostError>;

    /// Return a cryptographically-secure random or pseudo-random `u64` value.
    ///
    /// This function returns the same type of data as `get-random-bytes`,
    /// represented as a `u64`.
    fn get_random_u64(&mut self) -> Result<u64, HostError>;
}

/// Defines `wasi:random/random@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Random + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:random/random@0.2.12");
    instance.func_fill("get-random-bytes", move |data, (len,), fill| {
        get(data).get_random_bytes(len, fill)
    })?;
    instance.func_wrap("get-random-u64", move |mut caller, ()| {
        get(caller.data_mut()).get_random_u64()
    })?;
    Ok(())
}
