//! `cantilever compile`: a native object, or the code before and after instruction selection as
//! text.

use super::cache::CacheChoice;
use super::code_options::CodeOptions;
use super::provided::ProvidedImports;
use super::{Failure, input::Input};
use cantilever::{CompileOptions, EmitText};
use clap::{Args, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Compile a component to a native object, or print its code
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Compile {
    /// The component: binary (.wasm) or text (.wat); `-` reads standard input
    file: PathBuf,

    /// Where the output goes; `-` is standard output, and the default for text
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// What to write
    #[arg(long, value_enum, default_value = "obj")]
    emit: Emit,

    /// Print only the functions whose symbols contain this
    #[arg(long, value_name = "NAME")]
    function: Option<String>,

    /// The machine to compile for, such as aarch64-unknown-linux-gnu
    /// [default: this machine and its CPU's features]
    ///
    /// The architectures are x86_64, aarch64, riscv64gc and s390x. A triple means the
    /// architecture's baseline CPU.
    #[arg(long, value_name = "TRIPLE", help_heading = "Code generation")]
    target: Option<String>,

    #[command(flatten)]
    code: CodeOptions,

    #[command(flatten)]
    provided: ProvidedImports,

    #[command(flatten)]
    cache: CacheChoice,
}

const EXAMPLES: &str = "\
Examples:
  cantilever compile kv.wasm -o kv.o
  cantilever compile kv.wasm -o kv.o --target aarch64-unknown-linux-gnu
  cantilever compile kv.wasm --emit clif
      Every function in Cranelift's intermediate form, with what was inlined; also
      those of which an object has no code, since all calls of them are dissolved.
  cantilever compile kv.wasm --emit asm --function run
      The machine code of the functions whose symbols contain `run`.
  cantilever compile app.wasm -o app.o --provide math=math.wasm
      With the core module that the component imports as `math`.

An object is an ordinary relocatable ELF file: `cantilever run` loads it when
`--allow-precompiled` is given, and debuggers and profilers see its symbols.
It ends with checksums of itself, so a tool that rewrites it makes it unloadable.";

/// What is written.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Emit {
    /// A relocatable object
    Obj,
    /// Cranelift's intermediate form, after inlining
    Clif,
    /// The same after Cranelift's optimiser
    OptimizedClif,
    /// Assembly
    Asm,
}

impl Compile {
    /// Compiles and writes.
    pub fn execute(&self) -> Result<(), Failure> {
        let wasm = Input::read(&self.file)?.into_wasm(&self.file)?;
        let (target, provided) = (self.target.clone(), self.provided.read()?);
        let options = CompileOptions { target, provided, ..self.code.compile_options() };
        let output = match self.emit {
            Emit::Obj => self.object(&wasm, &options)?,
            Emit::Clif => self.text(&wasm, &options, EmitText::Clif)?,
            Emit::OptimizedClif => self.text(&wasm, &options, EmitText::OptimizedClif)?,
            Emit::Asm => self.text(&wasm, &options, EmitText::Asm)?,
        };
        match &self.output {
            Some(path) if path != Path::new("-") => std::fs::write(path, output)
                .map_err(|e| Failure::refused(format!("{} cannot be written: {e}", path.display()))),
            _ => std::io::stdout()
                .write_all(&output)
                .map_err(|e| Failure::refused(format!("standard output cannot be written: {e}"))),
        }
    }

    fn object(&self, wasm: &[u8], options: &CompileOptions) -> Result<Vec<u8>, Failure> {
        if self.function.is_some() {
            return Err(Failure::remedied(
                "--function selects what is printed, and an object is whole",
                "add `--emit clif` or `--emit asm`",
            ));
        }
        match &self.output {
            None => {
                return Err(Failure::remedied(
                    "an object needs a file to go to",
                    "name it with `-o OUT`, or print the code with `--emit clif` or `--emit asm`",
                ));
            }
            Some(path) if path == Path::new("-") && std::io::stdout().is_terminal() => {
                return Err(Failure::remedied("an object is no text for a terminal", "name a file with `-o OUT`"));
            }
            Some(_) => {}
        }
        self.cache.object(&self.file, wasm, options).map_err(|e| self.refused(e))
    }

    fn text(&self, wasm: &[u8], options: &CompileOptions, form: EmitText) -> Result<Vec<u8>, Failure> {
        let text = cantilever::emit_text(wasm, options, form, self.function.as_deref()).map_err(|e| self.refused(e))?;
        match &self.function {
            Some(name) if text.is_empty() => Err(Failure::remedied(
                format!("{}: there is no function whose symbol contains `{name}`", self.file.display()),
                "leave out --function to see all of them",
            )),
            _ => Ok(text.into_bytes()),
        }
    }

    fn refused(&self, error: cantilever::Error) -> Failure {
        Failure::refused(format!("{}: {error}", self.file.display()))
    }
}
