//! Hosts keep guests in check: they stop them from another thread, and limit their fuel. What fuel
//! is paid for is in `filetests/fuel`.

use cantilever::Compile;
use cantilever::abi::block::TrapKind;
use cantilever::runtime::{
    Component, CoreLinker, Engine, Error, Instance, InterruptHandle, LinkError, Linker, Module, Result, Store, Val,
};
use cantilever::{CompileOptions, OptLevel};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

/// A test whose guest is not stopped fails after this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Each export says that it runs and then goes on for ever, each in another way.
const FOR_EVER: &str = r#"(component
  (import "started" (func $started))
  (import "nested" (func $nested))
  (core func $started' (canon lower (func $started)))
  (core func $nested' (canon lower (func $nested)))

  ;; Small enough to be dissolved into the adapters that call it.
  (component $C
    (import "started" (func $started))
    (core func $started' (canon lower (func $started)))
    (core module $M
      (import "" "started" (func $started))
      (func (export "spin") (param i32) (result i32) (call $started) (loop (br 0)) (unreachable)))
    (core instance $m (instantiate $M (with "" (instance (export "started" (func $started'))))))
    (func (export "spin") (param "n" u32) (result u32) (canon lift (core func $m "spin"))))
  (instance $c (instantiate $C (with "started" (func $started))))
  (core func $spin' (canon lower (func $c "spin")))

  ;; Its callback always yields, and its caller waits.
  (component $Yields
    (import "started" (func $started))
    (core func $started' (canon lower (func $started)))
    (core module $M
      (import "" "started" (func $started))
      (func (export "begin") (result i32) (call $started) (i32.const 1))
      (func (export "again") (param i32 i32 i32) (result i32) (i32.const 1)))
    (core instance $m (instantiate $M (with "" (instance (export "started" (func $started'))))))
    (func (export "yield") async (canon lift (core func $m "begin") async (callback (core func $m "again")))))
  (instance $yields (instantiate $Yields (with "started" (func $started))))
  (core func $yield' (canon lower (func $yields "yield")))

  ;; The elements of the list, 2^20 of them, are all the same list of 2^20 truth values; `realloc` has no loop.
  (component $Lists
    (core module $M
      (memory (export "memory") 512)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (result i32) (i32.eq (local.get 2) (i32.const 1)) (then (i32.const 0)) (else (i32.const 0x100_0000))))
      (func (export "take") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "take") (param "lists" (list (list bool)))
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (instance $lists (instantiate $Lists))
  (core module $Memory (memory (export "memory") 512))
  (core instance $memory (instantiate $Memory))
  (core func $take' (canon lower (func $lists "take") (memory (core memory $memory "memory"))))

  (core module $Main
    (import "memory" "memory" (memory 1))
    (import "" "started" (func $started))
    (import "" "nested" (func $nested))
    (import "" "spin" (func $spin-there (param i32) (result i32)))
    (import "" "yield" (func $yield))
    (import "" "take" (func $take (param i32 i32)))
    (tag $tag)
    (table funcref (elem $around))
    (type $plain (func))
    (func (export "loop") (call $started) (loop (br 0)))
    (func (export "nested-loops")
      (call $started)
      (loop $outer (loop $inner (br_if $inner (i32.const 0))) (br $outer)))
    (func $tail (return_call $tail))
    (func (export "tail-call") (call $started) (call $tail))
    (func $even (return_call $odd))
    (func $odd (return_call $even))
    (func (export "mutual-tail-calls") (call $started) (call $even))
    (func $around (return_call_indirect (type $plain) (i32.const 0)))
    (func (export "indirect-tail-call") (call $started) (call $around))
    (func $fibonacci (param i32) (result i32)
      (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
        (then (local.get 0))
        (else (i32.add
          (call $fibonacci (i32.sub (local.get 0) (i32.const 1)))
          (call $fibonacci (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "recursion") (call $started) (drop (call $fibonacci (i32.const 1000))))
    (func $throw (throw $tag))
    (func (export "exceptions")
      (call $started)
      (loop $again
        (block $caught (try_table (catch $tag $caught) (call $throw)))
        (br $again)))
    (func (export "catch-itself")
      (call $started)
      (loop $again (try_table (catch $tag $again) (throw $tag))))
    (func (export "through-adapter") (drop (call $spin-there (i32.const 1))))
    (func (export "callback") (call $yield))
    (func (export "same-lists") (local $at i32)
      (local.set $at (i32.const 0x100_0000))
      (loop $each
        (i32.store offset=4 (local.get $at) (i32.const 0x10_0000))
        (br_if $each (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 0x180_0000))))
      (call $started)
      (call $take (i32.const 0x100_0000) (i32.const 0x10_0000)))
    (func (export "nested") (call $nested) (loop (br 0))))
  (core instance $main (instantiate $Main
    (with "memory" (instance $memory))
    (with "" (instance
      (export "started" (func $started')) (export "nested" (func $nested')) (export "spin" (func $spin'))
      (export "yield" (func $yield')) (export "take" (func $take'))))))

  ;; A module that is instantiated twice has contexts of its own.
  (core module $Shared
    (import "" "started" (func $started))
    (func (export "loop") (call $started) (loop (br 0))))
  (core instance (instantiate $Shared (with "" (instance (export "started" (func $started'))))))
  (core instance $shared (instantiate $Shared (with "" (instance (export "started" (func $started'))))))

  (func (export "loop") (canon lift (core func $main "loop")))
  (func (export "nested-loops") (canon lift (core func $main "nested-loops")))
  (func (export "tail-call") (canon lift (core func $main "tail-call")))
  (func (export "mutual-tail-calls") (canon lift (core func $main "mutual-tail-calls")))
  (func (export "indirect-tail-call") (canon lift (core func $main "indirect-tail-call")))
  (func (export "recursion") (canon lift (core func $main "recursion")))
  (func (export "exceptions") (canon lift (core func $main "exceptions")))
  (func (export "catch-itself") (canon lift (core func $main "catch-itself")))
  (func (export "through-adapter") (canon lift (core func $main "through-adapter")))
  (func (export "callback") (canon lift (core func $main "callback")))
  (func (export "same-lists") (canon lift (core func $main "same-lists")))
  (func (export "nested") (canon lift (core func $main "nested")))
  (func (export "shared-module") (canon lift (core func $shared "loop"))))"#;

/// Its start function never ends.
const START: &str = r#"(component
  (import "started" (func $started))
  (core func $started' (canon lower (func $started)))
  (core module $M (import "" "started" (func $started)) (func $start (call $started) (loop (br 0))) (start $start))
  (core instance (instantiate $M (with "" (instance (export "started" (func $started')))))))"#;

const FINITE: &str = r#"(component
  (core module $M (func (export "count") (param $n i32) (result i32)
    (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n)))
  (core instance $m (instantiate $M))
  (func (export "count") (param "n" u32) (result u32) (canon lift (core func $m "count"))))"#;

struct Host {
    /// Is told when a guest runs.
    started: Sender<()>,
    /// What the import `nested` calls.
    other: Option<Instance>,
}

fn compiled(engine: &Engine, component: &str, options: &CompileOptions) -> Component {
    Component::with_options(engine, &wat::parse_str(component).unwrap(), options).unwrap()
}

fn interruptible() -> CompileOptions {
    CompileOptions { interruptible: true, ..CompileOptions::default() }
}

fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::<Host>::new(engine);
    linker.func_wrap("started", |caller, ()| Ok(caller.data().started.send(())?)).unwrap();
    let nested = |mut caller: cantilever::runtime::Caller<'_, Host>, ()| {
        let other = caller.data().other.expect("the test has set it");
        let looping = other.get_func(&mut caller, "loop").expect("it is exported");
        // The host takes the trap of the inner guest for itself.
        assert_interrupted(&looping.call(&mut caller, &[]).unwrap_err(), "loop");
        Ok(())
    };
    linker.func_wrap("nested", nested).unwrap();
    linker
}

/// Lets a guest run on another thread, and stops it when it has said that it runs. What became of
/// it.
fn stopped(
    engine: &Engine,
    run: impl FnOnce(&mut Store<Host>, &Linker<Host>) -> Result<()> + Send + 'static,
) -> Result<()> {
    let (started, has_started) = channel();
    let (ended, has_ended) = channel();
    let mut store = Store::new(engine, Host { started, other: None });
    let handle = store.interrupt_handle().unwrap();
    let linker = linker(engine);
    thread::spawn(move || ended.send(run(&mut store, &linker)));
    has_started.recv().expect("the guest runs");
    handle.interrupt();
    has_ended.recv_timeout(PATIENCE).expect("the guest stops")
}

#[track_caller]
fn assert_interrupted(error: &Error, what: &str) {
    assert_eq!(error.trap().and_then(|trap| trap.kind()), Some(TrapKind::Interrupted), "{what}: {error}");
}

fn stop_every_export(options: &CompileOptions) {
    let engine = Engine::default();
    let component = compiled(&engine, FOR_EVER, options);
    for export in component.exports() {
        let (component, name) = (component.clone(), export.path.join("/"));
        let export = name.clone();
        let outcome = stopped(&engine, move |store, linker| {
            store.data_mut().other = Some(linker.instantiate(&mut *store, &component)?);
            let instance = linker.instantiate(&mut *store, &component)?;
            let func = instance.get_func(&mut *store, &name).expect("it is exported");
            let outcome = func.call(&mut *store, &[]);
            // It trapped, so it is not entered again, whether or not the interruption goes on.
            store.clear_interrupt();
            let again = func.call(&mut *store, &[]).unwrap_err();
            assert!(again.to_string().contains("cannot enter component instance"), "{again}");
            outcome.map(|_| ())
        });
        assert_interrupted(&outcome.unwrap_err(), &export);
    }
}

#[test]
fn whatever_goes_on_for_ever_is_stopped() {
    stop_every_export(&interruptible());
}

#[test]
fn code_without_optimisation_is_stopped_too() {
    stop_every_export(&CompileOptions { opt_level: OptLevel::None, ..interruptible() });
}

#[test]
fn instantiation_is_stopped() {
    let engine = Engine::default();
    let component = compiled(&engine, START, &interruptible());
    let outcome = stopped(&engine, move |store, linker| linker.instantiate(store, &component).map(|_| ()));
    assert_interrupted(&outcome.unwrap_err(), "start");
}

#[test]
fn an_interruption_lasts_until_it_is_cleared() {
    let engine = Engine::default();
    let component = compiled(&engine, FINITE, &interruptible());
    let linker = Linker::new(&engine);
    let mut store = Store::new(&engine, ());
    let handle = store.interrupt_handle().unwrap();
    let early = linker.instantiate(&mut store, &component).unwrap();
    handle.interrupt();
    // That the store comes to another stack changes nothing.
    let mut store = thread::spawn(move || {
        let count = early.get_func(&mut store, "count").unwrap();
        assert_interrupted(&count.call(&mut store, &[Val::U32(1)]).unwrap_err(), "early");
        store
    })
    .join()
    .unwrap();
    store.clear_interrupt();
    let late = linker.instantiate(&mut store, &component).unwrap();
    let count = late.get_func(&mut store, "count").unwrap();
    assert_eq!(count.call(&mut store, &[Val::U32(1)]).unwrap(), Some(Val::U32(0)));
    handle.interrupt();
    assert_interrupted(&count.call(&mut store, &[Val::U32(1)]).unwrap_err(), "late");
    drop(store);
    // An instance that gets the block of one that is gone has nothing to do with its handle.
    let mut store = Store::new(&engine, ());
    let next = linker.instantiate(&mut store, &component).unwrap();
    handle.clone().interrupt();
    let count = next.get_func(&mut store, "count").unwrap();
    assert_eq!(count.call(&mut store, &[Val::U32(9)]).unwrap(), Some(Val::U32(0)));
}

#[test]
fn a_handle_goes_to_other_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<InterruptHandle>();
}

#[test]
fn the_instance_of_a_core_module_runs_again() {
    let engine = Engine::default();
    let wasm = wat::parse_str(r#"(module (func $f (export "f") (param i32) (loop (br_if 0 (local.get 0)))))"#).unwrap();
    let module = Module::with_options(&engine, &wasm, &interruptible()).unwrap();
    let mut store = Store::new(&engine, ());
    let handle = store.interrupt_handle().unwrap();
    let instance = CoreLinker::new().instantiate(&mut store, &module).unwrap();
    let f = instance.get_func(&mut store, "f").unwrap();
    let interrupter = handle.clone();
    let thread = thread::spawn(move || interrupter.interrupt());
    assert_interrupted(&f.call(&mut store, &[cantilever::runtime::CoreVal::I32(1)]).unwrap_err(), "f");
    thread.join().unwrap();
    store.clear_interrupt();
    f.call(&mut store, &[cantilever::runtime::CoreVal::I32(0)]).unwrap();
}

#[test]
fn what_was_compiled_without_is_refused_by_name() {
    let engine = Engine::default();
    let plain = compiled(&engine, FINITE, &CompileOptions::default());
    let linker = Linker::new(&engine);
    let is_link = |error: Error, expected: LinkError, flag: &str| {
        assert!(error.to_string().contains(flag), "{error}");
        assert!(matches!(error, Error::Link(found) if found == expected));
    };
    let mut store = Store::new(&engine, ());
    store.interrupt_handle().unwrap();
    is_link(linker.instantiate(&mut store, &plain).unwrap_err(), LinkError::NotInterruptible, "--interruptible");
    let mut store = Store::new(&engine, ());
    store.set_fuel(1).unwrap();
    is_link(linker.instantiate(&mut store, &plain).unwrap_err(), LinkError::CountsNoFuel, "--count-fuel");
    let mut store = Store::new(&engine, ());
    linker.instantiate(&mut store, &plain).unwrap();
    is_link(store.interrupt_handle().map(|_| ()).unwrap_err(), LinkError::NotInterruptible, "--interruptible");
    is_link(store.set_fuel(1).unwrap_err(), LinkError::CountsNoFuel, "--count-fuel");
    assert_eq!(store.fuel(), u64::MAX);
}

#[test]
fn what_is_left_does_not_depend_on_optimisation() {
    /// Two operators before the loop's condition and three for it, each time; one at the end.
    const COST_OF_3: u64 = 3 * 5 + 1;
    let engine = Engine::default();
    for opt_level in [OptLevel::None, OptLevel::Speed] {
        let options = CompileOptions { fuel: true, opt_level, ..interruptible() };
        let component = compiled(&engine, FINITE, &options);
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
        let count = instance.get_func(&mut store, "count").unwrap();
        store.set_fuel(COST_OF_3 + 4).unwrap();
        count.call(&mut store, &[Val::U32(3)]).unwrap();
        assert_eq!(store.fuel(), 4, "{opt_level:?}");
        // Five are needed: nothing is taken.
        let error = count.call(&mut store, &[Val::U32(3)]).unwrap_err();
        assert_eq!(error.trap().and_then(|trap| trap.kind()), Some(TrapKind::OutOfFuel), "{error}");
        assert_eq!(store.fuel(), 4, "{opt_level:?}");
    }
}

#[test]
fn a_host_function_charges_and_refuels() {
    let engine = Engine::default();
    let component = r#"(component
      (import "price" (func $price (param "units" u64)))
      (core func $price' (canon lower (func $price)))
      (core module $M
        (import "" "price" (func $price (param i64)))
        (func (export "buy") (param i64) (call $price (local.get 0))))
      (core instance $m (instantiate $M (with "" (instance (export "price" (func $price'))))))
      (func (export "buy") (param "units" u64) (canon lift (core func $m "buy"))))"#;
    let component = compiled(&engine, component, &CompileOptions { fuel: true, ..CompileOptions::default() });
    let mut linker = Linker::<()>::new(&engine);
    linker
        .func_wrap("price", |mut caller, (units,): (u64,)| {
            let left = caller.fuel().checked_sub(units).ok_or("too expensive")?;
            Ok(caller.set_fuel(left)?)
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    store.set_fuel(102).unwrap();
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let buy = instance.get_func(&mut store, "buy").unwrap();
    buy.call(&mut store, &[Val::U64(40)]).unwrap();
    assert_eq!(store.fuel(), 60);
    let error = buy.call(&mut store, &[Val::U64(60)]).unwrap_err();
    assert_eq!(error.to_string(), "too expensive");
}
