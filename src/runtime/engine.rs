//! What all stores of an embedding share: configuration and the identities of core function types.

use super::idle::IdleBlocks;
use crate::object::artifact::CoreFuncType;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Settings of an [`Engine`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    handle_quota: Option<u32>,
    idle_reservations: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config { handle_quota: None, idle_reservations: 256 }
    }
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

    /// How much address space of instances that have ended is kept for later instances of the same components: a number of
    /// reservations, one for each instance and one for each of its linear memories (4 GiB, of which idle ones use no
    /// memory). 256 unless it is set; with 0 everything is given back at once.
    pub fn idle_reservations(mut self, reservations: usize) -> Self {
        self.idle_reservations = reservations;
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
    idle: IdleBlocks,
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
        Engine(Arc::new(EngineState { config, core_types: Mutex::default(), idle: IdleBlocks::default() }))
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

    /// Blocks of instances that have ended.
    pub(crate) fn idle(&self) -> &IdleBlocks {
        &self.0.idle
    }

    /// How many reservations idle blocks may have.
    pub(crate) fn idle_limit(&self) -> usize {
        self.0.config.idle_reservations
    }

    /// Are these the same engine?
    pub(crate) fn same(&self, other: &Engine) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
