//! `cantilever run`: runs a program, or calls an exported function and prints its result.

mod chosen;
mod surroundings;

use self::chosen::Chosen;
use self::surroundings::Surroundings;
use super::Failure;
use super::guest_file::GuestFile;
use super::http_client::HttpClient;
use super::invocation::Invocation;
use super::wasi_options::WasiOptions;
use cantilever::runtime::wave;
use cantilever::runtime::{Component, Config, Engine, Error, InstancePre, Profiler, Val};
use cantilever_abi::block::Supervision;
use cantilever_wasi::WasiCtx;
use cantilever_wasi::net::wait_for_deliveries;
use clap::{Args, ValueEnum};
use std::time::Duration;

/// Run a program, or call a function that a component exports and print its result
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    #[command(flatten)]
    guest: GuestFile,

    /// The program's arguments: everything after the file
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    arguments: Vec<String>,

    /// The function to call, with its arguments; by default `wasi:cli/run`, if it is exported
    #[arg(long, value_name = "NAME(ARGS)")]
    invoke: Option<String>,

    /// Print a string result as it is: no quotation marks, no escapes, no newline after it
    #[arg(long)]
    raw: bool,

    /// What the program takes for its own name; by default the name of the file
    #[arg(long, value_name = "NAME")]
    argv0: Option<String>,

    /// Name the functions of the loaded code for a profiler
    #[arg(long, value_enum, value_name = "PROFILER")]
    profile: Option<Profile>,

    /// Stop the guest after this time, with exit code 124; for example 0.5
    ///
    /// The time for compiling does not count. An object must have been compiled with
    /// `--interruptible`.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,

    /// Trap after so many operators of the guest
    ///
    /// Operators that only structure code are free; a bulk operator, string or list costs one more
    /// for every 64 bytes. An object must have been compiled with `--count-fuel`.
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,

    /// Trap when calls of the guest need more native stack than this, in bytes
    ///
    /// The default is 1048576, 1 MiB.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(0..=MAX_STACK))]
    max_wasm_stack: Option<u64>,

    #[command(flatten)]
    wasi: WasiOptions,
}

/// The most stack that guests may be given: 512 MiB.
const MAX_STACK: u64 = 512 << 20;

/// How long the command waits for what the guest has written to connections and left behind.
const PATIENCE: Duration = Duration::from_secs(30);

/// For which profiler functions are named.
#[derive(ValueEnum, Debug, Clone, Copy)]
enum Profile {
    /// `perf record` and `perf report`, by /tmp/perf-PID.map
    Perfmap,
}

const EXAMPLES: &str = "\
Examples:
  cantilever run --invoke 'add(1, 2)' adder.wasm
  cantilever run --invoke 'greet(\"Ada\", some({age: 36}))' hello.wat
  cantilever run --invoke 'demo:kv/store@0.1.0/live()' kv.wasm
      A function of an exported interface. `store/live()` means the same when
      only one interface has this name, and `live()` when only one function has.
  cantilever run --raw --invoke 'report()' hello.wasm > report.txt
  cantilever run --allow-precompiled --invoke 'report()' hello.o
      An object is native code, and can do all that you can. Only such a one
      is to be run that comes from somebody whose programs you would run.
  cantilever run --timeout 2 --invoke 'search(12)' slow.wasm
  cantilever run hello.wasm
      Lists what can be called, unless `wasi:cli/run` is exported.

