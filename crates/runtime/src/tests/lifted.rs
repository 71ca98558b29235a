//! What guests make the host spend: however often they make it, it is bounded and freed.

use super::compiled::Compile;
use crate::*;
use cantilever_abi::block::TrapKind;

/// `run` calls an asynchronous function of another component that many times, which returns a
/// megabyte as a string. Then it lets the host look.
const ASYNC_RESULTS: &str = r#"(component
  (import "look" (func $look))
  (component $Callee
    (core module $Memory (memory (export "memory") 16))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "memory" (core memory $memory))
    (canon task.return (result string) (memory $memory) (core func $return))
    (core module $M
      (import "" "return" (func $return (param i32 i32)))
      (func (export "text") (call $return (i32.const 0) (i32.const 0x100000))))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "text") async (result string) (canon lift (core func $m "text") async (memory $memory))))
  (component $Caller
    (import "text" (func $text async (result string)))
    (import "look" (func $look))
    (core module $Memory
      (memory (export "memory") 17)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0x10000)))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "memory" (core memory $memory))
    (alias core export $memory "realloc" (core func $realloc))
    (core func $text (canon lower (func $text) async (memory $memory) (realloc $realloc)))
    (core func $look (canon lower (func $look)))
    (core module $M
      (import "" "text" (func $text (param i32) (result i32)))
      (import "" "look" (func $look))
      (func (export "run") (param $n i32)
        (loop $again
          (drop (call $text (i32.const 8)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $look)))
    (core instance $m (instantiate $M
      (with "" (instance (export "text" (func $text)) (export "look" (func $look))))))
    (func (export "run") (param "n" u32) (canon lift (core func $m "run"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "text" (func $callee "text")) (with "look" (func $look))))
  (export "run" (func $caller "run")))"#;

/// An instance, with a `look` that notes how large the arena is.
fn looking(text: &str) -> (Store<usize>, Instance) {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let mut linker = Linker::<usize>::new(&engine);
    let look = |mut caller: Caller<'_, usize>, (): ()| {
        *caller.data_mut() = caller.state().arena.size();
        Ok(())
    };
    linker.func_wrap("look", look).unwrap();
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    (store, instance)
}

fn limit(store: &mut Store<usize>, lifted_bytes: u64) {
    store.set_limits(Limits { lifted_bytes, ..Limits::default() });
}

#[test]
fn results_of_asynchronous_calls_end_with_their_calls() {
    let (mut store, instance) = looking(ASYNC_RESULTS);
    let run = instance.get_typed_func::<(u32,), ()>(&mut store, "run").unwrap();
    run.call(&mut store, (1000,)).unwrap();
    assert!(*store.data() < 1 << 20, "the arena grew to {} bytes", store.data());
    let state = store.state();
    assert_eq!((state.arena.size() < 1 << 20, state.arena.lifted.bytes()), (true, 0));
}

#[test]
fn a_result_on_its_way_counts() {
    let (mut store, instance) = looking(ASYNC_RESULTS);
    limit(&mut store, (1 << 20) - 1);
    let run = instance.get_typed_func::<(u32,), ()>(&mut store, "run").unwrap();
    let error = run.call(&mut store, (1,)).unwrap_err();
    assert_eq!(error.trap().unwrap().kind(), Some(TrapKind::LiftedBytesExceeded));
    let message = "gives the host too much: `Limits::lifted_bytes` is 1048575 bytes, and 1048576 would be needed";
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!(store.state().arena.lifted.bytes(), 0);
}

