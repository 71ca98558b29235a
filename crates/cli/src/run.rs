//! `cantilever run`: calls an exported function and prints its result.

use super::code_options::CodeOptions;
use super::deadline::Deadline;
use super::invocation::{Found, Invocation};
use super::progress::ProgressLine;
use super::provided::ProvidedImports;
use super::{Failure, input::Input};
use cantilever::Compile as _;
use cantilever::CompileOptions;
use cantilever::runtime::wave::{self, WaveError};
use cantilever::runtime::{
    Component, Config, Engine, Error, ExportKind, FuncSignature, LinkError, Linker, Profiler, Store, Val,
};
use cantilever_abi::block::TrapKind;
use clap::{Args, ValueEnum};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// Call a function that a component exports, and print its result
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    /// The component: binary (.wasm) or text (.wat), or an object written by `compile`; `-` reads
    /// standard input
    file: PathBuf,

    /// The function to call, with its arguments; by default `wasi:cli/run`, if it is exported
    #[arg(long, value_name = "NAME(ARGS)")]
    invoke: Option<String>,

    /// Print a string result as it is: no quotation marks, no escapes, no newline after it
    #[arg(long)]
    raw: bool,

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
    /// Run an object; it is native code, and may do whatever you may do
    ///
    /// Use it only for objects that you compiled yourself, or whose authors' programs you would
    /// run.
    #[arg(long)]
    allow_precompiled: bool,

    #[command(flatten)]
    code: CodeOptions,

    #[command(flatten)]
    provided: ProvidedImports,
}

/// The most stack that guests may be given: 512 MiB.
const MAX_STACK: u64 = 512 << 20;

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
        let call = self.invoke.as_deref().map(Invocation::parse).transpose().map_err(|what| {
            Failure::remedied(what, "for example: --invoke 'add(1, 2)'; see `cantilever run --help`")
        })?;
        let config = self.engine_config();
        let stack = config.thread_stack_size();
        let engine = Engine::new(config);
        let component = self.component(&engine)?;
        if self.code.debug_handles() && !component.debugs_handles() {
            let what = format!("{}: this object was compiled without --debug-handles", self.file.display());
            return Err(Failure::remedied(what, "compile it again with `cantilever compile --debug-handles`"));
        }
        let chosen = Chosen::new(&component, call.as_ref())?;
        let arguments = match &call {
            Some(call) => chosen.arguments(call)?,
            None => Vec::new(),
        };
        let result = on_thread(stack, || self.call(&engine, &component, &chosen, &arguments))?;
        let result = result.map_err(|e| self.refused(e))?;
        match (call, result) {
            (None, Some(Val::Result(Err(_)))) => Err(Failure::refused("`run` returned an error")),
            (None, _) | (_, None) => Ok(()),
            (Some(_), Some(Val::String(text))) if self.raw => print(&text),
            (Some(_), Some(result)) => print(&format!("{}\n", wave::write(&result))),
        }
    }

    fn engine_config(&self) -> Config {
        let mut config = self.code.engine_config();
        if let Some(Profile::Perfmap) = self.profile {
            config = config.profiler(Profiler::PerfMap);
        }
        match self.max_wasm_stack {
            Some(bytes) => config.max_wasm_stack(bytes as usize),
            None => config,
        }
    }

    /// Loads the object, if that is allowed, or compiles the component.
    fn component(&self, engine: &Engine) -> Result<Component, Failure> {
        let wasm = match Input::read(&self.file)? {
            Input::Object(object) if self.allow_precompiled => {
                // SAFETY: the user vouches for the object, as the option's description asks for.
                return unsafe { Component::from_object(engine, &object) }.map_err(|e| self.refused(e));
            }
            Input::Object(_) => {
                let what = "this is an object: native code, which is not kept from anything that you may do";
                return Err(Failure::remedied(
                    format!("{}: {what}", self.file.display()),
                    "if you trust where it comes from, add `--allow-precompiled`; else run the component itself",
                ));
            }
            Input::Wasm(wasm) => wasm,
        };
        if is_module(&wasm) {
            let what = format!("{}: this is a core module, not a component", self.file.display());
            return Err(Failure::remedied(what, "make a component of it with `wasm-tools component new`"));
        }
        let options = self.code.compile_options();
        let options = CompileOptions {
            provided: self.provided.read()?,
            interruptible: options.interruptible || self.timeout.is_some(),
            fuel: options.fuel || self.fuel.is_some(),
            ..options
        };
        Component::with_progress(engine, &wasm, &options, &ProgressLine::new()).map_err(|e| self.refused(e))
    }

    /// Instantiates and calls, within the limits that were asked for.
    fn call(
        &self,
        engine: &Engine,
        component: &Component,
        chosen: &Chosen,
        arguments: &[Val],
    ) -> Result<Option<Val>, Error> {
        let mut store = Store::new(engine, ());
        store.on_leak(|handles| {
            eprintln!("handles that are still alive at the end: {}", handles.len());
            handles.iter().for_each(|handle| eprintln!("    {handle}"));
        });
        if let Some(fuel) = self.fuel {
            store.set_fuel(fuel)?;
        }
        let _deadline = match self.timeout {
            Some(time) => Some(Deadline::new(store.interrupt_handle()?, time)),
            None => None,
        };
        let instance = Linker::new(engine).instantiate(&mut store, component)?;
        let func = instance.get_func(&mut store, &chosen.path).expect("the component lists this export");
        func.call(&mut store, arguments)
    }

    fn refused(&self, error: Error) -> Failure {
        match error {
            Error::Trap(trap) if trap.kind() == Some(TrapKind::Interrupted) => Failure::TimedOut(trap.to_string()),
            Error::Trap(trap) => Failure::Trapped(trap.to_string()),
            Error::Link(LinkError::NotInterruptible | LinkError::CountsNoFuel) => Failure::remedied(
                format!("{}: {error}", self.file.display()),
                "compile the object again with that option, or give the component itself",
            ),
            Error::Link(LinkError::UnknownImports(_)) => Failure::remedied(
                format!("{}: {error}", self.file.display()),
                "nothing is imported from the host here: compose the component with one that exports what it needs",
            ),
            error => Failure::refused(format!("{}: {error}", self.file.display())),
        }
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
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "this is no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}

/// Binary core modules and components differ in the two bytes after the version.
fn is_module(wasm: &[u8]) -> bool {
    wasm.get(6..8) == Some(&[0, 0])
}

fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|e| Failure::refused(format!("standard output cannot be written: {e}")))
}