Arguments and the result are in WAVE, the text form of component values:
  -1, 2.5, nan, true        numbers and truth values
  'c', \"text\\n\"             characters and strings
  [1, 2], (1, \"two\")        lists and tuples
  {field: 1, other: 2}      records
  {read, write}             flags
  case, case(1)             enums and variants
  none, some(1), ok, err(1) options and results
So a string is printed on one line, with quotation marks and escapes; `--raw`
prints the text itself.

A trap of the guest goes to standard error, with the functions that were
running, offsets in the input, and source lines where the input has them; the
exit code is then 134, or 124 if it ran longer than `--timeout` allows. So do
the handles that are still alive at the end, for code that was compiled with
--debug-handles; they change no exit code.

Where the time goes, by function:
  perf record cantilever run --profile perfmap --invoke 'work(9)' hello.wasm
  perf report";

impl Run {
    /// Compiles if need be, instantiates, calls, prints.
    pub fn execute(&self) -> Result<(), Failure> {
        if self.wasi.asks_for_help() {
            return print(&format!("{}\n", super::wasi_options::GRANTS));
        }
        let call = self.invoke.as_deref().map(Invocation::parse).transpose().map_err(|what| {
            Failure::remedied(what, "for example: --invoke 'add(1, 2)'; see `cantilever run --help`")
        })?;
        let config = self.engine_config();
        let stack = config.thread_stack_size();
        let engine = Engine::new(config);
        let supervision = Supervision { interruptible: self.timeout.is_some(), fuel: self.fuel.is_some() };
        let component = self.guest.component(&engine, supervision)?;
        let chosen = Chosen::new(&component, call.as_ref())?;
        let arguments = match &call {
            Some(call) => chosen.arguments(call)?,
            None => Vec::new(),
        };
        let http = self.wasi.http().then(HttpClient::start).transpose()?;
        let context = surroundings::context(self, http.as_ref())?;
        let pre = self.link(&engine, &component).map_err(|e| self.guest.refused(e))?;
        let result = on_thread(stack, || self.call(&engine, &pre, context, &chosen, &arguments))?;
        match (call, result?) {
            // As a native program does, it has said itself what was wrong.
            (None, Some(Val::Result(Err(_)))) => Err(Failure::Exited(1)),
            (None, _) | (_, None) => Ok(()),
            (Some(_), Some(Val::String(text))) if self.raw => print(&text),
            (Some(_), Some(result)) => print(&format!("{}\n", wave::write(&result))),
        }
    }

    fn engine_config(&self) -> Config {
        let mut config = self.guest.engine_config();
        if let Some(Profile::Perfmap) = self.profile {
            config = config.profiler(Profiler::PerfMap);
        }
        match self.max_wasm_stack {
            Some(bytes) => config.max_wasm_stack(bytes as usize),
            None => config,
        }
    }

    /// What the program takes for its own name.
    fn program_name(&self) -> String {
        let of_file = || self.guest.file.file_name().map(|name| name.to_string_lossy().into_owned());
        self.argv0.clone().or_else(of_file).unwrap_or_default()
    }

    fn link(&self, engine: &Engine, component: &Component) -> Result<InstancePre<WasiCtx>, Error> {
        surroundings::linker(engine)?.instantiate_pre(component)
    }

    /// Instantiates and calls, within the limits that were asked for.
    fn call(
        &self,
        engine: &Engine,
        pre: &InstancePre<WasiCtx>,
        context: WasiCtx,
        chosen: &Chosen,
        arguments: &[Val],
    ) -> Result<Option<Val>, Failure> {
        let _pipes = IgnoredPipes::new();
        let surroundings = Surroundings::new(self, engine, context).map_err(|e| self.guest.refused(e))?;
        let Surroundings { mut store, deadline: _deadline } = surroundings;
        let result = pre.instantiate(&mut store).and_then(|instance| {
            let func = instance.get_func(&mut store, &chosen.path).expect("the component lists this export");
            func.call(&mut store, arguments)
        });
        // What the guest has written is to arrive, however it ended.
        let flushed = store.data_mut().flush_standard_streams();
        wait_for_deliveries(PATIENCE);
        let result = result.map_err(|e| self.guest.refused(e))?;
        flushed.map_err(|e| Failure::TimedOut(e.to_string()))?;
        Ok(result)
    }
}

/// While it lives, a reader that goes away closes a guest's stream, and does not end the command.
struct IgnoredPipes;

impl IgnoredPipes {
    fn new() -> Self {
        super::set_closed_pipe(libc::SIG_IGN);
        IgnoredPipes
    }
}

impl Drop for IgnoredPipes {
    fn drop(&mut self) {
        super::set_closed_pipe(libc::SIG_DFL);
    }
}

/// Runs `call` on a thread with a stack of this size, whatever the system gave the main thread.
fn on_thread<R: Send>(stack: usize, call: impl FnOnce() -> R + Send) -> Result<R, Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, call);
        let thread = thread.map_err(|e| Failure::refused(format!("no thread with {stack} bytes of stack: {e}")))?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// A length of time, as the command line has it.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "this is no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}

fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|e| Failure::refused(format!("standard output cannot be written: {e}")))
}
