//! `cantilever inspect`: what a component imports and exports, and what is compiled for it.

mod object;
mod outline;
mod plan;
mod wit;

use super::{Failure, input::Input};
use cantilever_object::load::read_metadata;
use clap::Args;
use outline::Outline;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Show a component's imports and exports, core signatures, adapters and built-ins
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    /// The component: binary (.wasm) or text (.wat), or an object written by `compile`; `-` reads
    /// standard input
    file: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  cantilever inspect kv.wasm
      The WIT of its world; then what becomes native code: resource types,
      lifted functions, adapters with the core signatures of both sides, and
      built-ins.
  cantilever inspect kv.o
      What the object was compiled for, what the host must provide, what can be
      called, and the largest functions. Nothing of it is run.";

impl Inspect {
    /// Prints what there is to see.
    pub fn execute(&self) -> Result<(), Failure> {
        let mut out = Outline::default();
        match Input::read(&self.file)? {
            Input::Wasm(wasm) => {
                let plan = cantilever::link::plan(Arc::from(wasm.as_slice()))
                    .map_err(|e| Failure::refused(format!("{}: {e}", self.file.display())))?;
                wit::write(&mut out, &wasm, &plan);
                plan::write(&mut out, &plan);
            }
            Input::Object(bytes) => {
                let artifact =
                    read_metadata(&bytes).map_err(|e| Failure::refused(format!("{}: {e}", self.file.display())))?;
                object::write(&mut out, &artifact);
            }
        }
        std::io::stdout()
            .write_all(out.finish().as_bytes())
            .map_err(|e| Failure::refused(format!("standard output cannot be written: {e}")))
    }
}
