//! Bindings for the world `host`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(dead_code, clippy::all)]

/// What guests export.
pub mod exports {
    /// Interfaces of `wasi`.
    pub mod wasi {
        /// Interfaces of `cli`.
        pub mod cli {
            pub mod run;
        }

        /// Interfaces of `http`.
        pub mod http {
            pub mod incoming_handler;
        }
    }
}
pub mod host;
/// Interfaces of `wasi`.
pub mod wasi {
    /// Interfaces of `cli`.
    pub mod cli {
        pub mod environment;
        pub mod exit;
        pub mod stderr;
        pub mod stdin;
        pub mod stdout;
        pub mod terminal_input;
        pub mod terminal_output;
        pub mod terminal_stderr;
        pub mod terminal_stdin;
        pub mod terminal_stdout;
    }

    /// Interfaces of `clocks`.
    pub mod clocks {
        pub mod monotonic_clock;
        pub mod timezone;
        pub mod wall_clock;
    }

    /// Interfaces of `config`.
    pub mod config {
        pub mod store;
    }

    /// Interfaces of `filesystem`.
    pub mod filesystem {
        pub mod preopens;
        pub mod types;
    }

    /// Interfaces of `http`.
    pub mod http {
        pub mod outgoing_handler;
        pub mod types;
    }

    /// Interfaces of `io`.
    pub mod io {
        pub mod error;
        pub mod poll;
        pub mod streams;
    }

    /// Interfaces of `random`.
    pub mod random {
        pub mod insecure;
        pub mod insecure_seed;
        pub mod random;
    }

    /// Interfaces of `sockets`.
    pub mod sockets {
        pub mod instance_network;
        pub mod ip_name_lookup;
        pub mod network;
        pub mod tcp;
        pub mod tcp_create_socket;
        pub mod udp;
        pub mod udp_create_socket;
    }
}
