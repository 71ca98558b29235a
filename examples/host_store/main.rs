//! A whole interface implemented by the host: a key-value store with two resource types, for any
//! component that imports `demo:kv/store@0.1.0` and exports `run: func(rounds: u32) -> string`.
//!
//! `kv.rs` is the store as plain Rust. `bind.rs` makes it importable: it shows typed and dynamic
//! host functions, views of strings, owned and borrowed handles in both directions, destructors,
//! and lists of handles.
//!
//! ```text
//! cargo run --example host_store -- application.wasm 50
//! ```

mod bind;
mod kv;

use cantilever::Compile;
use cantilever::runtime::{Component, Engine, Linker, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let Some(path) = args.next() else {
        println!("usage: host_store <component> [<rounds>]");
        return Ok(());
    };
    let rounds: u32 = args.next().map_or(Ok(1), |rounds| rounds.parse())?;

    let engine = Engine::default();
    let component = Component::new(&engine, &std::fs::read(path)?)?;
    let mut linker = Linker::new(&engine);
    bind::add_to_linker(&mut linker)?;

    let mut store = Store::new(&engine, kv::Stored::default());
    let instance = linker.instantiate(&mut store, &component)?;
    let run = instance.get_typed_func::<(u32,), String>(&mut store, "run")?;
    print!("{}", run.call(&mut store, (rounds,))?);
    Ok(())
}
