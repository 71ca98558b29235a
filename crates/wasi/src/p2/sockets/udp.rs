//! `wasi:sockets/udp` and `wasi:sockets/udp-create-socket`.

use super::{Sockets, told};
use crate::bindings::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress, Network};
use crate::bindings::wasi::sockets::udp::{IncomingDatagram, IncomingDatagramStream, Udp, UdpSocket};
use crate::bindings::wasi::sockets::udp::{OutgoingDatagram, OutgoingDatagramStream};
use crate::bindings::wasi::sockets::udp_create_socket::UdpCreateSocket;
use crate::net::{self, SendError};
use crate::p2::ctx::WasiCtx;
use crate::p2::io::PollableResource;
use crate::p2::misuse::Misuse;
use cantilever_runtime::{HostError, Resource};
use std::net::SocketAddr;

/// What a function gives that can fail.
type Told<T> = Result<Result<T, ErrorCode>, HostError>;

impl WasiCtx {
    fn udp(&self, this: &Resource<UdpSocket>) -> Result<&net::UdpSocket, HostError> {
        Ok(self.sockets.udp.get(this)?)
    }
}

impl UdpCreateSocket for WasiCtx {
    fn create_udp_socket(&mut self, address_family: IpAddressFamily) -> Told<Resource<UdpSocket>> {
        let Sockets { network, udp, .. } = &mut self.sockets;
        let socket = net::UdpSocket::new(network, address_family.into());
        Ok(told(socket.and_then(|socket| udp.push(socket).map_err(|_| net::ErrorCode::NewSocketLimit))))
    }
}

impl From<net::IncomingDatagram> for IncomingDatagram {
    fn from(datagram: net::IncomingDatagram) -> Self {
        IncomingDatagram { data: datagram.data, remote_address: datagram.remote_address.into() }
    }
}

impl From<OutgoingDatagram> for net::OutgoingDatagram {
    fn from(datagram: OutgoingDatagram) -> Self {
        let remote_address = datagram.remote_address.map(SocketAddr::from);
        net::OutgoingDatagram { data: datagram.data, remote_address }
    }
}

impl Udp for WasiCtx {
    fn udp_socket_start_bind(
        &mut self,
        this: Resource<UdpSocket>,
        _: Resource<Network>,
        local_address: IpSocketAddress,
    ) -> Told<()> {
        Ok(told(self.udp(&this)?.start_bind(local_address.into())))
    }

    fn udp_socket_finish_bind(&mut self, this: Resource<UdpSocket>) -> Told<()> {
        Ok(told(self.udp(&this)?.finish_bind()))
    }

    fn udp_socket_stream(
        &mut self,
        this: Resource<UdpSocket>,
        remote_address: Option<IpSocketAddress>,
    ) -> Told<(Resource<IncomingDatagramStream>, Resource<OutgoingDatagramStream>)> {
        let (incoming, outgoing) = match self.udp(&this)?.stream(remote_address.map(SocketAddr::from)) {
            Ok(streams) => streams,
            Err(code) => return Ok(Err(code.into())),
        };
        let incoming = self.sockets.incoming.push(incoming)?;
        Ok(Ok((incoming, self.sockets.outgoing.push(outgoing)?)))
    }

    fn udp_socket_local_address(&mut self, this: Resource<UdpSocket>) -> Told<IpSocketAddress> {
        Ok(told(self.udp(&this)?.local_address()).map(IpSocketAddress::from))
    }

    fn udp_socket_remote_address(&mut self, this: Resource<UdpSocket>) -> Told<IpSocketAddress> {
        Ok(told(self.udp(&this)?.remote_address()).map(IpSocketAddress::from))
    }

    fn udp_socket_address_family(&mut self, this: Resource<UdpSocket>) -> Result<IpAddressFamily, HostError> {
        Ok(self.udp(&this)?.family().into())
    }

