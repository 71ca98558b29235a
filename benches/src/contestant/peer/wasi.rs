//! Guests of WASI: files by calls that block, as its command line runs them.

use super::{Run, boxed};
use crate::guest_files;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

struct Host {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

/// A guest whose `run` loops.
pub fn prepare(engine: &Engine, component: &Component) -> Result<Run> {
    let mut linker = Linker::<Host>::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let folder = guest_files::folder().map_err(|e| wasmtime::format_err!("{e}"))?;
    let ctx =
        WasiCtx::builder().allow_blocking_current_thread(true).preopened_dir(folder, "/", FsPerms::ReadWrite)?.build();
    let mut store = Store::new(engine, Host { ctx, table: ResourceTable::new() });
    let run = linker.instantiate(&mut store, component)?.get_typed_func::<(u32,), (u32,)>(&mut store, "run")?;
    Ok(boxed(move |n| Ok(run.call(&mut store, (n,))?.0)))
}
