//! The interface `wasi:sockets/tcp-create-socket@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{HostError, LinkError, Linker, Resource};

pub use super::network::{Network, ErrorCode, IpAddressFamily};
pub use super::tcp::TcpSocket;

/// What a host does for guests that import `wasi:sockets/tcp-create-socket@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait TcpCreateSocket {
    /// Create a new TCP socket.
    ///
    /// Similar to `socket(AF_INET or AF_INET6, SOCK_STREAM, IPPROTO_TCP)` in POSIX.
    /// On IPv6 sockets, IPV6_V6ONLY is enabled by default and can't be configured otherwise.
    ///
    /// This function does not require a network capability handle. This is considered to be safe because
    /// at time of creation, the socket is not bound to any `network` yet. Up to the moment `bind`/`connect`
    /// is called, the socket is effectively an in-memory configuration object, unable to communicate with the outside world.
    ///
    /// All sockets are non-blocking. Use the wasi-poll interface to block on asynchronous operations.
    ///
    /// # Typical errors
    /// - `not-supported`:     The specified `address-family` is not supported. (EAFNOSUPPORT)
    /// - `new-socket-limit`:  The new socket resource could not be created because of a system limit. (EMFILE, ENFILE)
    ///
    /// # References
    /// - <https://pubs.opengroup.org/onlinepubs/9699919799/functions/socket.html>
    /// - <https://man7.org/linux/man-pages/man2/socket.2.html>
    /// - <https://learn.microsoft.com/en-us/windows/win32/api/winsock2/nf-winsock2-wsasocketw>
    /// - <https://man.freebsd.org/cgi/man.cgi?query=socket&sektion=2>
    fn create_tcp_socket(
        &mut self,
        address_family: IpAddressFamily,
    ) -> Result<Result<Resource<TcpSocket>, ErrorCode>, HostError>;
}

/// Defines `wasi:sockets/tcp-create-socket@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: TcpCreateSocket + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:sockets/tcp-create-socket@0.2.12");
    instance.func_wrap("create-tcp-socket", move |mut caller, (address_family,)| {
        get(caller.data_mut()).create_tcp_socket(address_family)
    })?;
    Ok(())
}
