//! What a caller can choose about bindings.

use crate::Error;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is generated, and from what.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// A WIT file, or a directory of a package with its dependencies in `deps/`.
    pub wit: PathBuf,
    /// The world: its name, or that of its package and its own, such as `wasi:cli/command`. Without
    /// it the package has just one.
    pub world: Option<String>,
    /// The features whose unstable items are generated too.
    pub features: Vec<String>,
    /// Are all unstable items generated?
    pub all_features: bool,
    /// The Rust types that stand for resources of the host, by `package/interface/resource`, as in
    /// `wasi:io/streams/input-stream`. The others get types of their own.
    pub resources: BTreeMap<String, String>,
    /// The path of the runtime's library: `cantilever_runtime`, or `cantilever::runtime`.
    pub runtime: String,
}

impl Options {
    /// Bindings for the only world of a package, with stable items alone.
    pub fn new(wit: impl Into<PathBuf>) -> Self {
        Options {
            wit: wit.into(),
            world: None,
            features: Vec::new(),
            all_features: false,
            resources: BTreeMap::new(),
            runtime: "cantilever_runtime".to_owned(),
        }
    }

    /// The path of the runtime's library, as Rust.
    pub(crate) fn runtime_path(&self) -> Result<syn::Path, Error> {
        syn::parse_str(&self.runtime).map_err(|_| Error::RuntimePath(self.runtime.clone()))
    }
}
