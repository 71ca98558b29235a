//! The interface `wasi:sockets/network@0.2.12`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{
    ComponentType, HostError, Lift, LinkError, Linker, Lower, Resource,
};

pub use super::super::io::error::Error;

/// An opaque resource that represents access to (a subset of) the network.
/// This enables context-based security for networking.
/// There is no need for this to map 1:1 to a physical network interface.
#[derive(Debug)]
pub enum Network {}

/// Error codes.
///
/// In theory, every API can return any error code.
/// In practice, API's typically only return the errors documented per API
/// combined with a couple of errors that are always possible:
/// - `unknown`
/// - `access-denied`
/// - `not-supported`
/// - `out-of-memory`
/// - `concurrency-conflict`
///
/// See each individual API for what the POSIX equivalents are. They sometimes differ per API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum ErrorCode {
    /// Unknown error
    Unknown,
    /// Access denied.
    ///
    /// POSIX equivalent: EACCES, EPERM
    AccessDenied,
    /// The operation is not supported.
    ///
    /// POSIX equivalent: EOPNOTSUPP
    NotSupported,
    /// One of the arguments is invalid.
    ///
    /// POSIX equivalent: EINVAL
    InvalidArgument,
    /// Not enough memory to complete the operation.
    ///
    /// POSIX equivalent: ENOMEM, ENOBUFS, EAI_MEMORY
    OutOfMemory,
    /// The operation timed out before it could finish completely.
    Timeout,
    /// This operation is incompatible with another asynchronous operation that is already in progress.
    ///
    /// POSIX equivalent: EALREADY
    ConcurrencyConflict,
    /// Trying to finish an asynchronous operation that:
    /// - has not been started yet, or:
    /// - was already finished by a previous `finish-*` call.
    ///
    /// Note: this is scheduled to be removed when `future`s are natively supported.
    NotInProgress,
    /// The operation has been aborted because it could not be completed immediately.
    ///
    /// Note: this is scheduled to be removed when `future`s are natively supported.
    WouldBlock,
    /// The operation is not valid in the socket's current state.
    InvalidState,
    /// A new socket resource could not be created because of a system limit.
    NewSocketLimit,
    /// A bind operation failed because the provided address is not an address that the `network` can bind to.
    AddressNotBindable,
    /// A bind operation failed because the provided address is already in use or because there are no ephemeral ports available.
    AddressInUse,
    /// The remote address is not reachable
    RemoteUnreachable,
    /// The TCP connection was forcefully rejected
    ConnectionRefused,
    /// The TCP connection was reset.
    ConnectionReset,
    /// A TCP connection was aborted.
    ConnectionAborted,
    /// The size of a datagram sent to a UDP socket exceeded the maximum
    /// supported size.
    DatagramTooLarge,
    /// Name does not exist or has no suitable associated IP addresses.
    NameUnresolvable,
    /// A temporary failure in name resolution occurred.
    TemporaryResolverFailure,
    /// A permanent failure in name resolution occurred.
    PermanentResolverFailure,
}

/// The enum `ip-address-family`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum IpAddressFamily {
    /// Similar to `AF_INET` in POSIX.
    Ipv4,
    /// Similar to `AF_INET6` in POSIX.
    Ipv6,
}

/// The tuple `ipv4-address`.
pub type Ipv4Address = (u8, u8, u8, u8);

/// The tuple `ipv6-address`.
pub type Ipv6Address = (u16, u16, u16, u16, u16, u16, u16, u16);

/// The variant `ip-address`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum IpAddress {
    /// The case `ipv4`.
    Ipv4(Ipv4Address),
    /// The case `ipv6`.
    Ipv6(Ipv6Address),
}

/// The record `ipv4-socket-address`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct Ipv4SocketAddress {
    /// sin_port
    pub port: u16,
    /// sin_addr
    pub address: Ipv4Address,
}

/// The record `ipv6-socket-address`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub struct Ipv6SocketAddress {
    /// sin6_port
    pub port: u16,
    /// sin6_flowinfo
    pub flow_info: u32,
    /// sin6_addr
    pub address: Ipv6Address,
    /// sin6_scope_id
    pub scope_id: u32,
}

/// The variant `ip-socket-address`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ComponentType, Lift, Lower)]
pub enum IpSocketAddress {
    /// The case `ipv4`.
    Ipv4(Ipv4SocketAddress),
    /// The case `ipv6`.
    Ipv6(Ipv6SocketAddress),
}

/// What a host does for guests that import `wasi:sockets/network@0.2.12`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait NetworkInterface {
    /// Attempts to extract a network-related `error-code` from the stream
    /// `error` provided.
    ///
    /// Stream operations which return `stream-error::last-operation-failed`
    /// have a payload with more information about the operation that failed.
    /// This payload can be passed through to this function to see if there's
    /// network-related information about the error to return.
    ///
    /// Note that this function is fallible because not all stream-related
    /// errors are network-related errors.
    fn network_error_code(
        &mut self,
        err: Resource<Error>,
    ) -> Result<Option<ErrorCode>, HostError>;

    /// Ends this `network`: its owner has dropped it.
    fn drop_network(&mut self, this: Resource<Network>) -> Result<(), HostError>;
}

/// Defines `wasi:sockets/network@0.2.12`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: NetworkInterface + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("wasi:sockets/network@0.2.12");
    instance.resource::<Network>("network", move |mut caller, rep| {
        get(caller.data_mut()).drop_network(Resource::new(rep))
    })?;
    instance.func_wrap("network-error-code", move |mut caller, (err,)| {
        get(caller.data_mut()).network_error_code(err)
    })?;
    Ok(())
}
