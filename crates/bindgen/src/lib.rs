//! Writes readable Rust bindings for WIT worlds.
//!
//! It is a generator, not a macro. What it writes is checked in, read, searched and completed by
//! editors like any other code, and [`Bindings::stale`] tells when it is out of date.
//!
//! For an interface that guests import there is a trait that the host implements. For one that they
//! export there is a struct with a method for each function. Types become structs and enums with
//! the runtime's derives, and documentation is that of the WIT.
//!
//! It knows WIT and the names of the runtime's public types. It must not know how values are lifted
//! or lowered.

mod check;
mod definitions;
mod docs;
mod error;
mod export;
mod facts;
mod file;
mod functions;
mod import;
mod linker_call;
mod modules;
mod names;
mod options;
mod print;
mod resources;
mod types;
mod wit;
mod world;

pub use error::Error;
pub use options::Options;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Generated files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bindings {
    files: BTreeMap<PathBuf, String>,
}

/// Generates the bindings that the options ask for.
pub fn generate(options: &Options) -> Result<Bindings, Error> {
    let runtime = options.runtime_path()?;
    let (resolve, world) = wit::read(options)?;
    let facts = facts::AllFacts::new(&resolve);
    check::world(&resolve, world, &facts)?;
    let modules = modules::Modules::new(&resolve, world);
    let resources = resources::Resources::new(options, &resolve, &modules)?;
    let world = file::World { resolve: &resolve, world, runtime, resources, modules: &modules, facts: &facts };
    Ok(Bindings { files: world.files() })
}

impl Bindings {
    /// The files, by their paths in the directory of the bindings.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// Writes the files into a directory. Those that have the right text already are left alone.
    pub fn write(&self, directory: &Path) -> Result<(), Error> {
        for path in self.stale(directory)? {
            let file = directory.join(&path);
            let folder = file.parent().unwrap_or(directory);
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
            fs::write(&file, &self.files[&path]).map_err(Error::file(&file))?;
        }
        Ok(())
    }

    /// The files of a directory that have another text, or that are not there.
    pub fn stale(&self, directory: &Path) -> Result<Vec<PathBuf>, Error> {
        let mut stale = Vec::new();
        for (path, text) in &self.files {
            let file = directory.join(path);
            match fs::read(&file) {
                Ok(found) if found == text.as_bytes() => {}
                Ok(_) => stale.push(path.clone()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push(path.clone()),
                Err(error) => return Err(Error::file(&file)(error)),
            }
        }
        Ok(stale)
    }
}
