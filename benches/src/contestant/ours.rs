//! Cantilever.

use super::{Driver, Run, repeat, text};
use anyhow::Result;
use cantilever::runtime::{Component, Engine, Instance, Linker, Store};

/// Compiles to an object.
pub fn compile(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(cantilever::compile(bytes, &cantilever::CompileOptions::default(), &())?)
}

/// Prepares a component to be run.
pub fn prepare(engine: &Engine, bytes: &[u8], driver: Driver) -> Result<Run> {
    let engine = engine.clone();
    if let Driver::Compile = driver {
        let bytes = bytes.to_vec();
        return Ok(Box::new(move |n| repeat(n, |_| Ok(Component::new(&engine, &bytes).map(|_| 0)?))));
    }
    let component = Component::new(&engine, bytes)?;
    let pre = linker(&engine)?.instantiate_pre(&component)?;
    if let Driver::Instantiate = driver {
        return Ok(Box::new(move |n| repeat(n, |_| Ok(pre.instantiate(&mut Store::new(&engine, ())).map(|_| 0)?))));
    }
    let mut store = Store::new(&engine, ());
    let instance = pre.instantiate(&mut store)?;
    calls(store, instance, driver)
}

fn linker(engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("host-empty", |_, (): ()| Ok(()))?;
    linker.func_wrap("host-add", |_, (a, b): (u32, u32)| Ok(a.wrapping_add(b)))?;
    linker.func_wrap("host-text", |_, (text,): (String,)| Ok(text.len() as u32))?;
    linker.func_wrap("host-bytes", |_, (list,): (Vec<u8>,)| Ok(list.len() as u32))?;
    Ok(linker)
}

fn calls(mut store: Store<()>, instance: Instance, driver: Driver) -> Result<Run> {
    Ok(match driver {
        Driver::Guest => {
            let run = instance.get_typed_func::<(u32,), u32>(&mut store, "run")?;
            Box::new(move |n| Ok(run.call(&mut store, (n,))?))
        }
        Driver::CallScalars => {
            let f = instance.get_typed_func::<(u32, u32), u32>(&mut store, "f")?;
            Box::new(move |n| repeat(n, |i| Ok(f.call(&mut store, (i, 1))?)))
        }
        Driver::CallString(len) => {
            let f = instance.get_typed_func::<(&'static str,), u32>(&mut store, "f")?;
            let text = text(len);
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, (text,))?)))
        }
        Driver::ReturnString(len) => {
            let f = instance.get_typed_func::<(u32,), String>(&mut store, "f")?;
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, (len as u32,))?.len() as u32)))
        }
        Driver::CallBytes(len) => {
            let f = instance.get_typed_func::<(&'static [u8],), u32>(&mut store, "f")?;
            let list = text(len).as_bytes();
            Box::new(move |n| repeat(n, |_| Ok(f.call(&mut store, (list,))?)))
        }
        Driver::Instantiate | Driver::Compile | Driver::Module => unreachable!("no calls of a component are made"),
    })
}
