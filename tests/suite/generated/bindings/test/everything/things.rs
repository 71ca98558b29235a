//! What the host implements.
//!
//! Written by `cantilever bindgen`, which overwrites what is changed here.

#![cfg_attr(rustfmt, rustfmt_skip)]

use cantilever::runtime::{
    ComponentType, Fill, Filled, HostError, Lift, LinkError, Linker, Lower, Resource,
};

/// The resource `thing`.
#[derive(Debug)]
pub enum Thing {}

/// The record `kept`.
#[derive(Debug, ComponentType, Lift, Lower)]
pub struct Kept {
    /// The field `thing`.
    pub thing: Resource<Thing>,
    /// The field `since`.
    pub since: u64,
}

/// What a host does for guests that import `test:everything/things@1.2.3`.
///
/// The outer `Result` of a method is the host's: an error ends the call of the guest.
pub trait Things {
    /// Makes one.
    fn thing_new(&mut self, name: &str) -> Result<Resource<Thing>, HostError>;

    /// The method `name`.
    fn thing_name(&mut self, this: Resource<Thing>) -> Result<String, HostError>;

    /// The function `join`.
    fn thing_join(
        &mut self,
        things: Vec<Resource<Thing>>,
    ) -> Result<Resource<Thing>, HostError>;

    /// The function `pass`.
    fn pass(&mut self, thing: Resource<Thing>) -> Result<Resource<Thing>, HostError>;

    /// The function `keep`.
    fn keep(&mut self, kept: Kept) -> Result<Kept, HostError>;

    /// The function `fill`.
    fn fill(
        &mut self,
        count: u32,
        by: u8,
        fill: Fill<'_>,
    ) -> Result<Result<Filled, String>, HostError>;

    /// Ends this `thing`: its owner has dropped it.
    fn drop_thing(&mut self, this: Resource<Thing>) -> Result<(), HostError>;
}

/// Defines `test:everything/things@1.2.3`.
///
/// `get` finds what implements it in the data of a store.
pub fn add_to_linker<T: 'static, H: Things + 'static>(
    linker: &mut Linker<T>,
    get: fn(&mut T) -> &mut H,
) -> Result<(), LinkError> {
    let mut instance = linker.instance("test:everything/things@1.2.3");
    instance.resource::<Thing>("thing", move |mut caller, rep| {
        get(caller.data_mut()).drop_thing(Resource::new(rep))
    })?;
    instance.func_view::<(&str,), _, _>("[constructor]thing", move |data, (name,)| {
        get(data).thing_new(name)
    })?;
    instance.func_wrap("[method]thing.name", move |mut caller, (this,)| {
        get(caller.data_mut()).thing_name(this)
    })?;
    instance.func_wrap("[static]thing.join", move |mut caller, (things,)| {
        get(caller.data_mut()).thing_join(things)
    })?;
    instance.func_wrap("pass", move |mut caller, (thing,)| {
        get(caller.data_mut()).pass(thing)
    })?;
    instance.func_wrap("keep", move |mut caller, (kept,)| {
        get(caller.data_mut()).keep(kept)
    })?;
    instance.func_fill("fill", move |data, (count, by), fill| {
        get(data).fill(count, by, fill)
    })?;
    Ok(())
}
