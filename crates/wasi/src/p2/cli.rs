//! `wasi:cli`: arguments, variables, standard streams, terminals, and the end of a program.
//!
//! It must not know how streams work.

use super::MAX_RESOURCES;
use super::io::{InputStreamResource, OutputStreamResource};
use crate::bindings::wasi::cli::terminal_input::TerminalInput;
use crate::bindings::wasi::cli::terminal_output::TerminalOutput;
use crate::bindings::wasi::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr, terminal_stdin,
    terminal_stdout,
};
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use crate::stream::descriptor::{DescriptorInput, DescriptorOutput};
use crate::stream::null::{Empty, Sink};
use crate::stream::shared::{SharedInput, SharedOutput};
use crate::stream::{Input, InputStream, Output, OutputStream};
use cantilever_runtime::{Exit, HostError, LinkError, Linker, Resource, Table};

/// What a program starts with.
#[derive(Debug)]
pub(crate) struct Cli {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    initial_cwd: Option<String>,
    stdin: StandardInput,
    stdout: StandardOutput,
    stderr: StandardOutput,
    /// Handles of terminals: nothing can be done with them yet.
    terminal_inputs: Table<(), TerminalInput>,
    terminal_outputs: Table<(), TerminalOutput>,
}

impl Default for Cli {
    fn default() -> Self {
        Cli {
            arguments: Vec::new(),
            variables: Vec::new(),
            initial_cwd: None,
            stdin: StandardInput::Null,
            stdout: StandardOutput::Null,
            stderr: StandardOutput::Null,
            terminal_inputs: Table::with_limit(MAX_RESOURCES),
            terminal_outputs: Table::with_limit(MAX_RESOURCES),
        }
    }
}

impl Cli {
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.terminal_inputs.set_limit(limit);
        self.terminal_outputs.set_limit(limit);
    }
}

/// Where standard input comes from. Guests may open it any number of times.
#[derive(Debug)]
enum StandardInput {
    Null,
    Descriptor(DescriptorInput),
    Host(SharedInput),
}

impl StandardInput {
    fn open(&self) -> Input {
        match self {
            StandardInput::Null => Box::new(Empty),
            StandardInput::Descriptor(input) => Box::new(input.clone()),
            StandardInput::Host(input) => Box::new(input.clone()),
        }
    }
}

/// Where a standard output goes to. Guests may open it any number of times.
#[derive(Debug)]
enum StandardOutput {
    Null,
    Descriptor(DescriptorOutput),
    Host(SharedOutput),
}

impl StandardOutput {
    fn open(&self) -> Output {
        match self {
            StandardOutput::Null => Box::new(Sink),
            StandardOutput::Descriptor(output) => Box::new(output.clone()),
            StandardOutput::Host(output) => Box::new(output.clone()),
        }
    }
}

impl WasiCtxBuilder {
    /// Adds arguments of the program. The first of all is its own name.
    pub fn args(&mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> &mut Self {
        self.ctx.cli.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Gives a variable a value. A variable that has one already gets this instead.
    pub fn env(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let (name, value) = (name.into(), value.into());
        match self.ctx.cli.variables.iter_mut().find(|(other, _)| *other == name) {
            Some((_, other)) => *other = value,
            None => self.ctx.cli.variables.push((name, value)),
        }
        self
    }

    /// Gives guests the variables of this process, but for those that are not UTF-8.
    pub fn inherit_env(&mut self) -> &mut Self {
        for (name, value) in std::env::vars_os() {
            if let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) {
                self.env(name, value);
            }
        }
        self
    }

    /// The path that programs take for `.`.
    pub fn initial_cwd(&mut self, path: impl Into<String>) -> &mut Self {
        self.ctx.cli.initial_cwd = Some(path.into());
        self
    }

    /// Lets guests read from a stream of the host:
    /// [`Bytes`](crate::stream::memory::Bytes), [a pipe](crate::stream::pipe::pipe), a descriptor,
    /// or one that the host implements.
    pub fn stdin(&mut self, input: impl InputStream + 'static) -> &mut Self {
        self.ctx.cli.stdin = StandardInput::Host(SharedInput::new(input));
        self
    }

    /// Lets guests write to a stream of the host, such as
    /// [`Collected`](crate::stream::memory::Collected).
    pub fn stdout(&mut self, output: impl OutputStream + 'static) -> &mut Self {
        self.ctx.cli.stdout = StandardOutput::Host(SharedOutput::new(output));
        self
    }

    /// As [`stdout`](Self::stdout), for standard error.
    pub fn stderr(&mut self, output: impl OutputStream + 'static) -> &mut Self {
        self.ctx.cli.stderr = StandardOutput::Host(SharedOutput::new(output));
        self
    }

    /// Gives guests the standard input of this process.
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.ctx.cli.stdin = StandardInput::Descriptor(DescriptorInput::stdin());
        self
    }

