//! `wasi:sockets`: the network of guests, its sockets, and names.
//!
//! Nothing here waits: guests subscribe to what they wait for. What the functions do lies in
//! [`net`].

mod address;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;

use super::MAX_RESOURCES;
use crate::bindings::wasi::sockets::network::{self as wit, IpAddress};
use crate::bindings::wasi::sockets::{instance_network, ip_name_lookup, tcp_create_socket, udp_create_socket};
use crate::bindings::wasi::sockets::{tcp as tcp_wit, udp as udp_wit};
use crate::net::{self, ErrorCode, Grants, Lookup, Network, Use};
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use crate::p2::io::{ErrorResource, PollableResource};
use crate::stream::Failure;
use cantilever_runtime::{HostError, LinkError, Linker, Resource, Table};
use std::net::SocketAddr;

/// The network of a store's guests, and what they have of it.
#[derive(Debug)]
pub(crate) struct Sockets {
    network: Network,
    tcp: Table<net::TcpSocket, tcp_wit::TcpSocket>,
    udp: Table<net::UdpSocket, udp_wit::UdpSocket>,
    incoming: Table<net::IncomingDatagrams, udp_wit::IncomingDatagramStream>,
    outgoing: Table<net::OutgoingDatagrams, udp_wit::OutgoingDatagramStream>,
    lookups: Table<Lookup, ip_name_lookup::ResolveAddressStream>,
}

impl Default for Sockets {
    fn default() -> Self {
        Sockets {
            network: Network::default(),
            tcp: Table::with_limit(MAX_RESOURCES),
            udp: Table::with_limit(MAX_RESOURCES),
            incoming: Table::with_limit(MAX_RESOURCES),
            outgoing: Table::with_limit(MAX_RESOURCES),
            lookups: Table::with_limit(MAX_RESOURCES),
        }
    }
}

impl Sockets {
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.tcp.set_limit(limit);
        self.udp.set_limit(limit);
        self.incoming.set_limit(limit);
        self.outgoing.set_limit(limit);
        self.lookups.set_limit(limit);
    }
}

impl WasiCtxBuilder {
    fn grants(&mut self) -> &mut Grants {
        self.ctx.sockets.network.grants_mut()
    }

    /// Lets guests use TCP and UDP with every address, but look no name up.
    pub fn inherit_network(&mut self) -> &mut Self {
        self.allow_tcp(true).allow_udp(true)
    }

    /// May guests have TCP sockets? Which addresses they may use is for
    /// [`socket_addr_check`](Self::socket_addr_check) to say.
    pub fn allow_tcp(&mut self, allow: bool) -> &mut Self {
        self.grants().tcp = allow;
        self
    }

    /// May guests have UDP sockets? Which addresses they may use is for
    /// [`socket_addr_check`](Self::socket_addr_check) to say.
    pub fn allow_udp(&mut self, allow: bool) -> &mut Self {
        self.grants().udp = allow;
        self
    }

    /// May guests look names up? A name that is looked up is seen by others.
    pub fn allow_ip_name_lookup(&mut self, allow: bool) -> &mut Self {
        self.grants().names = allow;
        self
    }

    /// Narrows which addresses guests may use. The check is asked for each address before the
    /// system is; what it refuses is `access-denied` for the guest. It grants nothing by itself.
    pub fn socket_addr_check(&mut self, check: impl Fn(SocketAddr, Use) -> bool + Send + Sync + 'static) -> &mut Self {
        self.grants().check = Some(Box::new(check));
        self
    }

    /// How many sockets guests may have open at a time: 1000, unless this says otherwise. A socket
    /// is open as long as the guest has it or a stream of it.
    pub fn max_sockets(&mut self, limit: usize) -> &mut Self {
        self.grants().max_sockets = limit;
        self
    }
}

/// A result as the guest has it.
fn told<T>(result: Result<T, ErrorCode>) -> Result<T, wit::ErrorCode> {
    result.map_err(wit::ErrorCode::from)
}

