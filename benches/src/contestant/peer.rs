//! Wasmtime.

mod dynamic;
mod host;
mod typed;
mod wasi;

use super::{Compiler, Driver, Run, repeat};
use wasmtime::component::{Component, Instance};
use wasmtime::{Config, Engine, Inlining, Result, Store};

/// Wasmtime's errors are of a type of its own.
pub fn foreign(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

fn boxed(mut run: impl FnMut(u32) -> Result<u32> + 'static) -> Run {
    Box::new(move |n| run(n).map_err(foreign))
}

/// Where a binary says whether it is a component.
const LAYER: usize = 6;

/// Its best settings.
pub fn best() -> anyhow::Result<Engine> {
    let mut config = Config::new();
    config.compiler_inlining(Inlining::Yes).concurrency_support(false);
    Engine::new(&config).map_err(foreign)
}

/// Compiles to what Wasmtime loads.
pub fn compiler(engine: Engine) -> Compiler {
    Box::new(move |bytes| {
        let component = bytes.get(LAYER) == Some(&1);
        let image = if component { engine.precompile_component(bytes) } else { engine.precompile_module(bytes) };
        image.map_err(foreign)
    })
}

/// Prepares a component to be run.
pub fn prepare(engine: &Engine, bytes: &[u8], driver: Driver) -> Result<Run> {
    let engine = engine.clone();
    if let Driver::Compile = driver {
        let bytes = bytes.to_vec();
        return Ok(boxed(move |n| repeat(n, |_| Component::from_binary(&engine, &bytes).map(|_| 0))));
    }
    let component = Component::from_binary(&engine, bytes)?;
    if let Driver::Wasi = driver {
        return wasi::prepare(&engine, &component);
    }
    let pre = host::linker(&engine)?.instantiate_pre(&component)?;
    if let Driver::Instantiate = driver {
        return Ok(boxed(move |n| repeat(n, |_| pre.instantiate(&mut Store::new(&engine, ())).map(|_| 0))));
    }
    if let Driver::Fresh = driver {
        return Ok(boxed(move |n| {
            let mut store = Store::new(&engine, ());
            let run = pre.instantiate(&mut store)?.get_typed_func::<(u32,), (String,)>(&mut store, "run")?;
            Ok(run.call(&mut store, (n,))?.0.len() as u32)
        }));
    }
    let mut store = Store::new(&engine, ());
    let instance = pre.instantiate(&mut store)?;
    calls(store, instance, driver)
}

fn calls(mut store: Store<()>, instance: Instance, driver: Driver) -> Result<Run> {
    Ok(match driver {
        Driver::Guest => {
            let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run")?;
            boxed(move |n| Ok(run.call(&mut store, (n,))?.0))
        }
        Driver::Typed(call) => typed::calls(store, instance, call)?,
        Driver::Dynamic(call) => dynamic::calls(store, instance, call)?,
        Driver::Instantiate | Driver::Compile | Driver::Fresh | Driver::Module | Driver::Wasi => {
            unreachable!("no calls of an instance that is there")
        }
    })
}
