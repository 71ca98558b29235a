//! Compiles a component ahead of time to a native object on disk, loads the object, and calls it.
//!
//! The object is an ordinary relocatable one: `nm` lists its functions, and debuggers and profilers
//! see its symbols. Loading it takes no compiler. A program that only loads depends on
//! `cantilever-runtime` alone, as `crates/runtime/examples/load_and_call.rs` shows.
//!
//! ```text
//! cargo run --example compile_and_load
//! ```

use cantilever::CompileOptions;
use cantilever::runtime::{Component, Engine, Linker, Store};

const COMPONENT: &str = r#"(component
  (core module $Code
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $code (instantiate $Code))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $code "add"))))"#;

/// Runs the example.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("cantilever-example-{}.o", std::process::id()));

    // On the machine that builds. `()` is a progress report that says nothing; a target triple in
    // the options cross-compiles.
    let object = cantilever::compile(&wat::parse_str(COMPONENT)?, &CompileOptions::default(), &())?;
    std::fs::write(&path, &object)?;

    // On the machine that runs.
    let engine = Engine::default();
    // SAFETY: the file is what the compiler has just written, in a folder where nobody else has
    // changed it. An object is native code: load only those that you would run as a program.
    let component = unsafe { Component::from_object(&engine, &std::fs::read(&path)?)? };
    std::fs::remove_file(&path)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
    let add = instance.get_typed_func::<(u32, u32), u32>(&mut store, "add")?;
    let sum = add.call(&mut store, (40, 2))?;
    assert_eq!(sum, 42);
    println!("{} bytes of object; 40 + 2 = {sum}", object.len());
    Ok(())
}
