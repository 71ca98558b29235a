//! `cantilever serve`: answers HTTP requests with a component.

use super::Failure;
use super::guest_file::GuestFile;
use super::http_client::HttpClient;
use super::wasi_options::WasiOptions;
use cantilever::runtime::{Component, Engine, Error, Limits, Linker};
use cantilever_abi::block::Supervision;
use cantilever_wasi::http::{Server, ServerConfig};
use cantilever_wasi::p2::http::ComponentHandler;
use cantilever_wasi::{WasiCtx, WasiCtxBuilder};
use clap::Args;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// Answer HTTP requests with a component that exports `wasi:http/incoming-handler`
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    #[command(flatten)]
    guest: GuestFile,

    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "SOCKADDR", default_value = "0.0.0.0:8080")]
    addr: SocketAddr,

    /// End gracefully as soon as somebody connects here
    #[arg(long, value_name = "SOCKADDR")]
    shutdown_addr: Option<SocketAddr>,

    #[command(flatten)]
    limits: ServeLimits,

    /// Serve a component that imports what is not provided; calling such an import traps
    #[arg(long)]
    unknown_imports_trap: bool,

    #[command(flatten)]
    wasi: WasiOptions,
}

/// What clients and guests may use.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
struct ServeLimits {
    /// Stop a guest that takes longer for a request
    #[arg(long, value_name = "SECONDS", value_parser = super::run::seconds, default_value = "60")]
    timeout: Duration,

    /// How many requests are answered at one time, each by a guest on a thread of its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_THREADS), default_value = "128")]
    max_requests: u32,

    /// How many more requests wait; others get the status 503
    #[arg(long, value_name = "N", default_value = "1024")]
    max_waiting: u32,

    /// How many connections are open at one time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), default_value = "4096")]
    max_connections: u32,

    /// How long a connection may be idle, or take for the headers of a request
    #[arg(long, value_name = "SECONDS", value_parser = super::run::seconds, default_value = "30")]
    header_timeout: Duration,

    /// How many headers a request may have
    #[arg(long, value_name = "N", default_value = "100")]
    max_headers: u16,

    /// How large the headers of a request may be
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(8192..), default_value = "65536")]
    max_header_bytes: u32,

    /// How large the body of a request may be
    #[arg(long, value_name = "BYTES", default_value = "1073741824")]
    max_body_bytes: u64,

    /// How large each memory of a guest may become
    #[arg(long, value_name = "BYTES", default_value = "4294967296")]
    max_memory: u64,

    /// How long requests may go on when the server ends
    #[arg(long, value_name = "SECONDS", value_parser = super::run::seconds, default_value = "10")]
    grace: Duration,
}

/// More threads than any machine is given.
const MAX_THREADS: i64 = 65536;

const EXAMPLES: &str = "\
Examples:
  cantilever serve hello.wasm
  cantilever serve --addr 127.0.0.1:3000 hello.wasm
  cantilever compile --interruptible hello.wasm -o hello.o
  cantilever serve --allow-precompiled hello.o

Each request has an instance of its own. A guest that fails before it has
answered gives the status 500, and 504 if it took longer than `--timeout`; the
body of its response is cut off if it fails later. Either goes to standard
error, on one line.

SIGINT and SIGTERM end the server gracefully, and a second one at once. So does
a connection to `--shutdown-addr`. No request is accepted any more, and those
that are being answered have the time of `--grace`.";

