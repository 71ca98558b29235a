//! `wasi:sockets/tcp` and `wasi:sockets/tcp-create-socket`.

use super::{Sockets, told};
use crate::bindings::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress, Network};
use crate::bindings::wasi::sockets::tcp::{Duration, ShutdownType, Tcp, TcpSocket};
use crate::bindings::wasi::sockets::tcp_create_socket::TcpCreateSocket;
use crate::net::{self, Connected, Direction};
use crate::p2::ctx::WasiCtx;
use crate::p2::io::{InputStreamResource, OutputStreamResource, PollableResource};
use cantilever_runtime::{HostError, Resource};

/// What a function gives that can fail.
type Told<T> = Result<Result<T, ErrorCode>, HostError>;

/// The streams of a connection.
type Streams = (Resource<InputStreamResource>, Resource<OutputStreamResource>);

impl WasiCtx {
    fn tcp(&self, this: &Resource<TcpSocket>) -> Result<&net::TcpSocket, HostError> {
        Ok(self.sockets.tcp.get(this)?)
    }

    /// Gives a guest the streams of a connection.
    fn push_connected(&mut self, (input, output): Connected) -> Result<Streams, HostError> {
        Ok((self.io.push_input(Box::new(input))?, self.io.push_output(Box::new(output))?))
    }
}

impl TcpCreateSocket for WasiCtx {
    fn create_tcp_socket(&mut self, address_family: IpAddressFamily) -> Told<Resource<TcpSocket>> {
        let Sockets { network, tcp, .. } = &mut self.sockets;
        let socket = net::TcpSocket::new(network, address_family.into());
        Ok(told(socket.and_then(|socket| tcp.push(socket).map_err(|_| net::ErrorCode::NewSocketLimit))))
    }
}

impl Tcp for WasiCtx {
    fn tcp_socket_start_bind(
        &mut self,
        this: Resource<TcpSocket>,
        _: Resource<Network>,
        local_address: IpSocketAddress,
    ) -> Told<()> {
        Ok(told(self.tcp(&this)?.start_bind(local_address.into())))
    }

    fn tcp_socket_finish_bind(&mut self, this: Resource<TcpSocket>) -> Told<()> {
        Ok(told(self.tcp(&this)?.finish_bind()))
    }

    fn tcp_socket_start_connect(
        &mut self,
        this: Resource<TcpSocket>,
        _: Resource<Network>,
        remote_address: IpSocketAddress,
    ) -> Told<()> {
        Ok(told(self.tcp(&this)?.start_connect(remote_address.into())))
    }

    fn tcp_socket_finish_connect(&mut self, this: Resource<TcpSocket>) -> Told<Streams> {
        match self.tcp(&this)?.finish_connect() {
            Ok(connected) => self.push_connected(connected).map(Ok),
            Err(code) => Ok(Err(code.into())),
        }
    }

    fn tcp_socket_start_listen(&mut self, this: Resource<TcpSocket>) -> Told<()> {
        Ok(told(self.tcp(&this)?.start_listen()))
    }

    fn tcp_socket_finish_listen(&mut self, this: Resource<TcpSocket>) -> Told<()> {
        Ok(told(self.tcp(&this)?.finish_listen()))
    }

    fn tcp_socket_accept(
        &mut self,
        this: Resource<TcpSocket>,
    ) -> Told<(Resource<TcpSocket>, Resource<InputStreamResource>, Resource<OutputStreamResource>)> {
        let sockets = &self.sockets.tcp;
        // Before the system is asked, so that no connection is taken and lost.
        if sockets.len() >= sockets.limit() {
            return Ok(Err(ErrorCode::NewSocketLimit));
        }
        let (socket, connected) = match sockets.get(&this)?.accept() {
            Ok(accepted) => accepted,
            Err(code) => return Ok(Err(code.into())),
        };
        let socket = self.sockets.tcp.push(socket)?;
        let (input, output) = self.push_connected(connected)?;
        Ok(Ok((socket, input, output)))
    }

    fn tcp_socket_local_address(&mut self, this: Resource<TcpSocket>) -> Told<IpSocketAddress> {
        Ok(told(self.tcp(&this)?.local_address()).map(IpSocketAddress::from))
    }

