//! Guests of WASI.

use super::Run;
use crate::guest_files;
use anyhow::Result;
use cantilever::runtime::{Component, Engine, Linker, Store};
use cantilever_wasi::fs::Rights;
use cantilever_wasi::{WasiCtx, WasiCtxBuilder, p2};

/// A guest whose `run` loops.
pub fn prepare(engine: &Engine, component: &Component) -> Result<Run> {
    let mut linker = Linker::<WasiCtx>::new(engine);
    p2::add_to_linker(&mut linker, |ctx| ctx)?;
    let ctx = WasiCtxBuilder::new().preopened_dir(guest_files::folder()?, "/", Rights::ALL)?.build();
    let mut store = Store::new(engine, ctx);
    let run = linker.instantiate(&mut store, component)?.get_typed_func::<(u32,), u32>(&mut store, "run")?;
    Ok(Box::new(move |n| Ok(run.call(&mut store, (n,))?)))
}