impl From<ErrorCode> for wit::ErrorCode {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Unknown => wit::ErrorCode::Unknown,
            ErrorCode::AccessDenied => wit::ErrorCode::AccessDenied,
            ErrorCode::NotSupported => wit::ErrorCode::NotSupported,
            ErrorCode::InvalidArgument => wit::ErrorCode::InvalidArgument,
            ErrorCode::OutOfMemory => wit::ErrorCode::OutOfMemory,
            ErrorCode::Timeout => wit::ErrorCode::Timeout,
            ErrorCode::ConcurrencyConflict => wit::ErrorCode::ConcurrencyConflict,
            ErrorCode::NotInProgress => wit::ErrorCode::NotInProgress,
            ErrorCode::WouldBlock => wit::ErrorCode::WouldBlock,
            ErrorCode::InvalidState => wit::ErrorCode::InvalidState,
            ErrorCode::NewSocketLimit => wit::ErrorCode::NewSocketLimit,
            ErrorCode::AddressNotBindable => wit::ErrorCode::AddressNotBindable,
            ErrorCode::AddressInUse => wit::ErrorCode::AddressInUse,
            ErrorCode::RemoteUnreachable => wit::ErrorCode::RemoteUnreachable,
            ErrorCode::ConnectionRefused => wit::ErrorCode::ConnectionRefused,
            ErrorCode::ConnectionReset => wit::ErrorCode::ConnectionReset,
            ErrorCode::ConnectionAborted => wit::ErrorCode::ConnectionAborted,
            ErrorCode::DatagramTooLarge => wit::ErrorCode::DatagramTooLarge,
            ErrorCode::NameUnresolvable => wit::ErrorCode::NameUnresolvable,
            ErrorCode::TemporaryResolverFailure => wit::ErrorCode::TemporaryResolverFailure,
            ErrorCode::PermanentResolverFailure => wit::ErrorCode::PermanentResolverFailure,
        }
    }
}

impl wit::NetworkInterface for WasiCtx {
    fn network_error_code(&mut self, err: Resource<ErrorResource>) -> Result<Option<wit::ErrorCode>, HostError> {
        Ok(match self.io.errors.get(&err)? {
            Failure::Os(errno) => ErrorCode::of_stream(*errno).map(wit::ErrorCode::from),
            _ => None,
        })
    }

    fn drop_network(&mut self, _: Resource<wit::Network>) -> Result<(), HostError> {
        Ok(())
    }
}

impl instance_network::InstanceNetwork for WasiCtx {
    fn instance_network(&mut self) -> Result<Resource<wit::Network>, HostError> {
        // There is one network. So handles of it differ in nothing, and none needs an entry.
        Ok(Resource::new(0))
    }
}

impl ip_name_lookup::IpNameLookup for WasiCtx {
    fn resolve_addresses(
        &mut self,
        _: Resource<wit::Network>,
        name: &str,
    ) -> Result<Result<Resource<ip_name_lookup::ResolveAddressStream>, wit::ErrorCode>, HostError> {
        let Sockets { network, lookups, .. } = &mut self.sockets;
        let lookup = Lookup::new(network, name);
        let pushed = lookup.and_then(|lookup| lookups.push(lookup).map_err(|_| ErrorCode::TemporaryResolverFailure));
        Ok(told(pushed))
    }

    fn resolve_address_stream_resolve_next_address(
        &mut self,
        this: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> Result<Result<Option<IpAddress>, wit::ErrorCode>, HostError> {
        let address = self.sockets.lookups.get_mut(&this)?.next_address();
        Ok(told(address).map(|address| address.map(IpAddress::from)))
    }

    fn resolve_address_stream_subscribe(
        &mut self,
        this: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> Result<Resource<PollableResource>, HostError> {
        self.io.subscribe(self.sockets.lookups.get(&this)?.pollable())
    }

    fn drop_resolve_address_stream(
        &mut self,
        this: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> Result<(), HostError> {
        self.sockets.lookups.remove(this)?;
        Ok(())
    }
}

/// Defines the interfaces of `wasi:sockets`. `get` finds the context in the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    wit::add_to_linker(linker, get)?;
    instance_network::add_to_linker(linker, get)?;
    tcp_wit::add_to_linker(linker, get)?;
    tcp_create_socket::add_to_linker(linker, get)?;
    udp_wit::add_to_linker(linker, get)?;
    udp_create_socket::add_to_linker(linker, get)?;
    ip_name_lookup::add_to_linker(linker, get)
}
