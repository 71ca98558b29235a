//! Core modules that import nothing and export `run: [i32] -> [i32]`, which loops.

use super::{Run, peer};
use anyhow::{Context, Result, bail};
use cantilever::Compile;
use cantilever::runtime::{CoreInstance, CoreVal};

/// Cantilever.
pub fn ours(engine: &cantilever::runtime::Engine, bytes: &[u8]) -> Result<Run> {
    let module = cantilever::runtime::Module::new(engine, bytes)?;
    let mut store = cantilever::runtime::Store::new(engine, ());
    let run = CoreInstance::new(&mut store, &module, &[])?.get_func(&mut store, "run").context("no `run`")?;
    Ok(Box::new(move |n| match run.call(&mut store, &[CoreVal::I32(n.cast_signed())])?[..] {
        [CoreVal::I32(sum)] => Ok(sum.cast_unsigned()),
        _ => bail!("`run` returns something else"),
    }))
}

/// Wasmtime.
pub fn theirs(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Run> {
    let prepare = || {
        let module = wasmtime::Module::from_binary(engine, bytes)?;
        let mut store = wasmtime::Store::new(engine, ());
        let run = wasmtime::Instance::new(&mut store, &module, &[])?.get_typed_func::<u32, u32>(&mut store, "run")?;
        Ok((store, run))
    };
    let (mut store, run) = prepare().map_err(peer::foreign)?;
    Ok(Box::new(move |n| run.call(&mut store, n).map_err(peer::foreign)))
}
