//! After a trap no code of a root component runs again, not even what is on the stack already.
//! Also: when the host may call an instance that waits for it.
//!
//! The host is an event bus: it calls handlers in the guest that raised the event, and goes on if a
//! handler fails.

use cantilever::Compile;
use cantilever::object::artifact::CoreFuncType;
use cantilever::runtime::{
    Caller, Component, CoreExtern, CoreFunc, CoreInstance, CoreVal, Engine, Error, Func, HostError, Instance, Linker,
    Module, Resource, ResourceAny, Store, Trap, Val,
};

const CANNOT_GO_ON: &str = "cannot go on in component instance";
const CANNOT_ENTER: &str = "cannot enter component instance";

/// What the host keeps: the handler of events, what guests said, and what became of the handlers.
#[derive(Default)]
struct Bus {
    handler: Option<Func>,
    said: Vec<u32>,
    outcomes: Vec<Result<Option<Val>, String>>,
}

/// Calls the handler, and keeps its outcome.
fn emit(caller: &mut Caller<'_, Bus>, event: u32) {
    let handler = caller.data().handler.clone().expect("a handler has been set");
    let outcome = handler.call(&mut *caller, &[Val::U32(event)]).map_err(|e| e.to_string());
    caller.data_mut().outcomes.push(outcome);
}

fn linker(engine: &Engine) -> Linker<Bus> {
    let mut linker = Linker::new(engine);
    let say = |mut caller: Caller<'_, Bus>, (word,): (u32,)| {
        caller.data_mut().said.push(word);
        Ok(())
    };
    let emit = |mut caller: Caller<'_, Bus>, (event,): (u32,)| {
        emit(&mut caller, event);
        Ok(())
    };
    linker.func_wrap("say", say).unwrap();
    linker.func_wrap("emit", emit).unwrap();
    linker
}

/// An instance of a component, with `handler` as the handler of events.
fn instance(text: &str, handler: &str) -> (Store<Bus>, Instance) {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let mut store = Store::new(&engine, Bus::default());
    let instance = linker(&engine).instantiate(&mut store, &component).unwrap();
    store.data_mut().handler = Some(instance.get_func(&mut store, handler).unwrap());
    (store, instance)
}

fn call(store: &mut Store<Bus>, instance: Instance, name: &str, params: &[Val]) -> Result<Option<Val>, Error> {
    instance.get_func(&mut *store, name).unwrap().call(store, params)
}

fn refused(outcome: Result<Option<Val>, Error>, message: &str) -> Trap {
    let error = outcome.unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
    error.trap().expect("a trap").clone()
}

