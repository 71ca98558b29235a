//! The application with a store whose every function passes its dynamic values on to the provider,
//! in a store of its own.

use super::composition::STORE;
use super::kv::Slab;
use super::{ROUNDS, TRANSCRIPT, load};
use crate::files;
use cantilever::runtime::{
    Caller, Component, Engine, Error, ImportKind, Instance, Linker, Resource, ResourceAny, Result, Store, Val,
};

/// What stands for the resource types on this side.
struct Bucket;
struct Cursor;

/// The provider, and its handles by the representations of ours.
struct Behind {
    store: Store<()>,
    instance: Instance,
    handles: Slab<ResourceAny>,
}

impl Behind {
    fn new(component: &Component) -> Self {
        let mut store = Store::new(component.engine(), ());
        let instance = Linker::new(component.engine()).instantiate(&mut store, component).unwrap();
        Behind { store, instance, handles: Slab::default() }
    }

    fn call(&mut self, name: &str, params: Vec<Val>) -> Result<Option<Val>> {
        let params: Vec<Val> = params.into_iter().map(|val| handles(val, &mut |handle| self.theirs(handle))).collect();
        let func = self.instance.get_func(&mut self.store, &format!("{STORE}#{name}")).unwrap();
        let result = func.call(&mut self.store, &params)?;
        let is_cursor = name.ends_with(".scan");
        Ok(result.map(|val| handles(val, &mut |handle| self.ours(handle, is_cursor))))
    }

    /// The provider's handle for one of ours; an owned one is given away.
    fn theirs(&mut self, handle: ResourceAny) -> ResourceAny {
        let rep = handle.host_rep().expect("the resource types are ours");
        if handle.owned() { self.handles.remove(rep) } else { self.handles.get(rep).clone() }
    }

    /// A handle of ours for one that the provider gave.
    fn ours(&mut self, handle: ResourceAny, is_cursor: bool) -> ResourceAny {
        assert!(handle.owned());
        let rep = self.handles.insert(handle);
        if is_cursor { Resource::<Cursor>::new(rep).into() } else { Resource::<Bucket>::new(rep).into() }
    }
}

/// The value with its handles exchanged, as deep as they occur in the interface.
fn handles(val: Val, exchange: &mut dyn FnMut(ResourceAny) -> ResourceAny) -> Val {
    match val {
        Val::Resource(handle) => Val::Resource(exchange(handle)),
        Val::List(vals) => Val::List(vals.into_iter().map(|val| handles(val, exchange)).collect()),
        Val::Result(Ok(Some(val))) => Val::Result(Ok(Some(Box::new(handles(*val, exchange))))),
        other => other,
    }
}

fn linker(app: &Component) -> Linker<Behind> {
    let mut linker = Linker::<Behind>::new(app.engine());
    let mut interface = linker.instance(STORE);
    let drop = |mut caller: Caller<'_, Behind>, rep| {
        let behind = caller.data_mut();
        Ok(behind.handles.remove(rep).resource_drop(&mut behind.store)?)
    };
    interface.resource::<Bucket>("bucket", drop).unwrap();
    interface.resource::<Cursor>("cursor", drop).unwrap();
    for import in app.imports() {
        let (ImportKind::Func(_), [_, name]) = (&import.kind, &import.path[..]) else { continue };
        let own_name = name.clone();
        interface.func_new(name, move |mut caller, params| Ok(caller.data_mut().call(&own_name, params)?)).unwrap();
    }
    linker
}

/// Calls `run` with dynamic values.
fn run<T>(store: &mut Store<T>, instance: Instance) -> Result<String, Error> {
    match instance.get_func(&mut *store, "run").unwrap().call(store, &[Val::U32(ROUNDS)])? {
        Some(Val::String(printed)) => Ok(printed),
        other => panic!("{other:?} is no string"),
    }
}

#[test]
fn the_application_and_the_provider_meet_in_dynamic_values() {
    let (Some(app), Some(provider), Some(expected)) =
        (files::read("kv-app.wasm"), files::read("kv-provider.wasm"), files::transcript(TRANSCRIPT))
    else {
        return;
    };
    let engine = Engine::default();
    let app = load(&engine, &app);
    let mut store = Store::new(&engine, Behind::new(&load(&engine, &provider)));
    let instance = linker(&app).instantiate(&mut store, &app).unwrap();
    assert_eq!(run(&mut store, instance).unwrap(), expected);
    let behind = store.data_mut();
    assert_eq!(behind.handles.len(), 0, "every handle was dropped or given away");
    let live = Val::Tuple(vec![Val::U32(0), Val::U32(0)]);
    assert_eq!(behind.call("live", vec![]).unwrap(), Some(live));
}

#[test]
fn the_composition_prints_the_transcript_as_a_dynamic_value() {
    let (Some(bytes), Some(expected)) = (files::read("kv-c-c.wasm"), files::transcript(TRANSCRIPT)) else { return };
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &load(&engine, &bytes)).unwrap();
    assert_eq!(run(&mut store, instance).unwrap(), expected);
}
