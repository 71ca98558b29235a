//! What the guests of one store have of the world: a part for each domain of WASI.
//!
//! Each part lies in the room of its domain, beside the methods by which a host chooses it. Nothing
//! is granted by default. It must not know what any function of WASI does.

use super::cli::Cli;
use super::clocks::Clocks;
use super::config::Config;
use super::filesystem::Filesystem;
#[cfg(feature = "http")]
use super::http::Http;
use super::io::Io;
use super::random::Random;
use super::sockets::Sockets;
use cantilever_runtime::InterruptEvent;

/// The WASI of one store. It is part of the store's data.
///
/// ```
/// use cantilever_runtime::{Engine, Linker, Store};
/// use cantilever_wasi::{WasiCtx, WasiCtxBuilder};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::default();
/// let mut linker: Linker<WasiCtx> = Linker::new(&engine);
/// cantilever_wasi::p2::add_to_linker(&mut linker, |ctx| ctx)?;
/// let ctx = WasiCtxBuilder::new().inherit_stdio().args(["program", "argument"]).build();
/// let mut store = Store::new(&engine, ctx);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct WasiCtx {
    pub(crate) io: Io,
    pub(crate) cli: Cli,
    pub(crate) clocks: Clocks,
    pub(crate) random: Random,
    pub(crate) config: Config,
    pub(crate) sockets: Sockets,
    pub(crate) filesystem: Filesystem,
    #[cfg(feature = "http")]
    pub(crate) http: Http,
}

impl WasiCtx {
    /// Lets the interruption of the store end the waiting of its guests. Give it what
    /// [`Store::interrupt_event`](cantilever_runtime::Store::interrupt_event) gives, once there is
    /// a handle by which the store can be interrupted.
    ///
    /// Without an event, guests wait in the system call that they asked for, for as long as it
    /// takes. With one, each blocking call that cannot go on at once costs another system call.
    pub fn set_interrupt_event(&mut self, event: Option<InterruptEvent>) {
        self.io.set_interrupt_event(event);
    }
}

/// Chooses what guests have. Without a choice they have empty standard streams, no arguments, no
/// variables, the clocks and the random numbers of the system, and nothing else.
#[derive(Debug, Default)]
pub struct WasiCtxBuilder {
    pub(crate) ctx: WasiCtx,
}

impl WasiCtxBuilder {
    /// A builder of a context that grants nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many resources of each kind guests can have at one time: streams, pollables, errors. A
    /// guest that makes more of them traps, unless the function that it called has an error for
    /// this.
    pub fn max_resources(&mut self, limit: u32) -> &mut Self {
        self.ctx.io.set_limit(limit);
        self.ctx.cli.set_limit(limit);
        self.ctx.sockets.set_limit(limit);
        self.ctx.filesystem.set_limit(limit);
        #[cfg(feature = "http")]
        self.ctx.http.set_limit(limit);
        self
    }

    /// The context. The builder starts again.
    pub fn build(&mut self) -> WasiCtx {
        std::mem::take(&mut self.ctx)
    }
}