/// `outer` raises an event and says 7 when it goes on; `boom` traps when its event is 0.
const SYNC: &str = r#"(component
  (import "say" (func $say (param "word" u32)))
  (import "emit" (func $emit (param "event" u32)))
  (core func $say' (canon lower (func $say)))
  (core func $emit' (canon lower (func $emit)))
  (core module $M
    (import "" "say" (func $say (param i32)))
    (import "" "emit" (func $emit (param i32)))
    (func (export "outer") (param $event i32) (result i32)
      (call $emit (local.get $event))
      (call $say (i32.const 7))
      (i32.const 1))
    (func (export "boom") (param $event i32)
      (if (i32.eqz (local.get $event)) (then unreachable)))
    (func (export "count") (param $n i32) (result i32)
      (if (local.get $n) (then (call $emit (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $n)))
  (core instance $m (instantiate $M (with "" (instance (export "say" (func $say')) (export "emit" (func $emit'))))))
  (func (export "outer") (param "event" u32) (result u32) (canon lift (core func $m "outer")))
  (func (export "boom") (param "event" u32) (canon lift (core func $m "boom")))
  (func (export "count") (param "n" u32) (result u32) (canon lift (core func $m "count"))))"#;

#[test]
fn what_waits_for_the_host_does_not_go_on_after_a_trap() {
    let (mut store, instance) = instance(SYNC, "boom");
    assert_eq!(call(&mut store, instance, "outer", &[Val::U32(1)]).unwrap(), Some(Val::U32(1)));
    assert_eq!(store.data().said, [7]);
    let trap = refused(call(&mut store, instance, "outer", &[Val::U32(0)]), CANNOT_GO_ON);
    assert_eq!(trap.kind(), None);
    assert!(trap.frames().iter().any(|frame| frame.function == "outer"), "{trap}");
    assert_eq!(store.data().said, [7], "the guest went on");
    let handler = store.data().outcomes[1].clone().unwrap_err();
    assert!(handler.contains("unreachable"), "{handler}");
    refused(call(&mut store, instance, "boom", &[Val::U32(1)]), CANNOT_ENTER);
}

#[test]
fn another_instance_goes_on() {
    let (mut store, first) = instance(SYNC, "boom");
    let engine = store.engine().clone();
    let component = Component::new(&engine, &wat::parse_str(SYNC).unwrap()).unwrap();
    let second = linker(&engine).instantiate(&mut store, &component).unwrap();
    // The second raises an event whose handler is the first, and traps.
    assert_eq!(call(&mut store, second, "outer", &[Val::U32(0)]).unwrap(), Some(Val::U32(1)));
    assert_eq!(store.data().said, [7]);
    refused(call(&mut store, first, "boom", &[Val::U32(1)]), CANNOT_ENTER);
}

#[test]
fn a_failure_that_the_host_passes_on_is_reported_as_it_is() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(SYNC).unwrap()).unwrap();
    let mut linker = Linker::<Bus>::new(&engine);
    linker.func_wrap("say", |_, _: (u32,)| -> Result<(), HostError> { unreachable!("the guest went on") }).unwrap();
    let emit = |mut caller: Caller<'_, Bus>, (event,): (u32,)| {
        let handler = caller.data().handler.clone().unwrap();
        handler.call(&mut caller, &[Val::U32(event)])?;
        Ok(())
    };
    linker.func_wrap("emit", emit).unwrap();
    let mut store = Store::new(&engine, Bus::default());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    store.data_mut().handler = instance.get_func(&mut store, "boom");
    refused(call(&mut store, instance, "outer", &[Val::U32(0)]), "unreachable");
}

#[test]
fn a_panic_that_the_host_catches_locks_down_as_well() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(SYNC).unwrap()).unwrap();
    let mut linker = Linker::<Bus>::new(&engine);
    let say = |_: Caller<'_, Bus>, (word,): (u32,)| -> Result<(), HostError> { std::panic::panic_any(word) };
    linker.func_wrap("say", say).unwrap();
    let emit = |mut caller: Caller<'_, Bus>, (event,): (u32,)| {
        let outer = caller.data().handler.clone().unwrap();
        if event > 0 {
            let call = || outer.call(&mut caller, &[Val::U32(event - 1)]);
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
            assert_eq!(*caught.unwrap_err().downcast::<u32>().unwrap(), 7);
        }
        Ok(())
    };
    linker.func_wrap("emit", emit).unwrap();
    let mut store = Store::new(&engine, Bus::default());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    store.data_mut().handler = instance.get_func(&mut store, "outer");
    // The inner call says 7, at which the host panics; the outer call must not say anything.
    refused(call(&mut store, instance, "outer", &[Val::U32(1)]), CANNOT_GO_ON);
}

/// `run` drops a resource of the host's, whose destructor raises an event, and then says 7.
const DESTRUCTOR: &str = r#"(component
  (import "r" (type $r (sub resource)))
  (import "say" (func $say (param "word" u32)))
  (core func $say' (canon lower (func $say)))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "" "say" (func $say (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "run") (param i32) (call $drop (local.get 0)) (call $say (i32.const 7)))
    (func (export "boom") (param i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance (export "say" (func $say')) (export "drop" (func $drop))))))
  (func (export "run") (param "r" (own $r)) (canon lift (core func $m "run")))
  (func (export "boom") (param "event" u32) (canon lift (core func $m "boom"))))"#;

#[test]
fn a_destructor_of_the_host_is_no_way_around() {
    struct R;
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(DESTRUCTOR).unwrap()).unwrap();
    let mut linker = linker(&engine);
    let destroy = |mut caller: Caller<'_, Bus>, rep| {
        emit(&mut caller, rep);
        Ok(())
    };
    linker.resource::<R>("r", destroy).unwrap();
    let mut store = Store::new(&engine, Bus::default());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    store.data_mut().handler = instance.get_func(&mut store, "boom");
    let resource = ResourceAny::from(Resource::<R>::new(3));
    refused(call(&mut store, instance, "run", &[Val::Resource(resource)]), CANNOT_GO_ON);
    assert!(store.data().said.is_empty(), "the guest went on");
}

#[test]
fn a_core_module_goes_on_as_its_specification_says() {
    let text = r#"(module
      (import "" "emit" (func $emit))
      (func (export "outer") (result i32) (call $emit) (i32.const 5))
      (func (export "boom") unreachable))"#;
    let engine = Engine::default();
    let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let mut store = Store::new(&engine, None::<CoreInstance>);
    let ty = CoreFuncType { params: vec![], results: vec![] };
    let emit = |mut caller: Caller<'_, Option<CoreInstance>>, _: &[CoreVal]| {
        let instance = caller.data().expect("it has been instantiated");
        let boom = instance.get_func(&mut caller, "boom").unwrap();
        assert!(boom.call(&mut caller, &[]).is_err());
        Ok(vec![])
    };
    let emit = CoreFunc::new(ty, emit);
    let instance = CoreInstance::new(&mut store, &module, &[CoreExtern::Func(emit)]).unwrap();
    *store.data_mut() = Some(instance);
    let outer = instance.get_func(&mut store, "outer").unwrap();
    assert_eq!(outer.call(&mut store, &[]).unwrap(), [CoreVal::I32(5)]);
}

