//! `wasi:config/store`: values that a host has for its guests, by key.
//!
//! It must not know where the host has them from.

use crate::bindings::wasi::config::store;
use crate::p2::ctx::{WasiCtx, WasiCtxBuilder};
use cantilever_runtime::{HostError, LinkError, Linker};
use std::collections::BTreeMap;

/// The configuration of guests. A guest gets all of it in the order of the keys.
#[derive(Debug, Default)]
pub(crate) struct Config {
    values: BTreeMap<String, String>,
}

impl WasiCtxBuilder {
    /// Gives a key of the configuration a value, instead of the one that it has.
    pub fn config(&mut self, key: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.ctx.config.values.insert(key.into(), value.into());
        self
    }
}

impl store::Store for WasiCtx {
    fn get(&mut self, key: &str) -> Result<Result<Option<String>, store::Error>, HostError> {
        Ok(Ok(self.config.values.get(key).cloned()))
    }

    fn get_all(&mut self) -> Result<Result<Vec<(String, String)>, store::Error>, HostError> {
        Ok(Ok(self.config.values.clone().into_iter().collect()))
    }
}

/// Defines `wasi:config/store`. `get` finds the context in the data of a store.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkError> {
    store::add_to_linker(linker, get)
}
