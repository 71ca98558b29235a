//! Compiling into a running process: what joins the compiler to the runtime.

#[cfg(feature = "cache")]
use crate::cache::Cache;
use crate::options::{CompileOptions, Progress};
use crate::pipeline::compile_trusted;
use cantilever_runtime::{Component, Engine, Error, Module};

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        Error::Compile(Box::new(error))
    }
}

/// Code that this process compiles and loads: [`Component`]s and [`Module`]s.
pub trait Compile: Sized {
    /// Compiles WebAssembly (binary form) for this machine and loads it.
    fn new(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        Self::with_options(engine, bytes, &CompileOptions::default())
    }

    /// The same, with choices about the compilation. The target must be this machine.
    fn with_options(engine: &Engine, bytes: &[u8], options: &CompileOptions) -> Result<Self, Error> {
        Self::with_progress(engine, bytes, options, &())
    }

    /// The same, and is told how far the compilation is.
    fn with_progress(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
    ) -> Result<Self, Error>;

    /// The same, unless the cache has it already. What goes wrong with the cache is only a
    /// [warning](Cache::take_warnings).
    #[cfg(feature = "cache")]
    fn cached(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
        cache: &Cache,
    ) -> Result<Self, Error>;
}

impl Compile for Component {
    fn with_progress(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        Self::from_trusted(engine, &compile_trusted(bytes, options, progress)?)
    }

    #[cfg(feature = "cache")]
    fn cached(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
        cache: &Cache,
    ) -> Result<Self, Error> {
        cache.load(bytes, options, progress, |object| Self::from_trusted(engine, object))
    }
}

impl Compile for Module {
    fn with_progress(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        Self::from_trusted(engine, &compile_trusted(bytes, options, progress)?)
    }

    #[cfg(feature = "cache")]
    fn cached(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
        cache: &Cache,
    ) -> Result<Self, Error> {
        cache.load(bytes, options, progress, |object| Self::from_trusted(engine, object))
    }
}
