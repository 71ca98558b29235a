//! The interface `wasi:sockets/udp-create-socket@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::network::{Network, ErrorCode, IpAddressFamily};
pub use super::udp::UdpSocket;

/// What a host does for guests that import `wasi:sockets/udp-create-socket@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait UdpCreateSocket {
    /// Create a new UDP socket.
    ///
    /// Similar to `socket(AF_INET or AF_INET6, SOCK_DGRAM, IPPROTO_UDP)` in POSIX.
    /// On IPv6 sockets, IPV6_V6ONLY is enabled by default and can't be configured otherwise.
    ///
    /// This function does not require a network capability handle. This is considered to be safe because
    /// at time of creation, the socket is not bound to any `network` yet. Up to the moment `bind` is called,
    /// the socket is effectively an in-memory configuration object, unable to communicate with the outside world.
    ///
    /// All sockets are non-blocking. Use the wasi-poll interface to block on asynchronous operations.
    ///
    /// # Typical errors
    /// - `not-supported`:     The specified `address-family` is not supported. (EAFNOSUPPORT)
    /// - `new-socket-limit`:  The new socket resource could not be created because of a system limit. (EMFILE, ENFILE)
    ///
    /// # References:
    /// - <https://pubs.opengroup.org/onlinepubs/9699919799/functions/socket.html>
    /// - <https://man7.org/linux/man-pages/man2/socket.2.html>
    /// - <https://learn.microsoft.com/en-us/windows/win32/api/winsock2/nf-winsock2-wsasocketw>
    /// - <https://man.freebsd.org/cgi/man.cgi?query=socket&sektion=2>
    fn create_udp_socket(
        &mut self,
        address_family: IpAddressFamily,
    ) -> Result<Result<Resource<UdpSocket>, ErrorCode>, HostError>;
}

/// Defines `wasi:sockets/udp-create-socket@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: UdpCreateSocket + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:sockets/udp-create-socket@0.2.12");
    instance.func_wrap("create-udp-socket", move |mut caller, (address_family,)| {
        get(caller.data_mut()).create_udp_socket(address_family)
    })?;
    Ok(())
}
