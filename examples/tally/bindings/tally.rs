//! The world `tally`.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use super::{demo, exports};

use cantilever::runtime::{AsContextMut, Component, Instance, LinkError, Linker};

/// Defines everything that guests of this world import.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError>
where
    H: demo::tally::journal::Journal
        + 'static,
{
    demo::tally::journal::add_to_linker(linker, get)?;
    Ok(())
}

/// What a guest of the world `tally` exports.
#[derive(Debug, Clone)]
pub struct Tally {
    /// `demo:tally/counters`.
    pub counters: exports::demo::tally::counters::Counters,
}

impl Tally {
    /// Makes an instance of a component, and finds what it exports.
    pub fn instantiate<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        component: &Component,
        linker: &Linker<T>,
    ) -> cantilever::runtime::Result<Self> {
        let instance = linker.instantiate(&mut store, component)?;
        Self::new(store, &instance)
    }

    /// Finds what an instance exports, and checks the types of its functions.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever::runtime::Result<Self> {
        Ok(Tally {
            counters: exports::demo::tally::counters::Counters::new(
                &mut store,
                instance,
            )?,
        })
    }
}
