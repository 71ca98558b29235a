//! Cantilever.

mod dynamic;
mod host;
mod typed;
mod wasi;

use super::{Compiler, Driver, Run, repeat};
use anyhow::Result;
use cantilever::Compile;
use cantilever::CompileOptions;
use cantilever::runtime::{Component, Engine, Instance, Store};

/// Compiles to an object.
pub fn compiler(inlining: bool) -> Compiler {
    let options = CompileOptions { inlining, ..CompileOptions::default() };
    Box::new(move |bytes| Ok(cantilever::compile(bytes, &options, &())?))
}

/// Prepares a component to be run.
pub fn prepare(engine: &Engine, bytes: &[u8], driver: Driver) -> Result<Run> {
    let engine = engine.clone();
    if let Driver::Compile = driver {
        let bytes = bytes.to_vec();
        return Ok(Box::new(move |n| repeat(n, |_| Ok(Component::new(&engine, &bytes).map(|_| 0)?))));
    }
    let component = Component::new(&engine, bytes)?;
    if let Driver::Wasi = driver {
        return wasi::prepare(&engine, &component);
    }
    let pre = host::linker(&engine)?.instantiate_pre(&component)?;
    if let Driver::Instantiate = driver {
        return Ok(Box::new(move |n| repeat(n, |_| Ok(pre.instantiate(&mut Store::new(&engine, ())).map(|_| 0)?))));
    }
    if let Driver::Fresh = driver {
        return Ok(Box::new(move |n| {
            let mut store = Store::new(&engine, ());
            let run = pre.instantiate(&mut store)?.get_typed_func::<(u32,), String>(&mut store, "run")?;
            Ok(run.call(&mut store, (n,))?.len() as u32)
        }));
    }
    let mut store = Store::new(&engine, ());
    let instance = pre.instantiate(&mut store)?;
    calls(store, instance, driver)
}

fn calls(mut store: Store<()>, instance: Instance, driver: Driver) -> Result<Run> {
    Ok(match driver {
        Driver::Guest => {
            let run = instance.get_typed_func::<(u32,), u32>(&mut store, "run")?;
            Box::new(move |n| Ok(run.call(&mut store, (n,))?))
        }
        Driver::Typed(call) => typed::calls(store, instance, call)?,
        Driver::Dynamic(call) => dynamic::calls(store, instance, call)?,
        Driver::Instantiate | Driver::Compile | Driver::Fresh | Driver::Module | Driver::Wasi => {
            unreachable!("no calls of an instance that is there")
        }
    })
}
