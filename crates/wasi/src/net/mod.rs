//! Sockets and names: TCP, UDP and their addresses, as `wasi:sockets` describes them.
//!
//! Every descriptor is non-blocking, and so is everything here. What cannot be done now is
//! [`ErrorCode::WouldBlock`], and a pollable says when to ask again. A sender never waits for its
//! receiver, so a guest may talk to itself.
//!
//! A [`Network`] is the grant to use all of it. It must not know what a component is, nor how
//! guests wait.

mod address;
mod connection;
mod datagram;
mod delivery;
mod error;
mod name;
mod network;
mod socket;
mod tcp;
mod tcp_options;
#[cfg(test)]
mod tests;
mod udp;

pub use connection::{TcpInput, TcpOutput};
pub use datagram::{IncomingDatagram, IncomingDatagrams, OutgoingDatagram, OutgoingDatagrams, SendError};
pub use delivery::wait_for_deliveries;
pub use error::ErrorCode;
pub use name::Lookup;
pub use network::{Grants, Network, Use};
pub use socket::Family;
pub use tcp::{Connected, Direction, TcpSocket};
pub use udp::UdpSocket;