/// The start function, and the destructor of the handle that `new` gives, pass half a megabyte to
/// the host.
const OUTSIDE_CALLS: &str = r#"(component
  (import "take" (func $take (param "text" string)))
  (core module $Memory (memory (export "memory") 16))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $memory))
  (core func $take (canon lower (func $take) string-encoding=utf16 (memory $memory)))
  (core module $Pass
    (import "" "take" (func $take (param i32 i32)))
    (func $pass (export "pass") (param i32) (call $take (i32.const 0) (i32.const 0x40000)))
    (func $start (call $pass (i32.const 0)))
    (start $start))
  (core instance $pass (instantiate $Pass (with "" (instance (export "take" (func $take))))))
  (alias core export $pass "pass" (core func $pass))
  (type $r' (resource (rep i32) (dtor (core func $pass))))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "new") (result i32) (call $new (i32.const 7))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "new") (result (own $r)) (canon lift (core func $m "new"))))"#;

#[test]
fn what_start_functions_and_destructors_pass_is_freed() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(OUTSIDE_CALLS).unwrap()).unwrap();
    let mut linker = Linker::<usize>::new(&engine);
    let take = |mut caller: Caller<'_, usize>, (text,): (String,)| {
        *caller.data_mut() += text.len();
        Ok(())
    };
    linker.func_wrap("take", take).unwrap();
    let mut store = Store::new(&engine, 0);
    let size = |store: &mut Store<usize>| {
        let mut store = store.as_context_mut();
        let arena = &store.state().arena;
        (arena.size() < 1 << 16, arena.lifted.bytes())
    };
    let instance = linker.instantiate(&mut store, &component).unwrap();
    assert_eq!((*store.data(), size(&mut store)), (0x40000, (true, 0)));
    let new = instance.get_typed_func::<(), ResourceAny>(&mut store, "new").unwrap();
    let handle = new.call(&mut store, ()).unwrap();
    handle.resource_drop(&mut store).unwrap();
    assert_eq!((*store.data(), size(&mut store)), (0x80000, (true, 0)));
}

/// `run` passes a string to the host, which calls `run` again until it has been asked often enough.
const NESTED: &str = r#"(component
  (import "again" (func $again (param "text" string) (param "n" u32)))
  (core module $Memory (memory (export "memory") 16))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $memory))
  (core func $again (canon lower (func $again) string-encoding=utf16 (memory $memory)))
  (core module $M
    (import "" "again" (func $again (param i32 i32 i32)))
    (func (export "run") (param $n i32)
      (call $again (i32.const 0) (i32.const 0x10000) (local.get $n))))
  (core instance $m (instantiate $M (with "" (instance (export "again" (func $again))))))
  (func (export "run") (param "n" u32) (canon lift (core func $m "run"))))"#;

/// The deepest nesting of `run`s that a limit admits.
fn depth(store: &mut Store<usize>, instance: Instance, lifted_bytes: u64) -> u32 {
    limit(store, lifted_bytes);
    let run = instance.get_typed_func::<(u32,), ()>(&mut *store, "run").unwrap();
    *store.data_mut() = 0;
    run.call(&mut *store, (100,)).unwrap_err();
    assert_eq!(store.state().arena.lifted.bytes(), 0);
    *store.data() as u32
}

#[test]
fn calls_that_nest_share_the_limit() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(NESTED).unwrap()).unwrap();
    let mut linker = Linker::<usize>::new(&engine);
    let again = |mut caller: Caller<'_, usize>, (text, n): (String, u32)| {
        assert_eq!(text.len(), 0x10000);
        *caller.data_mut() += 1;
        if n == 0 {
            return Ok(());
        }
        // The guest that trapped stays behind; another one of the store is asked.
        INSTANCES.with_borrow(|instances| {
            let run = instances[n as usize].get_typed_func::<(u32,), ()>(&mut caller, "run")?;
            Ok(run.call(&mut caller, (n - 1,))?)
        })
    };
    linker.func_wrap("again", again).unwrap();
    for (lifted_bytes, expected) in [(1 << 18, 1), (1 << 20, 4), (2 << 20, 8)] {
        let mut store = Store::new(&engine, 0);
        let instances = (0..=100).map(|_| linker.instantiate(&mut store, &component).unwrap());
        let instances: Vec<Instance> = instances.collect();
        let first = instances[0];
        INSTANCES.set(instances);
        assert_eq!(depth(&mut store, first, lifted_bytes), expected, "{lifted_bytes}");
    }
}

std::thread_local! {
    /// The instances that take part in the nesting.
    static INSTANCES: std::cell::RefCell<Vec<Instance>> = const { std::cell::RefCell::new(Vec::new()) };
}
