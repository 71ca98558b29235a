//! What goes wrong with sockets, in the words of `wasi:sockets`.
//!
//! Most numbers of the system mean the same everywhere. Where an operation gives one a meaning of
//! its own, a function here is named after the operation.

use rustix::io::Errno;

/// Why an operation on a socket or a name failed: `wasi:sockets/network.error-code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// Nothing that has a name here.
    Unknown,
    /// The host did not grant it, or the system does not permit it.
    AccessDenied,
    /// The system cannot do it.
    NotSupported,
    /// One of the arguments is wrong, whatever the state.
    InvalidArgument,
    /// The system has no memory left for it.
    OutOfMemory,
    /// The other side did not answer in time.
    Timeout,
    /// Another operation on the same socket has begun and not ended.
    ConcurrencyConflict,
    /// What is to be finished was not begun.
    NotInProgress,
    /// Nothing can be done now.
    WouldBlock,
    /// The socket is in no state for it.
    InvalidState,
    /// There may be no more sockets.
    NewSocketLimit,
    /// The local address is none of this machine.
    AddressNotBindable,
    /// The local address is taken, or no port is free.
    AddressInUse,
    /// No way leads to the remote address.
    RemoteUnreachable,
    /// Nobody listens at the remote address.
    ConnectionRefused,
    /// The other side ended the connection at once.
    ConnectionReset,
    /// The connection ended before it was established.
    ConnectionAborted,
    /// No datagram can be so long.
    DatagramTooLarge,
    /// The name does not exist, or has no address.
    NameUnresolvable,
    /// The name may be found later.
    TemporaryResolverFailure,
    /// The name cannot be looked up.
    PermanentResolverFailure,
}

impl From<Errno> for ErrorCode {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::ACCESS | Errno::PERM => ErrorCode::AccessDenied,
            Errno::OPNOTSUPP | Errno::AFNOSUPPORT | Errno::PROTONOSUPPORT => ErrorCode::NotSupported,
            Errno::INVAL => ErrorCode::InvalidArgument,
            Errno::NOMEM | Errno::NOBUFS => ErrorCode::OutOfMemory,
            Errno::TIMEDOUT => ErrorCode::Timeout,
            Errno::ALREADY => ErrorCode::ConcurrencyConflict,
            Errno::AGAIN | Errno::INPROGRESS => ErrorCode::WouldBlock,
            Errno::NOTCONN | Errno::ISCONN | Errno::DESTADDRREQ => ErrorCode::InvalidState,
            Errno::MFILE | Errno::NFILE => ErrorCode::NewSocketLimit,
            Errno::ADDRNOTAVAIL => ErrorCode::AddressNotBindable,
            Errno::ADDRINUSE => ErrorCode::AddressInUse,
            Errno::HOSTUNREACH | Errno::HOSTDOWN | Errno::NETUNREACH | Errno::NETDOWN | Errno::NONET => {
                ErrorCode::RemoteUnreachable
            }
            Errno::CONNREFUSED => ErrorCode::ConnectionRefused,
            Errno::CONNRESET | Errno::NETRESET | Errno::PIPE => ErrorCode::ConnectionReset,
            Errno::CONNABORTED => ErrorCode::ConnectionAborted,
            Errno::MSGSIZE => ErrorCode::DatagramTooLarge,
            _ => ErrorCode::Unknown,
        }
    }
}

impl ErrorCode {
    /// What broke a stream, if only a stream of the network can break so. Streams of files have
    /// numbers of the same system.
    pub fn of_stream(errno: Errno) -> Option<Self> {
        let code = ErrorCode::from(errno);
        match code {
            ErrorCode::Timeout
            | ErrorCode::RemoteUnreachable
            | ErrorCode::ConnectionRefused
            | ErrorCode::ConnectionReset
            | ErrorCode::ConnectionAborted => Some(code),
            _ => None,
        }
    }
}

/// Of `bind`: the address is right for the socket, and the system does not want it.
pub(super) fn of_bind(errno: Errno) -> ErrorCode {
    match errno {
        Errno::AFNOSUPPORT => ErrorCode::InvalidArgument,
        errno => errno.into(),
    }
}

/// Of `connect`, which binds a socket that is not bound yet.
pub(super) fn of_connect(errno: Errno) -> ErrorCode {
    match errno {
        Errno::AFNOSUPPORT => ErrorCode::InvalidArgument,
        // There is no free port.
        Errno::ADDRNOTAVAIL | Errno::AGAIN => ErrorCode::AddressInUse,
        errno => errno.into(),
    }
}

/// Of `accept`. Linux reports there what befell a connection that waited.
pub(super) fn of_accept(errno: Errno) -> ErrorCode {
    match errno {
        Errno::NETDOWN
        | Errno::PROTO
        | Errno::NOPROTOOPT
        | Errno::HOSTDOWN
        | Errno::NONET
        | Errno::HOSTUNREACH
        | Errno::OPNOTSUPP
        | Errno::NETUNREACH
        | Errno::TIMEDOUT => ErrorCode::ConnectionAborted,
        errno => errno.into(),
    }
}

/// Of sending and receiving datagrams, where a reset says that the last one did not arrive.
pub(super) fn of_datagram(errno: Errno) -> ErrorCode {
    match errno {
        Errno::CONNRESET | Errno::NETRESET => ErrorCode::RemoteUnreachable,
        errno => errno.into(),
    }
}
