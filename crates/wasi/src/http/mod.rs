//! HTTP between guests and hyper: messages and their bodies, a client and a server.
//!
//! A guest is synchronous and has a thread of its own. Sockets belong to tokio's threads. The two
//! meet in three places: a body that arrives (`receive`), a body that is sent (`send`), and the
//! head of a response (`respond`, `client`). Nothing else here is shared between them.
//!
//! It must not know what components are: the glue to `wasi:http` is elsewhere.

mod client;
mod error_code;
mod fields;
mod guests;
mod message;
mod receive;
mod respond;
mod send;
mod server;
mod stalling;

pub use self::client::{Client, ClientConfig, FutureResponse, RequestOptions, SendRequest};
pub use self::error_code::{ErrorCode, FieldSize};
pub use self::fields::{Fields, FieldsError, MAX_SIZE};
pub use self::guests::Interruption;
pub use self::message::{IncomingRequest, IncomingResponse, OutgoingRequest, OutgoingResponse};
pub use self::receive::{FutureTrailers, IncomingBody, Trailers};
pub use self::respond::ResponseOutparam;
pub use self::send::{Message, OutgoingBody, SentBody, body};
pub use self::server::{Handler, Server, ServerConfig};

/// A body that comes from somewhere: hyper, or a host that answers itself.
pub type BoxBody = http_body_util::combinators::UnsyncBoxBody<bytes::Bytes, ErrorCode>;

#[cfg(test)]
mod tests;
