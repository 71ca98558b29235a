//! What can be sent to other threads and shared with them. It is checked when this is compiled.

use crate::*;
use std::rc::Rc;

/// What can be sent and shared, whatever the data of stores.
const _: () = {
    const fn send<T: Send>() {}
    const fn shared<T: Send + Sync>() {}
    send::<Store<std::cell::Cell<u32>>>();
    shared::<(Linker<Rc<u32>>, InstancePre<Rc<u32>>, TypedFunc<(Rc<u32>,), Rc<u32>>)>();
    shared::<(Engine, Component, Module, CoreLinker, CoreExtern, CoreVal, InterruptHandle)>();
    shared::<(Instance, CoreInstance, Func, Val, Resource<Rc<u32>>, ResourceAny, Error)>();
};
