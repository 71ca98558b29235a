//! The file that a command runs: a component, a core module of WASI 0.1, or an object. Loads it, or
//! makes code of it.
//!
//! It must not know what is called.

use super::cache::CacheChoice;
use super::code_options::CodeOptions;
use super::provided::ProvidedImports;
use super::{Failure, input::Input, preview1};
use cantilever::CompileOptions;
use cantilever::runtime::{Component, Config, Engine, Error, LinkError, UnknownImports};
use cantilever_abi::block::{Supervision, TrapKind};
use clap::Args;
use std::path::PathBuf;

/// A guest, and how code is made of it.
#[derive(Args)]
pub struct GuestFile {
    /// The component: binary (.wasm) or text (.wat), a core module of WASI 0.1, or an object
    /// written by `compile`; `-` reads standard input
    pub file: PathBuf,

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

    #[command(flatten)]
    cache: CacheChoice,
}

impl GuestFile {
    /// The engine's settings.
    pub fn engine_config(&self) -> Config {
        self.code.engine_config()
    }

    /// Loads the object, if that is allowed, or compiles the component. `supervision` is what the
    /// command needs of code beside what the user asks for.
    pub fn component(&self, engine: &Engine, supervision: Supervision) -> Result<Component, Failure> {
        let component = match Input::read(&self.file)? {
            Input::Object(object) if self.allow_precompiled => {
                // SAFETY: the user vouches for the object, as the option's description asks for.
                unsafe { Component::from_object(engine, &object) }.map_err(|e| self.refused(e))?
            }
            Input::Object(_) => {
                let what = "this is an object: native code, which is not kept from anything that you may do";
                return Err(Failure::remedied(
                    format!("{}: {what}", self.file.display()),
                    "if you trust where it comes from, add `--allow-precompiled`; else run the component itself",
                ));
            }
            Input::Wasm(wasm) => self.compile(engine, &wasm, supervision)?,
        };
        if self.code.debug_handles() && !component.debugs_handles() {
            let what = format!("{}: this object was compiled without --debug-handles", self.file.display());
            return Err(Failure::remedied(what, "compile it again with `cantilever compile --debug-handles`"));
        }
        Ok(component)
    }

    fn compile(&self, engine: &Engine, wasm: &[u8], supervision: Supervision) -> Result<Component, Failure> {
        let options = self.code.compile_options();
        let options = CompileOptions {
            provided: self.provided.read()?,
            interruptible: options.interruptible || supervision.interruptible,
            fuel: options.fuel || supervision.fuel,
            ..options
        };
        let component;
        let wasm = match is_module(wasm) {
            true => {
                component = preview1::componentize(wasm, &self.file)?;
                &component[..]
            }
            false => wasm,
        };
        self.cache.component(engine, &self.file, wasm, &options).map_err(|e| self.refused(e))
    }

    /// What the user is told about an error.
    pub fn refused(&self, error: Error) -> Failure {
        if let Some(code) = error.exit_code() {
            return Failure::Exited(code);
        }
        let remedy = match &error {
            Error::Trap(trap) if trap.kind() == Some(TrapKind::Interrupted) => {
                return Failure::TimedOut(trap.to_string());
            }
            Error::Trap(trap) => return Failure::Trapped(trap.to_string()),
            Error::Link(LinkError::NotInterruptible | LinkError::CountsNoFuel) => {
                "compile the object again with that option, or give the component itself"
            }
            Error::Link(LinkError::UnknownImports(missing)) => grant(missing),
            _ => return Failure::refused(format!("{}: {error}", self.file.display())),
        };
        Failure::remedied(format!("{}: {error}", self.file.display()), remedy)
    }
}

/// What grants imports that nothing defines.
fn grant(missing: &UnknownImports) -> &'static str {
    let lies_in = |package: &str| missing.interfaces().iter().any(|interface| interface.name().starts_with(package));
    if lies_in("wasi:http/") {
        "`-S http` lets `run` give `wasi:http`"
    } else {
        "compose the component with one that exports what it needs"
    }
}

/// Binary core modules and components differ in the two bytes after the version.
fn is_module(wasm: &[u8]) -> bool {
    wasm.get(6..8) == Some(&[0, 0])
}
