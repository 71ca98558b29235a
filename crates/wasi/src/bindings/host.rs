//! A host of WASI 0.2: everything that programs and HTTP handlers import, and what they export.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use super::{exports, wasi};

use cantilever_runtime::{AsContextMut, Component, Instance, LinkError, Linker};

/// Defines everything that guests of this world import.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError>
where
    H: wasi::config::store::Store
        + wasi::cli::environment::Environment
        + wasi::cli::exit::Exit
        + wasi::io::error::ErrorInterface
        + wasi::io::poll::Poll
        + wasi::io::streams::Streams
        + wasi::cli::stdin::Stdin
        + wasi::cli::stdout::Stdout
        + wasi::cli::stderr::Stderr
        + wasi::cli::terminal_input::TerminalInputInterface
        + wasi::cli::terminal_output::TerminalOutputInterface
        + wasi::cli::terminal_stdin::TerminalStdin
        + wasi::cli::terminal_stdout::TerminalStdout
        + wasi::cli::terminal_stderr::TerminalStderr
        + wasi::clocks::monotonic_clock::MonotonicClock
        + wasi::clocks::wall_clock::WallClock
        + wasi::clocks::timezone::Timezone
        + wasi::filesystem::types::Types
        + wasi::filesystem::preopens::Preopens
        + wasi::sockets::network::NetworkInterface
        + wasi::sockets::instance_network::InstanceNetwork
        + wasi::sockets::udp::Udp
        + wasi::sockets::udp_create_socket::UdpCreateSocket
        + wasi::sockets::tcp::Tcp
        + wasi::sockets::tcp_create_socket::TcpCreateSocket
        + wasi::sockets::ip_name_lookup::IpNameLookup
        + wasi::random::random::Random
        + wasi::random::insecure::Insecure
        + wasi::random::insecure_seed::InsecureSeed
        + wasi::http::types::Types
        + wasi::http::outgoing_handler::OutgoingHandler
        + 'static,
{
    wasi::config::store::add_to_linker(linker, get)?;
    wasi::cli::environment::add_to_linker(linker, get)?;
    wasi::cli::exit::add_to_linker(linker, get)?;
    wasi::io::error::add_to_linker(linker, get)?;
    wasi::io::poll::add_to_linker(linker, get)?;
    wasi::io::streams::add_to_linker(linker, get)?;
    wasi::cli::stdin::add_to_linker(linker, get)?;
    wasi::cli::stdout::add_to_linker(linker, get)?;
    wasi::cli::stderr::add_to_linker(linker, get)?;
    wasi::cli::terminal_input::add_to_linker(linker, get)?;
    wasi::cli::terminal_output::add_to_linker(linker, get)?;
    wasi::cli::terminal_stdin::add_to_linker(linker, get)?;
    wasi::cli::terminal_stdout::add_to_linker(linker, get)?;
    wasi::cli::terminal_stderr::add_to_linker(linker, get)?;
    wasi::clocks::monotonic_clock::add_to_linker(linker, get)?;
    wasi::clocks::wall_clock::add_to_linker(linker, get)?;
    wasi::clocks::timezone::add_to_linker(linker, get)?;
    wasi::filesystem::types::add_to_linker(linker, get)?;
    wasi::filesystem::preopens::add_to_linker(linker, get)?;
    wasi::sockets::network::add_to_linker(linker, get)?;
    wasi::sockets::instance_network::add_to_linker(linker, get)?;
    wasi::sockets::udp::add_to_linker(linker, get)?;
    wasi::sockets::udp_create_socket::add_to_linker(linker, get)?;
    wasi::sockets::tcp::add_to_linker(linker, get)?;
    wasi::sockets::tcp_create_socket::add_to_linker(linker, get)?;
    wasi::sockets::ip_name_lookup::add_to_linker(linker, get)?;
    wasi::random::random::add_to_linker(linker, get)?;
    wasi::random::insecure::add_to_linker(linker, get)?;
    wasi::random::insecure_seed::add_to_linker(linker, get)?;
    wasi::http::types::add_to_linker(linker, get)?;
    wasi::http::outgoing_handler::add_to_linker(linker, get)?;
    Ok(())
}

/// What a guest of the world `host` exports.
#[derive(Debug, Clone)]
pub struct Host {
    /// `wasi:cli/run@0.2.12`.
    pub run: exports::wasi::cli::run::Run,
    /// `wasi:http/incoming-handler@0.2.12`.
    pub incoming_handler: exports::wasi::http::incoming_handler::IncomingHandler,
}

impl Host {
    /// Makes an instance of a component, and finds what it exports.
    pub fn instantiate<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        component: &Component,
        linker: &Linker<T>,
    ) -> cantilever_runtime::Result<Self> {
        let instance = linker.instantiate(&mut store, component)?;
        Self::new(store, &instance)
    }

    /// Finds what an instance exports, and checks the types of its functions.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever_runtime::Result<Self> {
        Ok(Host {
            run: exports::wasi::cli::run::Run::new(&mut store, instance)?,
            incoming_handler: exports::wasi::http::incoming_handler::IncomingHandler::new(
                &mut store,
                instance,
            )?,
        })
    }
}
