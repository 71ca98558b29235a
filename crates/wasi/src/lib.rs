//! WASI 0.2 for hosts that run components with Cantilever.
//!
//! A guest that is synchronous waits in the system call that it asked for. There is no executor and
//! no hop between threads, and what a stream does not hand over at once it keeps itself. HTTP is the
//! exception: with the feature `http` it runs on tokio. What an operation does is apart from how its
//! caller waits, so that asynchronous guests can use the same code.
//!
//! It stands on the runtime's public interface alone. It must not know how guests are entered, nor
//! any compiler.

pub mod bindings;
pub mod clock;
pub mod fs;
#[cfg(feature = "http")]
pub mod http;
pub mod net;
pub mod p2;
pub mod random;
pub mod signal;
pub mod stream;
pub mod wait;

pub use self::p2::ctx::{self, WasiCtx, WasiCtxBuilder};