    /// Gives guests the standard output of this process. The process should ignore `SIGPIPE`, as
    /// Rust programs do: then a reader that goes away closes the stream and does not end the
    /// process.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.ctx.cli.stdout = StandardOutput::Descriptor(DescriptorOutput::stdout());
        self
    }

    /// Gives guests the standard error of this process, as [`inherit_stdout`](Self::inherit_stdout)
    /// does.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.ctx.cli.stderr = StandardOutput::Descriptor(DescriptorOutput::stderr());
        self
    }

    /// Gives guests all three standard streams of this process.
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }
}

impl WasiCtx {
    /// Hands over what standard output and standard error have accepted and still keep: a guest
    /// that writes without waiting may end before a slow reader has everything. Waits until it is
    /// done. Failures are no longer anybody's: they end the waiting.
    pub fn flush_standard_streams(&mut self) -> Result<(), HostError> {
        for mut output in [self.cli.stdout.open(), self.cli.stderr.open()] {
            // Nobody is left who could be told that the stream is closed.
            let _ = self.io.waiter.flush(&mut *output)?;
        }
        Ok(())
    }
}

impl environment::Environment for WasiCtx {
    fn get_environment(&mut self) -> Result<Vec<(String, String)>, HostError> {
        Ok(self.cli.variables.clone())
    }

    fn get_arguments(&mut self) -> Result<Vec<String>, HostError> {
        Ok(self.cli.arguments.clone())
    }

    fn initial_cwd(&mut self) -> Result<Option<String>, HostError> {
        Ok(self.cli.initial_cwd.clone())
    }
}

impl exit::Exit for WasiCtx {
    fn exit(&mut self, status: Result<(), ()>) -> Result<(), HostError> {
        self.exit_with_code(status.is_err().into())
    }

    fn exit_with_code(&mut self, code: u8) -> Result<(), HostError> {
        Err(Exit { code }.into())
    }
}

impl stdin::Stdin for WasiCtx {
    fn get_stdin(&mut self) -> Result<Resource<InputStreamResource>, HostError> {
        self.io.push_input(self.cli.stdin.open())
    }
}

impl stdout::Stdout for WasiCtx {
    fn get_stdout(&mut self) -> Result<Resource<OutputStreamResource>, HostError> {
        self.io.push_output(self.cli.stdout.open())
    }
}

impl stderr::Stderr for WasiCtx {
    fn get_stderr(&mut self) -> Result<Resource<OutputStreamResource>, HostError> {
        self.io.push_output(self.cli.stderr.open())
    }
}

impl terminal_input::TerminalInputInterface for WasiCtx {
    fn drop_terminal_input(&mut self, this: Resource<TerminalInput>) -> Result<(), HostError> {
        Ok(self.cli.terminal_inputs.remove(this)?)
    }
}

impl terminal_output::TerminalOutputInterface for WasiCtx {
    fn drop_terminal_output(&mut self, this: Resource<TerminalOutput>) -> Result<(), HostError> {
        Ok(self.cli.terminal_outputs.remove(this)?)
    }
}

impl terminal_stdin::TerminalStdin for WasiCtx {
    fn get_terminal_stdin(&mut self) -> Result<Option<Resource<TerminalInput>>, HostError> {
        let is_terminal = self.cli.stdin.open().is_terminal();
        Ok(if is_terminal { Some(self.cli.terminal_inputs.push(())?) } else { None })
    }
}

impl WasiCtx {
    fn terminal_output(&mut self, output: &dyn OutputStream) -> Result<Option<Resource<TerminalOutput>>, HostError> {
        Ok(if output.is_terminal() { Some(self.cli.terminal_outputs.push(())?) } else { None })
    }
}

impl terminal_stdout::TerminalStdout for WasiCtx {
    fn get_terminal_stdout(&mut self) -> Result<Option<Resource<TerminalOutput>>, HostError> {
        self.terminal_output(&*self.cli.stdout.open())
    }
}

impl terminal_stderr::TerminalStderr for WasiCtx {
    fn get_terminal_stderr(&mut self) -> Result<Option<Resource<TerminalOutput>>, HostError> {
        self.terminal_output(&*self.cli.stderr.open())
    }
}

/// Defines `wasi:cli/{environment,exit,stdin,stdout,stderr,terminal-…}`. `get` finds the context in
/// the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    environment::add_to_linker(linker, get)?;
    exit::add_to_linker(linker, get)?;
    stdin::add_to_linker(linker, get)?;
    stdout::add_to_linker(linker, get)?;
    stderr::add_to_linker(linker, get)?;
    terminal_input::add_to_linker(linker, get)?;
    terminal_output::add_to_linker(linker, get)?;
    terminal_stdin::add_to_linker(linker, get)?;
    terminal_stdout::add_to_linker(linker, get)?;
    terminal_stderr::add_to_linker(linker, get)
}
