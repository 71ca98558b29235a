//! The `cantilever` command: a thin layer over the library's façade, one file per subcommand.
//!
//! Results go to standard output and nothing else does; what went wrong goes to standard error with
//! the place in the input and the remedy. Nothing here knows how code is made or run; `inspect`
//! also reads the plan and the metadata of objects.

mod bindgen;
mod cache;
mod code_options;
mod compile;
mod deadline;
mod failure;
mod guest_file;
#[cfg_attr(not(feature = "serve"), path = "no_http_client.rs")]
mod http_client;
mod input;
mod inspect;
mod invocation;
mod listing;
mod preview1;
mod progress;
mod provided;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod signature;
mod text_lines;
mod wasi_options;
mod wast;

pub use failure::Failure;
pub use input::Input;
pub use invocation::{Found, Invocation};

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A native compiler for WebAssembly components.
#[derive(Parser)]
#[command(
    name = "cantilever",
    version,
    about = "Compiles WebAssembly components to native code, and runs them",
    long_about = "Compiles WebAssembly components to native code, and runs them.\n\n\
        Handles and the adapters between components are compiled into the callers that use them; no call goes through \
        a runtime on the way from one component to the next.",
    after_help = EXAMPLES,
    arg_required_else_help = true,
    subcommand_required = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  cantilever run --invoke 'add(1, 2)' adder.wasm   call an export, print its result
  cantilever run adder.wat                         see what can be called
  cantilever serve hello.wasm                      answer HTTP requests with a component
  cantilever compile adder.wasm -o adder.o         make a native object, once
  cantilever run --allow-precompiled adder.o       run it, as often as you like
  cantilever compile adder.wasm --emit clif        read the code
  cantilever inspect adder.wasm                    imports, exports, adapters
  cantilever cache list                            see what need not be compiled again
  cantilever wast tests/                           run the official test scripts
  cantilever bindgen wit/ -o src/bindings          write Rust for a host

Exit codes:
  0    success
  1    a refused input, a wrong argument or a failed test
  N    what the program that `run` ran ended with; 1 if that is an error
  2    a wrong command line
  124  the guest ran longer than `--timeout` allows
  134  the guest trapped";

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    Compile(compile::Compile),
    Wast(wast::Wast),
    Inspect(inspect::Inspect),
    Bindgen(bindgen::Bindgen),
    Cache(cache::CacheCommand),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    end_with_closed_pipe();
    let outcome = match Arguments::parse().command {
        Command::Run(command) => command.execute(),
        #[cfg(feature = "serve")]
        Command::Serve(command) => command.execute(),
        Command::Compile(command) => command.execute(),
        Command::Wast(command) => command.execute(),
        Command::Inspect(command) => command.execute(),
        Command::Bindgen(command) => command.execute(),
        Command::Cache(command) => command.execute(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Reported | Failure::Exited(_)) {
                eprintln!("{failure}");
            }
            failure.exit_code()
        }
    }
}

/// Lets a reader that has seen enough (`cantilever inspect … | head`) end the process, as it ends
/// other commands: Rust ignores the signal and would report a failed write.
fn end_with_closed_pipe() {
    set_closed_pipe(libc::SIG_DFL);
}

/// What a write to a pipe that nobody reads does to the process.
fn set_closed_pipe(disposition: libc::sighandler_t) {
    // SAFETY: both dispositions that this is called with, the default and to ignore the signal,
    // call no code.
    #[cfg(unix)]
    unsafe {
        libc::signal(libc::SIGPIPE, disposition);
    }
}
