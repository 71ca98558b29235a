//! Guests that the compiler makes. It is given WebAssembly and gives objects, so it need not know
//! this crate's types.

use crate::image::engine::Engine;
use crate::{Component, Error, Module};
use cantilever::CompileOptions;

/// What the façade's trait of this name is for the crate as it is built outside of its tests.
pub trait Compile: Sized {
    fn load(engine: &Engine, object: &[u8]) -> Result<Self, Error>;

    fn new(engine: &Engine, wasm: &[u8]) -> Result<Self, Error> {
        Self::with_options(engine, wasm, &CompileOptions::default())
    }

    fn with_options(engine: &Engine, wasm: &[u8], options: &CompileOptions) -> Result<Self, Error> {
        Self::load(engine, &cantilever::compile(wasm, options, &()).unwrap())
    }
}

impl Compile for Component {
    fn load(engine: &Engine, object: &[u8]) -> Result<Self, Error> {
        // SAFETY: the compiler has just written it.
        unsafe { Component::from_object(engine, object) }
    }
}

impl Compile for Module {
    fn load(engine: &Engine, object: &[u8]) -> Result<Self, Error> {
        // SAFETY: the compiler has just written it.
        unsafe { Module::from_object(engine, object) }
    }
}
