//! Loads an object from disk and calls a function in it, with the runtime alone.
//!
//! The program is built from `cantilever-runtime`, so it contains no compiler. Write the object
//! first:
//!
//! ```text
//! cargo run --release -- compile examples/counter.wat -o counter.o
//! cargo run --release -p cantilever-runtime --example load_and_call -- counter.o count 1000000
//! ```
//!
//! Cargo also builds what the tests of the package need, a compiler among them. A program of your
//! own that depends on `cantilever-runtime` builds none.

use cantilever_runtime::{Component, Engine, Linker, Store};
use std::error::Error;
use std::path::Path;

/// Calls an exported `func(u32) -> u32` of the component in an object file.
pub fn call(object: &Path, name: &str, argument: u32) -> Result<u32, Box<dyn Error>> {
    let engine = Engine::default();
    let bytes = std::fs::read(object)?;
    // SAFETY: whoever runs this program vouches for the file: an object is native code, so loading
    // one is as much trust as running a program.
    let component = unsafe { Component::from_object(&engine, &bytes) }?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
    let func = instance.get_typed_func::<(u32,), u32>(&mut store, name)?;
    Ok(func.call(&mut store, (argument,))?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [object, name, argument] = &arguments[..] else {
        return Err("usage: load_and_call <object> <function> <number>".into());
    };
    println!("{}", call(object.as_ref(), name, argument.parse()?)?);
    Ok(())
}