/// The function that is called.
struct Chosen {
    path: String,
    signature: FuncSignature,
}

impl Chosen {
    fn new(component: &Component, call: Option<&Invocation>) -> Result<Self, Failure> {
        let functions: Vec<(Vec<String>, FuncSignature)> = component
            .exports()
            .into_iter()
            .filter_map(|item| match item.kind {
                ExportKind::Func(signature) => Some((item.path, signature)),
                _ => None,
            })
            .collect();
        let found = match call {
            Some(call) => call.find(functions.iter().map(|(path, _)| path.as_slice())),
            None => functions.iter().position(|(path, _)| is_wasi_run(path)).map_or(Found::Nothing, Found::One),
        };
        match (found, call) {
            (Found::One(index), _) => {
                let (path, signature) = &functions[index];
                Ok(Chosen { path: path.join("/"), signature: signature.clone() })
            }
            (Found::Several(indices), Some(call)) => Err(Failure::remedied(
                format!("`{}` is the name of {} exported functions", call.name(), indices.len()),
                format!("write the whole name of one:{}", list(indices.iter().map(|i| &functions[*i]))),
            )),
            (_, Some(call)) => Err(Failure::remedied(
                format!("there is no exported function `{}`", call.name()),
                format!("the component exports:{}", list(functions.iter())),
            )),
            (_, None) => Err(Failure::remedied(
                "no function was named, and the component does not export `wasi:cli/run`",
                format!("name one with --invoke 'NAME(ARGS)'; the component exports:{}", list(functions.iter())),
            )),
        }
    }

    fn arguments(&self, call: &Invocation) -> Result<Vec<Val>, Failure> {
        let expected = format!("the function is `{}: {}`", self.path, self.signature);
        if let Some(result) = &self.signature.result {
            wave::check(result).map_err(|e| Failure::remedied(e, &expected))?;
        }
        wave::read_arguments(call.arguments(), &self.signature).map_err(|error| match error {
            WaveError::NoText(_) => Failure::remedied(error, &expected),
            WaveError::Text { message, span } => {
                let (before, marked) = (&call.arguments()[..span.start], &call.arguments()[span]);
                let indent = call.name().chars().count() + before.chars().count();
                let marks = "^".repeat(marked.chars().count().max(1));
                let shown = format!("    {}{}\n    {:indent$}{marks}", call.name(), call.arguments(), "");
                Failure::remedied(format!("wrong arguments: {message}\n{shown}"), &expected)
            }
        })
    }
}

fn is_wasi_run(path: &[String]) -> bool {
    matches!(path, [interface, func] if func == "run" && (interface == "wasi:cli/run" || interface.starts_with("wasi:cli/run@")))
}

fn list<'a>(functions: impl Iterator<Item = &'a (Vec<String>, FuncSignature)>) -> String {
    let mut text = String::new();
    for (path, signature) in functions {
        write!(text, "\n    {}: {signature}", path.join("/")).expect("a string takes everything");
    }
    if text.is_empty() { " no functions".to_owned() } else { text }
}
