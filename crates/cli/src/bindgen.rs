//! `cantilever bindgen`: Rust bindings for a WIT world, as files that are checked in.

use super::Failure;
use cantilever_bindgen::{Options, generate};
use clap::Args;
use std::path::{Path, PathBuf};

/// Write readable Rust bindings for a WIT world
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Bindgen {
    /// A WIT file, or the directory of a package with its dependencies in `deps/`
    wit: PathBuf,

    /// The world, such as `command` or `wasi:cli/command` [default: the package's only one]
    #[arg(short, long, value_name = "WORLD")]
    world: Option<String>,

    /// The directory that the files are written to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// Write nothing, and fail if a file is out of date
    #[arg(long)]
    check: bool,

    /// Features whose unstable items are generated too, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    features: Vec<String>,

    /// Generate all unstable items
    #[arg(long)]
    all_features: bool,

    /// The Rust type that stands for a resource of the host; can be repeated
    ///
    /// The resource is named with its package and interface, the type with its path. A resource
    /// without such a type gets one of its own, which has no values.
    #[arg(long = "resource", value_name = "RESOURCE=TYPE")]
    resources: Vec<String>,

    /// The path of the runtime's library
    #[arg(long = "crate", value_name = "PATH", default_value = "cantilever_runtime")]
    runtime: String,
}

const EXAMPLES: &str = "\
Examples:
  cantilever bindgen wit/ -o src/bindings
      One file for each interface of the package's only world. A trait for what
      guests import, with `add_to_linker`; a struct for what they export.
  cantilever bindgen wit/ --world service -o src/bindings --check
      Whether the files are what would be written, for continuous integration.
  cantilever bindgen wit/ -o src/bindings \\
      --resource wasi:io/streams/input-stream=crate::stream::InputStream
      With a type of the host's for a resource.
  cantilever bindgen wit/ -o src/bindings --crate cantilever::runtime
      For a program that depends on `cantilever` alone.

The files belong to the program: check them in, and write `pub mod bindings;`.
They tell rustfmt to leave them as they are.";

impl Bindgen {
    /// Generates, and writes or compares.
    pub fn execute(&self) -> Result<(), Failure> {
        let bindings = generate(&self.options()?).map_err(Failure::refused)?;
        if !self.check {
            return bindings.write(&self.output).map_err(Failure::refused);
        }
        let stale = bindings.stale(&self.output).map_err(Failure::refused)?;
        if stale.is_empty() {
            return Ok(());
        }
        let files: Vec<String> = stale.iter().map(|file| self.output.join(file).display().to_string()).collect();
        Err(Failure::remedied(
            format!("out of date: {}", files.join(", ")),
            "run the same command without --check, and look at what changes",
        ))
    }

    fn options(&self) -> Result<Options, Failure> {
        let mut options = Options::new(Path::new(&self.wit));
        options.world.clone_from(&self.world);
        options.features.clone_from(&self.features);
        options.all_features = self.all_features;
        options.runtime.clone_from(&self.runtime);
        for item in &self.resources {
            let (resource, ty) = item.split_once('=').ok_or_else(|| {
                Failure::remedied(
                    format!("--resource {item}: there is no type"),
                    "write, for example, --resource demo:kv/store/bucket=crate::Bucket",
                )
            })?;
            options.resources.insert(resource.to_owned(), ty.to_owned());
        }
        Ok(options)
    }
}
