//! What a guest that `run` calls has around it: the store, with its limits and with what it was
//! granted.

use super::Run;
use crate::Failure;
use crate::deadline::Deadline;
use crate::http_client::HttpClient;
use cantilever::runtime::{Engine, Error, Linker, Store};
use cantilever_wasi::{WasiCtx, WasiCtxBuilder, p2};

/// The store of a guest, and what watches over it.
pub struct Surroundings {
    /// The store.
    pub store: Store<WasiCtx>,
    /// Stops the guest after a time, unless it is dropped before.
    pub deadline: Option<Deadline>,
}

impl Surroundings {
    /// A store within the limits that were asked for.
    pub fn new(run: &Run, engine: &Engine, wasi: WasiCtx) -> Result<Self, Error> {
        let mut store = Store::new(engine, wasi);
        store.on_leak(|handles| {
            eprintln!("handles that are still alive at the end: {}", handles.len());
            handles.iter().for_each(|handle| eprintln!("    {handle}"));
        });
        if let Some(fuel) = run.fuel {
            store.set_fuel(fuel)?;
        }
        let deadline = match run.timeout {
            Some(time) => {
                let handle = store.interrupt_handle()?;
                let event = store.interrupt_event().map_err(|e| Error::Resources(e.to_string()))?;
                store.data_mut().set_interrupt_event(event);
                Some(Deadline::new(handle, time))
            }
            None => None,
        };
        Ok(Surroundings { store, deadline })
    }
}

/// What the guest is granted: standard streams, its arguments, and what the options say.
pub fn context(run: &Run, http: Option<&HttpClient>) -> Result<WasiCtx, Failure> {
    let mut builder = WasiCtxBuilder::new();
    builder.inherit_stdio().args([run.program_name()]).args(run.arguments.iter());
    run.wasi.apply(&mut builder)?;
    if let Some(http) = http {
        http.grant(&mut builder);
    }
    Ok(builder.build())
}

/// What guests can import.
pub fn linker(engine: &Engine) -> Result<Linker<WasiCtx>, Error> {
    let mut linker = Linker::new(engine);
    p2::add_to_linker(&mut linker, |ctx| ctx)?;
    Ok(linker)
}