    fn tcp_socket_remote_address(&mut self, this: Resource<TcpSocket>) -> Told<IpSocketAddress> {
        Ok(told(self.tcp(&this)?.remote_address()).map(IpSocketAddress::from))
    }

    fn tcp_socket_is_listening(&mut self, this: Resource<TcpSocket>) -> Result<bool, HostError> {
        Ok(self.tcp(&this)?.is_listening())
    }

    fn tcp_socket_address_family(&mut self, this: Resource<TcpSocket>) -> Result<IpAddressFamily, HostError> {
        Ok(self.tcp(&this)?.family().into())
    }

    fn tcp_socket_set_listen_backlog_size(&mut self, this: Resource<TcpSocket>, value: u64) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_listen_backlog_size(value)))
    }

    fn tcp_socket_keep_alive_enabled(&mut self, this: Resource<TcpSocket>) -> Told<bool> {
        Ok(told(self.tcp(&this)?.keep_alive_enabled()))
    }

    fn tcp_socket_set_keep_alive_enabled(&mut self, this: Resource<TcpSocket>, value: bool) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_keep_alive_enabled(value)))
    }

    fn tcp_socket_keep_alive_idle_time(&mut self, this: Resource<TcpSocket>) -> Told<Duration> {
        Ok(told(self.tcp(&this)?.keep_alive_idle_time()))
    }

    fn tcp_socket_set_keep_alive_idle_time(&mut self, this: Resource<TcpSocket>, value: Duration) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_keep_alive_idle_time(value)))
    }

    fn tcp_socket_keep_alive_interval(&mut self, this: Resource<TcpSocket>) -> Told<Duration> {
        Ok(told(self.tcp(&this)?.keep_alive_interval()))
    }

    fn tcp_socket_set_keep_alive_interval(&mut self, this: Resource<TcpSocket>, value: Duration) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_keep_alive_interval(value)))
    }

    fn tcp_socket_keep_alive_count(&mut self, this: Resource<TcpSocket>) -> Told<u32> {
        Ok(told(self.tcp(&this)?.keep_alive_count()))
    }

    fn tcp_socket_set_keep_alive_count(&mut self, this: Resource<TcpSocket>, value: u32) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_keep_alive_count(value)))
    }

    fn tcp_socket_hop_limit(&mut self, this: Resource<TcpSocket>) -> Told<u8> {
        Ok(told(self.tcp(&this)?.hop_limit()))
    }

    fn tcp_socket_set_hop_limit(&mut self, this: Resource<TcpSocket>, value: u8) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_hop_limit(value)))
    }

    fn tcp_socket_receive_buffer_size(&mut self, this: Resource<TcpSocket>) -> Told<u64> {
        Ok(told(self.tcp(&this)?.receive_buffer_size()))
    }

    fn tcp_socket_set_receive_buffer_size(&mut self, this: Resource<TcpSocket>, value: u64) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_receive_buffer_size(value)))
    }

    fn tcp_socket_send_buffer_size(&mut self, this: Resource<TcpSocket>) -> Told<u64> {
        Ok(told(self.tcp(&this)?.send_buffer_size()))
    }

    fn tcp_socket_set_send_buffer_size(&mut self, this: Resource<TcpSocket>, value: u64) -> Told<()> {
        Ok(told(self.tcp(&this)?.set_send_buffer_size(value)))
    }

    fn tcp_socket_subscribe(&mut self, this: Resource<TcpSocket>) -> Result<Resource<PollableResource>, HostError> {
        let pollable = self.tcp(&this)?.pollable();
        self.io.subscribe(pollable)
    }

    fn tcp_socket_shutdown(&mut self, this: Resource<TcpSocket>, shutdown_type: ShutdownType) -> Told<()> {
        let direction = match shutdown_type {
            ShutdownType::Receive => Direction::Receive,
            ShutdownType::Send => Direction::Send,
            ShutdownType::Both => Direction::Both,
        };
        Ok(told(self.tcp(&this)?.shutdown(direction)))
    }

    fn drop_tcp_socket(&mut self, this: Resource<TcpSocket>) -> Result<(), HostError> {
        self.sockets.tcp.remove(this)?;
        Ok(())
    }
}