/// Asynchronous functions that raise an event before they return: lifted with a callback,
/// synchronously, and with a stack of their own. `boom` is asynchronous and traps when its event is
/// 0; `calm` is synchronous.
const ASYNC: &str = r#"(component
  (import "say" (func $say (param "word" u32)))
  (import "emit" (func $emit (param "event" u32)))
  (core func $say' (canon lower (func $say)))
  (core func $emit' (canon lower (func $emit)))
  (core func $return (canon task.return (result u32)))
  (core func $return-nothing (canon task.return))
  (core module $M
    (import "" "say" (func $say (param i32)))
    (import "" "emit" (func $emit (param i32)))
    (import "" "return" (func $return (param i32)))
    (import "" "return-nothing" (func $return-nothing))
    (func $event (param $event i32) (result i32)
      (if (local.get $event) (then (call $emit (i32.sub (local.get $event) (i32.const 1)))))
      (call $say (local.get $event))
      (local.get $event))
    (func (export "callback") (param i32) (result i32) (call $return (call $event (local.get 0))) (i32.const 0))
    (func (export "called-back") (param i32 i32 i32) (result i32) unreachable)
    (func (export "sync") (param i32) (result i32) (call $event (local.get 0)))
    (func (export "stack") (param i32) (call $return (call $event (local.get 0))))
    (func (export "boom") (param i32)
      (if (i32.eqz (local.get 0)) (then unreachable))
      (call $return-nothing))
    (func (export "calm") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $M (with "" (instance
    (export "say" (func $say')) (export "emit" (func $emit'))
    (export "return" (func $return)) (export "return-nothing" (func $return-nothing))))))
  (func (export "callback") async (param "event" u32) (result u32)
    (canon lift (core func $m "callback") async (callback (core func $m "called-back"))))
  (func (export "sync") async (param "event" u32) (result u32) (canon lift (core func $m "sync")))
  (func (export "stack") async (param "event" u32) (result u32) (canon lift (core func $m "stack") async))
  (func (export "boom") async (param "event" u32) (canon lift (core func $m "boom") async))
  (func (export "calm") (param "event" u32) (result u32) (canon lift (core func $m "calm"))))"#;

#[test]
fn a_task_that_waits_for_the_host_does_not_return_after_a_trap() {
    for name in ["callback", "sync", "stack"] {
        let (mut store, instance) = instance(ASYNC, "boom");
        refused(call(&mut store, instance, name, &[Val::U32(1)]), CANNOT_GO_ON);
        assert!(store.data().said.is_empty(), "`{name}` went on");
        refused(call(&mut store, instance, "calm", &[Val::U32(1)]), CANNOT_ENTER);
    }
}

#[test]
fn synchronous_functions_are_reentered() {
    let (mut store, instance) = instance(SYNC, "count");
    assert_eq!(call(&mut store, instance, "count", &[Val::U32(5)]).unwrap(), Some(Val::U32(5)));
    let values = store.data().outcomes.iter().map(|outcome| outcome.clone().unwrap());
    assert_eq!(values.collect::<Vec<_>>(), (0..5).map(|n| Some(Val::U32(n))).collect::<Vec<_>>());
}

#[test]
fn a_synchronous_function_is_reentered_while_the_exclusive_lock_is_held() {
    for name in ["callback", "sync", "stack"] {
        let (mut store, instance) = instance(ASYNC, "calm");
        assert_eq!(call(&mut store, instance, name, &[Val::U32(4)]).unwrap(), Some(Val::U32(4)));
        assert_eq!(store.data().outcomes, [Ok(Some(Val::U32(3)))]);
    }
}

#[test]
fn an_asynchronous_function_is_reentered_unless_it_would_wait_for_the_exclusive_lock() {
    let names = ["callback", "sync", "stack"];
    for (outer, inner) in names.iter().flat_map(|outer| names.iter().map(move |inner| (*outer, *inner))) {
        let (mut store, instance) = instance(ASYNC, inner);
        // What a task on a stack of its own calls, and what is one, needs no lock.
        let waits = outer != "stack" && inner != "stack";
        let outcome = call(&mut store, instance, outer, &[Val::U32(1)]);
        let nested = store.data().outcomes[0].clone();
        if waits {
            refused(outcome, CANNOT_GO_ON);
            assert!(nested.unwrap_err().contains("cannot block a synchronous task"), "{inner} within {outer}");
        } else {
            assert_eq!((outcome.unwrap(), nested), (Some(Val::U32(1)), Ok(Some(Val::U32(0)))));
            // The lock is free again.
            assert_eq!(call(&mut store, instance, "sync", &[Val::U32(0)]).unwrap(), Some(Val::U32(0)));
        }
    }
}
