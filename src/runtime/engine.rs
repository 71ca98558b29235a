//! What all stores of an embedding share: configuration and the identities of core function types.

use super::code::Code;
use super::profiler::Profiler;
use crate::object::artifact::{CoreFuncType, FunctionEntry};
use crate::object::load::LoadError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Settings of an [`Engine`].
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Config {
    handle_quota: Option<u32>,
    profiler: Option<Profiler>,
}

impl Config {
    /// Settings that suit most embeddings.
    pub fn new() -> Self {
        Self::default()
    }

    /// The greatest number of entries that any one handle table may grow to. Without it, the capacity that the component
    /// was compiled with.
    pub fn handle_quota(mut self, entries: u32) -> Self {
        self.handle_quota = Some(entries);
        self
    }

    /// Names the functions of all code that is loaded for a profiler.
    pub fn profiler(mut self, profiler: Profiler) -> Self {
        self.profiler = Some(profiler);
        self
    }
}

/// Shared by components and stores; cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<EngineState>);

#[derive(Debug)]
struct EngineState {
    config: Config,
    /// Core function types in the order of their identities; identity 0 means "no type".
    core_types: Mutex<HashMap<CoreFuncType, u32>>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Engine {
    /// An engine with these settings. The first one installs the signal handlers that turn hardware faults of guests
    /// into traps.
    pub fn new(config: Config) -> Self {
        super::trap::install_signal_handlers();
        Engine(Arc::new(EngineState { config, core_types: Mutex::default() }))
    }

    /// The engine-wide identity of a core function type.
    pub(crate) fn type_id(&self, ty: &CoreFuncType) -> u32 {
        let mut types = self.0.core_types.lock().unwrap_or_else(PoisonError::into_inner);
        let next = types.len() as u32 + 1;
        *types.entry(ty.clone()).or_insert(next)
    }

    /// The quota of a handle table with this capacity.
    pub(crate) fn handle_quota(&self, capacity: u32) -> u32 {
        self.0.config.handle_quota.unwrap_or(capacity).clamp(1, capacity.max(1))
    }

    /// Names the functions of some code for the profiler, if there is one.
    pub(crate) fn profile(&self, code: &Code, functions: &[FunctionEntry]) -> Result<(), LoadError> {
        let Some(profiler) = self.0.config.profiler else { return Ok(()) };
        profiler.name(code, functions).map_err(|e| LoadError::Profiler(e.to_string()))
    }

    /// Are these the same engine?
    pub(crate) fn same(&self, other: &Engine) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
