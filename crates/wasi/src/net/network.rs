//! What of the network a host grants, and how much of it.
//!
//! Nothing is granted by default. It must not know what sockets do.

use super::ErrorCode;
use super::name::Resolver;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many sockets may be open at a time, unless the host says otherwise.
const DEFAULT_MAX_SOCKETS: usize = 1000;

/// What an address is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// A TCP socket is to be bound to it.
    TcpBind,
    /// A TCP socket is to be connected to it.
    TcpConnect,
    /// A UDP socket is to be bound to it.
    UdpBind,
    /// A UDP socket is to have it as its only peer.
    UdpConnect,
    /// A datagram is to be sent to it, of a socket with or without a peer.
    UdpOutgoing,
}

type Check = dyn Fn(SocketAddr, Use) -> bool + Send + Sync;

/// What a host grants of the network. By default nothing.
pub struct Grants {
    /// May there be TCP sockets?
    pub tcp: bool,
    /// May there be UDP sockets?
    pub udp: bool,
    /// May names be looked up?
    pub names: bool,
    /// How many sockets may be open at a time.
    pub max_sockets: usize,
    /// Narrows which addresses may be used; without it, all may.
    pub check: Option<Box<Check>>,
}

impl Default for Grants {
    fn default() -> Self {
        Grants { tcp: false, udp: false, names: false, max_sockets: DEFAULT_MAX_SOCKETS, check: None }
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Grants { tcp, udp, names, max_sockets, check } = self;
        f.debug_struct("Grants")
            .field("tcp", tcp)
            .field("udp", udp)
            .field("names", names)
            .field("max_sockets", max_sockets)
            .field("check", &check.is_some())
            .finish()
    }
}

/// The network as a guest is granted it: what `wasi:sockets/network.network` stands for. Clones are
/// the same network.
#[derive(Debug, Clone, Default)]
pub struct Network(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    grants: Grants,
    /// How many sockets are open.
    sockets: AtomicUsize,
    resolver: Arc<Resolver>,
}

impl Network {
    /// The network with these grants.
    pub fn new(grants: Grants) -> Self {
        Network(Arc::new(Shared { grants, ..Shared::default() }))
    }

    /// What is granted, to change before anybody uses the network.
    ///
    /// # Panics
    ///
    /// Where there are clones or sockets of it already.
    pub fn grants_mut(&mut self) -> &mut Grants {
        &mut Arc::get_mut(&mut self.0).expect("nobody uses the network yet").grants
    }

    /// May this address be used so?
    pub(super) fn check(&self, address: SocketAddr, purpose: Use) -> Result<(), ErrorCode> {
        let grants = &self.0.grants;
        let granted = match purpose {
            Use::TcpBind | Use::TcpConnect => grants.tcp,
            Use::UdpBind | Use::UdpConnect | Use::UdpOutgoing => grants.udp,
        };
        let granted = granted && grants.check.as_ref().is_none_or(|check| check(address, purpose));
        if granted { Ok(()) } else { Err(ErrorCode::AccessDenied) }
    }

    /// Room for one more TCP socket.
    pub(super) fn tcp_slot(&self) -> Result<Slot, ErrorCode> {
        self.slot(self.0.grants.tcp)
    }

    /// Room for one more UDP socket.
    pub(super) fn udp_slot(&self) -> Result<Slot, ErrorCode> {
        self.slot(self.0.grants.udp)
    }

    fn slot(&self, granted: bool) -> Result<Slot, ErrorCode> {
        if !granted {
            return Err(ErrorCode::AccessDenied);
        }
        let open = self.0.sockets.fetch_add(1, Relaxed);
        // Its destructor takes back what was too much.
        let slot = Slot(self.clone());
        if open < self.0.grants.max_sockets { Ok(slot) } else { Err(ErrorCode::NewSocketLimit) }
    }

    /// Who looks names up.
    pub(super) fn resolver(&self) -> Result<&Arc<Resolver>, ErrorCode> {
        if self.0.grants.names { Ok(&self.0.resolver) } else { Err(ErrorCode::AccessDenied) }
    }
}

/// One of the sockets that may be open at a time.
#[derive(Debug)]
pub(super) struct Slot(Network);

impl Slot {
    /// The network that the socket is part of.
    pub(super) fn network(&self) -> &Network {
        &self.0
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.0.sockets.fetch_sub(1, Relaxed);
    }
}
