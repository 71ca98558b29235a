//! In the place of the client for HTTP requests, in builds of the command without one.

use super::Failure;
use cantilever_wasi::WasiCtxBuilder;

/// A client that nobody can have.
pub enum HttpClient {}

impl HttpClient {
    /// Says that there is none.
    pub fn start() -> Result<Self, Failure> {
        Err(Failure::remedied(
            "`-S http`: this build of the command has no HTTP",
            "build it with the feature `serve`, which is on by default",
        ))
    }

    /// Is never called.
    pub fn grant(&self, _: &mut WasiCtxBuilder) {
        match *self {}
    }
}