impl Serve {
    /// Compiles if need be, and serves until somebody ends it.
    pub fn execute(&self) -> Result<(), Failure> {
        // A client that closes its connection must not end the process.
        super::set_closed_pipe(libc::SIG_IGN);
        let config = self.guest.engine_config();
        let stack_bytes = config.thread_stack_size();
        let engine = Engine::new(config);
        let component = self.guest.component(&engine, Supervision { interruptible: true, fuel: false })?;
        let runtime = Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Failure::refused(format!("no threads for the server: {e}")))?;
        let http = self.wasi.http().then(|| HttpClient::on(runtime.handle()));
        let contexts = self.contexts(http)?;
        let handler = self.handler(&engine, &component, contexts).map_err(|e| self.guest.refused(e))?;
        let served = runtime.block_on(self.serve(Server::new(handler, self.server_config(stack_bytes))));
        end(runtime);
        served
    }

    /// What makes the surroundings of each guest: standard output and error, and what the command
    /// line grants.
    fn contexts(&self, http: Option<HttpClient>) -> Result<impl Fn() -> WasiCtx + Send + Sync + 'static, Failure> {
        let wasi = self.wasi.clone();
        // What cannot be granted is refused before anything is served.
        wasi.apply(&mut WasiCtxBuilder::new())?;
        Ok(move || {
            let mut builder = WasiCtxBuilder::new();
            builder.inherit_stdout().inherit_stderr();
            if let Err(failure) = wasi.apply(&mut builder) {
                eprintln!("{failure}");
            }
            if let Some(http) = &http {
                http.grant(&mut builder);
            }
            builder.build()
        })
    }

    fn handler(
        &self,
        engine: &Engine,
        component: &Component,
        contexts: impl Fn() -> WasiCtx + Send + Sync + 'static,
    ) -> Result<ComponentHandler<WasiCtx>, Error> {
        let mut linker = Linker::new(engine);
        cantilever_wasi::p2::add_to_linker(&mut linker, |ctx| ctx)?;
        if self.unknown_imports_trap {
            linker.define_unknown_imports_as_traps(component);
        }
        let limits = Limits::new().memory_bytes(self.limits.max_memory);
        let handler = ComponentHandler::new(&linker, component, |ctx| ctx, contexts)?;
        Ok(handler.limits(limits).on_failure(|request, failure| {
            // A trace has a line for each function; the log has one for each failure.
            let failure = failure.to_string();
            eprintln!("{request}: {}", failure.lines().next().unwrap_or_default());
        }))
    }

    fn server_config(&self, stack_bytes: usize) -> ServerConfig {
        let limits = &self.limits;
        let mut config = ServerConfig::default();
        config.guests = limits.max_requests as usize;
        config.waiting = limits.max_waiting as usize;
        config.guest_time = limits.timeout;
        config.connections = limits.max_connections as usize;
        config.head_time = limits.header_timeout;
        config.headers = limits.max_headers.into();
        config.head_bytes = limits.max_header_bytes as usize;
        config.body_bytes = limits.max_body_bytes;
        config.grace = limits.grace;
        config.stack_bytes = stack_bytes;
        config
    }

    async fn serve(&self, server: Server<ComponentHandler<WasiCtx>>) -> Result<(), Failure> {
        let listener = listen(self.addr).await?;
        let shutdown = match self.shutdown_addr {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let address = listener.local_addr().map_err(|e| Failure::refused(e.to_string()))?;
        let signals = Signals::new()?;
        eprintln!("Serving HTTP on http://{address}/");
        let served = server.serve(listener, ended(signals, shutdown)).await;
        served.map_err(|e| Failure::refused(format!("no connections can be accepted: {e}")))
    }
}

/// Ends the threads of the server; those that wait for a name to be resolved are left alone.
fn end(runtime: Runtime) {
    runtime.shutdown_timeout(Duration::from_millis(100));
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|e| Failure::refused(format!("cannot listen on {address}: {e}")))
}

/// The signals that end the server.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|e| Failure::refused(format!("signals cannot be handled: {e}")));
        Ok(Signals { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Waits for one of them. Gives the exit code of a process that it ends.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 128 + libc::SIGINT,
            _ = self.terminate.recv() => 128 + libc::SIGTERM,
        }
    }
}

/// Waits until somebody ends the server. From then on a signal ends the process.
async fn ended(mut signals: Signals, shutdown: Option<TcpListener>) {
    let connected = async {
        match shutdown {
            // An error ends the server too: nobody could connect any more.
            Some(listener) => drop(listener.accept().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = signals.next() => {}
        () = connected => {}
    }
    tokio::spawn(async move { std::process::exit(signals.next().await) });
}
