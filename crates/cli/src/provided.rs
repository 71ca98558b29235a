//! What the command line gives a component for core modules and components that it imports.

use super::{Failure, input::Input};
use cantilever::Provided;
use clap::Args;
use std::path::Path;

/// Imports that are compiled in.
#[derive(Args, Debug, Clone)]
pub struct ProvidedImports {
    /// Compile a core module or component in, as what the component imports under this name; can be
    /// repeated
    ///
    /// It must have the type that the import declares. What is imported in an instance cannot be
    /// given.
    #[arg(long, value_name = "NAME=FILE")]
    provide: Vec<String>,
}

impl ProvidedImports {
    /// Reads the files.
    pub fn read(&self) -> Result<Vec<Provided>, Failure> {
        self.provide.iter().map(|item| provided(item)).collect()
    }
}

fn provided(item: &str) -> Result<Provided, Failure> {
    let (import, file) = item.split_once('=').ok_or_else(|| {
        Failure::remedied(format!("--provide {item}: there is no file"), "write, for example, --provide math=math.wasm")
    })?;
    let path = Path::new(file);
    Ok(Provided { import: import.to_owned(), wasm: Input::read(path)?.into_wasm(path)? })
}
