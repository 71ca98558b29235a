//! What a guest counts with.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever::runtime::{
    AsContextMut, ComponentType, Func, Instance, Lift, Lower, ResourceAny,
};

/// A number with a name.
#[derive(Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(transparent)]
pub struct Counter(pub ResourceAny);

impl Counter {
    /// Drops the `counter`: the guest ends it.
    pub fn resource_drop(
        self,
        store: impl AsContextMut,
    ) -> cantilever::runtime::Result<()> {
        self.0.resource_drop(store)
    }
}

/// The functions of `demo:tally/counters` that a guest exports.
#[derive(Debug, Clone)]
pub struct Counters {
    counter_new: Func,
    counter_increment: Func,
}

impl Counters {
    /// Finds the functions in an instance, and checks their types.
    pub fn new(
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> cantilever::runtime::Result<Self> {
        Ok(Counters {
            counter_new: instance
                .get_typed_func::<
                    (&str, u32),
                    Counter,
                >(&mut store, "demo:tally/counters#[constructor]counter")?
                .func()
                .clone(),
            counter_increment: instance
                .get_typed_func::<
                    (&Counter,),
                    u32,
                >(&mut store, "demo:tally/counters#[method]counter.increment")?
                .func()
                .clone(),
        })
    }

    /// Starts to count, and notes the name.
    pub fn counter_new(
        &self,
        store: impl AsContextMut,
        name: &str,
        start: u32,
    ) -> cantilever::runtime::Result<Counter> {
        self.counter_new.call_typed(store, (name, start))
    }

    /// Adds one, and gives the number. Warns from three on.
    pub fn counter_increment(
        &self,
        store: impl AsContextMut,
        this: &Counter,
    ) -> cantilever::runtime::Result<u32> {
        self.counter_increment.call_typed(store, (this,))
    }
}
