//! Compiling into a running process: what joins the compiler to the runtime.

use crate::pipeline::{CompileOptions, Progress, compile_trusted};
use crate::runtime::{Component, Engine, Error, Module};

impl Component {
    /// Compiles a component (binary form) for this machine and loads it.
    pub fn new(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        Self::with_options(engine, bytes, &CompileOptions::default())
    }

    /// The same, with choices about the compilation. The target must be this machine.
    pub fn with_options(engine: &Engine, bytes: &[u8], options: &CompileOptions) -> Result<Self, Error> {
        Self::with_progress(engine, bytes, options, &())
    }

    /// The same, and is told how far the compilation is.
    pub fn with_progress(
        engine: &Engine,
        bytes: &[u8],
        options: &CompileOptions,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        Self::from_trusted(engine, &compile_trusted(bytes, options, progress)?)
    }
}

impl Module {
    /// Compiles a core module (binary form) for this machine and loads it.
    pub fn new(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        Self::with_options(engine, bytes, &CompileOptions::default())
    }

    /// The same, with choices about the compilation. The target must be this machine.
    pub fn with_options(engine: &Engine, bytes: &[u8], options: &CompileOptions) -> Result<Self, Error> {
        Self::from_trusted(engine, &compile_trusted(bytes, options, &())?)
    }
}
