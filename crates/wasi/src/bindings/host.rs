//! A host of WASI 0.2: everything that programs and HTTP handlers import, and what they export.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever_runtime::{AsContextMut, Component, Instance, LinkError, Linker};

/// Defines everything that guests of this world import. `get` finds what implements it
/// in the data of a store.
pub fn add_to_linker<T: 'static, H>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError>
where
    H: super::wasi::config::store::Store + super::wasi::cli::environment::Environment
        + super::wasi::cli::exit::Exit + super::wasi::io::error::ErrorInterface
        + super::wasi::io::poll::Poll + super::wasi::io::streams::Streams
        + super::wasi::cli::stdin::Stdin + super::wasi::cli::stdout::Stdout
        + super::wasi::cli::stderr::Stderr
        + super::wasi::cli::terminal_input::TerminalInputInterface
        + super::wasi::cli::terminal_output::TerminalOutputInterface
        + super::wasi::cli::terminal_stdin::TerminalStdin
        + super::wasi::cli::terminal_stdout::TerminalStdout
        + super::wasi::cli::terminal_stderr::TerminalStderr
        + super::wasi::clocks::monotonic_clock::MonotonicClock
        + super::wasi::clocks::wall_clock::WallClock
        + super::wasi::clocks::timezone::Timezone + super::wasi::filesystem::types::Types
        + super::wasi::filesystem::preopens::Preopens
        + super::wasi::sockets::network::NetworkInterface
        + super::wasi::sockets::instance_network::InstanceNetwork
        + super::wasi::sockets::udp::Udp
        + super::wasi::sockets::udp_create_socket::UdpCreateSocket
        + super::wasi::sockets::tcp::Tcp
        + super::wasi::sockets::tcp_create_socket::TcpCreateSocket
        + super::wasi::sockets::ip_name_lookup::IpNameLookup
        + super::wasi::random::random::Random + super::wasi::random::insecure::Insecure
        + super::wasi::random::insecure_seed::InsecureSeed
        + super::wasi::http::types::Types
        + super::wasi::http::outgoing_handler::OutgoingHandler + 'static,
{
    super::wasi::config::store::add_to_linker(linker, get)?;
    super::wasi::cli::environment::add_to_linker(linker, get)?;
    super::wasi::cli::exit::add_to_linker(linker, get)?;
    super::wasi::io::error::add_to_linker(linker, get)?;
    super::wasi::io::poll::add_to_linker(linker, get)?;
    super::wasi::io::streams::add_to_linker(linker, get)?;
    super::wasi::cli::stdin::add_to_linker(linker, get)?;
    super::wasi::cli::stdout::add_to_linker(linker, get)?;
    super::wasi::cli::stderr::add_to_linker(linker, get)?;
    super::wasi::cli::terminal_input::add_to_linker(linker, get)?;
    super::wasi::cli::terminal_output::add_to_linker(linker, get)?;
    super::wasi::cli::terminal_stdin::add_to_linker(linker, get)?;
    super::wasi::cli::terminal_stdout::add_to_linker(linker, get)?;
    super::wasi::cli::terminal_stderr::add_to_linker(linker, get)?;
    super::wasi::clocks::monotonic_clock::add_to_linker(linker, get)?;
    super::wasi::clocks::wall_clock::add_to_linker(linker, get)?;
    super::wasi::clocks::timezone::add_to_linker(linker, get)?;
    super::wasi::filesystem::types::add_to_linker(linker, get)?;
    super::wasi::filesystem::preopens::add_to_linker(linker, get)?;
    super::wasi::sockets::network::add_to_linker(linker, get)?;
    super::wasi::sockets::instance_network::add_to_linker(linker, get)?;
    super::wasi::sockets::udp::add_to_linker(linker, get)?;
    super::wasi::sockets::udp_create_socket::add_to_linker(linker, get)?;
    super::wasi::sockets::tcp::add_to_linker(linker, get)?;
    super::wasi::sockets::tcp_create_socket::add_to_linker(linker, get)?;
    super::wasi::sockets::ip_name_lookup::add_to_linker(linker, get)?;
    super::wasi::random::random::add_to_linker(linker, get)?;
    super::wasi::random::insecure::add_to_linker(linker, get)?;
    super::wasi::random::insecure_seed::add_to_linker(linker, get)?;
    super::wasi::http::types::add_to_linker(linker, get)?;
    super::wasi::http::outgoing_handler::add_to_linker(linker, get)?;
    Ok(())
}

/// What a guest of the world `host` exports.
#[derive(Debug, Clone)]
pub struct Host {
    /// `wasi:cli/run@0.2.12`.
    pub run: super::exports::wasi::cli::run::Run,
    /// `wasi:http/incoming-handler@0.2.12`.
    pub incoming_handler: super::exports::wasi::http::incoming_handler::IncomingHandler,
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
            run: super::exports::wasi::cli::run::Run::new(&mut store, instance)?,
            incoming_handler: super::exports::wasi::http::incoming_handler::IncomingHandler::new(
                &mut store,
                instance,
            )?,
        })
    }
}
