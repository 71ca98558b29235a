//! Each function of `wasi:{io,cli,clocks,random,config}` as a guest would call it.

use super::misuse::Misuse;
use crate::bindings::wasi::cli::environment::Environment;
use crate::bindings::wasi::cli::exit::Exit as _;
use crate::bindings::wasi::cli::stderr::Stderr;
use crate::bindings::wasi::cli::stdin::Stdin;
use crate::bindings::wasi::cli::stdout::Stdout;
use crate::bindings::wasi::cli::terminal_input::TerminalInputInterface;
use crate::bindings::wasi::cli::terminal_output::TerminalOutputInterface;
use crate::bindings::wasi::cli::terminal_stderr::TerminalStderr;
use crate::bindings::wasi::cli::terminal_stdin::TerminalStdin;
use crate::bindings::wasi::cli::terminal_stdout::TerminalStdout;
use crate::bindings::wasi::clocks::monotonic_clock::MonotonicClock as Monotonic;
use crate::bindings::wasi::clocks::timezone::Timezone;
use crate::bindings::wasi::clocks::wall_clock::{Datetime, WallClock as Wall};
use crate::bindings::wasi::config::store::Store as Configuration;
use crate::bindings::wasi::io::error::ErrorInterface;
use crate::bindings::wasi::io::poll::Poll;
use crate::bindings::wasi::io::streams::{StreamError, Streams};
use crate::bindings::wasi::random::insecure::Insecure;
use crate::bindings::wasi::random::insecure_seed::InsecureSeed;
use crate::bindings::wasi::random::random::Random;
use crate::clock::{DateTime, MonotonicClock, WallClock};
use crate::random::QuickRandom;
use crate::stream::descriptor::{DescriptorInput, DescriptorOutput};
use crate::stream::memory::{Bytes, Collected};
use crate::stream::null::Sink;
use crate::stream::pipe::{PipeReader, PipeWriter, pipe};
use crate::stream::{Failure, InputStream, Mode, OutputStream, Stop};
use crate::wait::{self, Pollable, WaitError};
use crate::{WasiCtx, WasiCtxBuilder};
use cantilever_runtime::{Engine, Exit, HostError, Interrupted, Resource, Store, TableFull};
use std::fmt::Debug;
use std::thread;
use std::time::Duration;

mod filling;
mod io;
mod surroundings;

/// A borrow of the same resource, as a guest lends it for each call.
fn lend<T>(handle: &Resource<T>) -> Resource<T> {
    Resource::borrowed(handle.rep())
}

/// What a guest traps with.
fn trap<T: Debug, E: std::error::Error + 'static>(outcome: Result<T, HostError>) -> E {
    *outcome.unwrap_err().downcast().expect("an error of this type")
}