    fn udp_socket_unicast_hop_limit(&mut self, this: Resource<UdpSocket>) -> Told<u8> {
        Ok(told(self.udp(&this)?.unicast_hop_limit()))
    }

    fn udp_socket_set_unicast_hop_limit(&mut self, this: Resource<UdpSocket>, value: u8) -> Told<()> {
        Ok(told(self.udp(&this)?.set_unicast_hop_limit(value)))
    }

    fn udp_socket_receive_buffer_size(&mut self, this: Resource<UdpSocket>) -> Told<u64> {
        Ok(told(self.udp(&this)?.receive_buffer_size()))
    }

    fn udp_socket_set_receive_buffer_size(&mut self, this: Resource<UdpSocket>, value: u64) -> Told<()> {
        Ok(told(self.udp(&this)?.set_receive_buffer_size(value)))
    }

    fn udp_socket_send_buffer_size(&mut self, this: Resource<UdpSocket>) -> Told<u64> {
        Ok(told(self.udp(&this)?.send_buffer_size()))
    }

    fn udp_socket_set_send_buffer_size(&mut self, this: Resource<UdpSocket>, value: u64) -> Told<()> {
        Ok(told(self.udp(&this)?.set_send_buffer_size(value)))
    }

    fn udp_socket_subscribe(&mut self, this: Resource<UdpSocket>) -> Result<Resource<PollableResource>, HostError> {
        let pollable = self.udp(&this)?.pollable();
        self.io.subscribe(pollable)
    }

    fn drop_udp_socket(&mut self, this: Resource<UdpSocket>) -> Result<(), HostError> {
        self.sockets.udp.remove(this)?;
        Ok(())
    }

    fn incoming_datagram_stream_receive(
        &mut self,
        this: Resource<IncomingDatagramStream>,
        max_results: u64,
    ) -> Told<Vec<IncomingDatagram>> {
        let received = self.sockets.incoming.get_mut(&this)?.receive(max_results);
        Ok(told(received).map(|datagrams| datagrams.into_iter().map(IncomingDatagram::from).collect()))
    }

    fn incoming_datagram_stream_subscribe(
        &mut self,
        this: Resource<IncomingDatagramStream>,
    ) -> Result<Resource<PollableResource>, HostError> {
        self.io.subscribe(self.sockets.incoming.get(&this)?.pollable())
    }

    fn drop_incoming_datagram_stream(&mut self, this: Resource<IncomingDatagramStream>) -> Result<(), HostError> {
        self.sockets.incoming.remove(this)?;
        Ok(())
    }

    fn outgoing_datagram_stream_check_send(&mut self, this: Resource<OutgoingDatagramStream>) -> Told<u64> {
        Ok(told(self.sockets.outgoing.get_mut(&this)?.check_send()))
    }

    fn outgoing_datagram_stream_send(
        &mut self,
        this: Resource<OutgoingDatagramStream>,
        datagrams: Vec<OutgoingDatagram>,
    ) -> Told<u64> {
        let datagrams: Vec<_> = datagrams.into_iter().map(net::OutgoingDatagram::from).collect();
        match self.sockets.outgoing.get_mut(&this)?.send(&datagrams) {
            Ok(sent) => Ok(Ok(sent)),
            Err(SendError::Failed(code)) => Ok(Err(code.into())),
            Err(SendError::NotPermitted { permitted }) => {
                Err(Misuse::Send { len: datagrams.len() as u64, permitted }.into())
            }
        }
    }

    fn outgoing_datagram_stream_subscribe(
        &mut self,
        this: Resource<OutgoingDatagramStream>,
    ) -> Result<Resource<PollableResource>, HostError> {
        self.io.subscribe(self.sockets.outgoing.get(&this)?.pollable())
    }

    fn drop_outgoing_datagram_stream(&mut self, this: Resource<OutgoingDatagramStream>) -> Result<(), HostError> {
        self.sockets.outgoing.remove(this)?;
        Ok(())
    }
}
