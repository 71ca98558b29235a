//! The interface `wasi:sockets/ip-name-lookup@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::network::{Network, ErrorCode, IpAddress};
pub use super::super::io::poll::Pollable;

/// The resource `resolve-address-stream`.
#[derive(Debug)]
pub enum ResolveAddressStream {}

/// What a host does for guests that import `wasi:sockets/ip-name-lookup@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait IpNameLookup {
    /// Returns the next address from the resolver.
    ///
    /// This function should be called multiple times. On each call, it will
    /// return the next address in connection order preference. If all
    /// addresses have been exhausted, this function returns `none`.
    ///
    /// This function never returns IPv4-mapped IPv6 addresses.
    ///
    /// # Typical errors
    /// - `name-unresolvable`:          Name does not exist or has no suitable associated IP addresses. (EAI_NONAME, EAI_NODATA, EAI_ADDRFAMILY)
    /// - `temporary-resolver-failure`: A temporary failure in name resolution occurred. (EAI_AGAIN)
    /// - `permanent-resolver-failure`: A permanent failure in name resolution occurred. (EAI_FAIL)
    /// - `would-block`:                A result is not available yet. (EWOULDBLOCK, EAGAIN)
    fn resolve_address_stream_resolve_next_address(
        &mut self,
        this: Resource<ResolveAddressStream>,
    ) -> Result<Result<Option<IpAddress>, ErrorCode>, HostError>;

    /// Create a `pollable` which will resolve once the stream is ready for I/O.
    ///
    /// Note: this function is here for WASI 0.2 only.
    /// It's planned to be removed when `future` is natively supported in Preview3.
    fn resolve_address_stream_subscribe(
        &mut self,
        this: Resource<ResolveAddressStream>,
    ) -> Result<Resource<Pollable>, HostError>;

    /// Resolve an internet host name to a list of IP addresses.
    ///
    /// Unicode domain names are automatically converted to ASCII using IDNA encoding.
    /// If the input is an IP address string, the address is parsed and returned
    /// as-is without making any external requests.
    ///
    /// See the wasi-socket proposal README.md for a comparison with getaddrinfo.
    ///
    /// This function never blocks. It either immediately fails or immediately
    /// returns successfully with a `resolve-address-stream` that can be used
    /// to (asynchronously) fetch the results.
    ///
    /// # Typical errors
    /// - `invalid-argument`: `name` is a syntactically invalid domain name or IP address.
    ///
    /// # References:
    /// - <https://pubs.opengroup.org/onlinepubs/9699919799/functions/getaddrinfo.html>
    /// - <https://man7.org/linux/man-pages/man3/getaddrinfo.3.html>
    /// - <https://learn.microsoft.com/en-us/windows/win32/api/ws2tcpip/nf-ws2tcpip-getaddrinfo>
    /// - <https://man.freebsd.org/cgi/man.cgi?query=getaddrinfo&sektion=3>
    fn resolve_addresses(
        &mut self,
        network: Resource<Network>,
        name: &str,
    ) -> Result<Result<Resource<ResolveAddressStream>, ErrorCode>, HostError>;

    /// Ends this `resolve-address-stream`: its owner has dropped it.
    fn drop_resolve_address_stream(
        &mut self,
        this: Resource<ResolveAddressStream>,
    ) -> Result<(), HostError>;
}

/// Defines `wasi:sockets/ip-name-lookup@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: IpNameLookup + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:sockets/ip-name-lookup@0.2.12");
    instance.resource::<ResolveAddressStream>("resolve-address-stream", move |mut caller, rep| {
        get(caller.data_mut()).drop_resolve_address_stream(Resource::new(rep))
    })?;
    instance.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        move |mut caller, (this,)| {
            get(caller.data_mut()).resolve_address_stream_resolve_next_address(this)
        },
    )?;
    instance.func_wrap("[method]resolve-address-stream.subscribe", move |mut caller, (this,)| {
        get(caller.data_mut()).resolve_address_stream_subscribe(this)
    })?;
    instance.func_view::<(Resource<Network>, &str), _, _>(
        "resolve-addresses",
        move |data, (network, name)| get(data).resolve_addresses(network, name),
    )?;
    Ok(())
}
