//! What guests must not do: the functions have no error for it, so the guest traps.

/// A call that the WIT forbids, or that the host does not want to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// `output-stream.write` with more than `check-write` permitted.
    #[error("the guest wrote {len} bytes to a stream that permits {permitted}")]
    Write {
        /// How many bytes the guest gave.
        len: u64,
        /// How many were permitted.
        permitted: u64,
    },
    /// `blocking-write-and-flush` with more than it takes.
    #[error("the guest wrote {len} bytes with a function that takes {limit}")]
    BlockingWrite {
        /// How many bytes the guest gave.
        len: u64,
        /// How many the function takes.
        limit: u64,
    },
    /// `outgoing-datagram-stream.send` with more than `check-send` permitted.
    #[error("the guest sent {len} datagrams to a stream that permits {permitted}")]
    Send {
        /// How many datagrams the guest gave.
        len: u64,
        /// How many were permitted.
        permitted: u64,
    },
    /// `get-random-bytes` with more than the host has for one call.
    #[error("the guest asked for {len} random bytes; the host gives {limit} at once")]
    RandomBytes {
        /// How many bytes the guest asked for.
        len: u64,
        /// How many there are.
        limit: u64,
    },
}
