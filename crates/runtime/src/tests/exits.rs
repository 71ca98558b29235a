//! Guests that end the program.

use super::compiled::Compile;
use crate::*;
use cantilever_abi::block::TrapKind;

/// `run` calls the import in a nested component; `idle` is another instance's.
const GUEST: &str = r#"(component
  (import "leave" (func $leave (param "code" u8)))
  (core func $leave' (canon lower (func $leave)))
  (component $Inner
    (import "leave" (func $leave (param "code" u8)))
    (core func $leave' (canon lower (func $leave)))
    (core module $M
      (import "" "leave" (func $leave (param i32)))
      (func (export "run") (param i32) (call $leave (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance (export "leave" (func $leave'))))))
    (func (export "run") (param "code" u8) (canon lift (core func $m "run"))))
  (instance $inner (instantiate $Inner (with "leave" (func $leave))))
  (component $Idle
    (core module $M (func (export "idle")))
    (core instance $m (instantiate $M))
    (func (export "idle") (canon lift (core func $m "idle"))))
  (instance $idle (instantiate $Idle))
  (export "run" (func $inner "run"))
  (export "idle" (func $idle "idle")))"#;

/// An error that has an exit as its source.
#[derive(Debug, thiserror::Error)]
#[error("while flushing")]
struct Flushing(#[source] Exit);

/// What the host function does: exits, exits in other words, calls the other instance, or fails.
fn leave(mut caller: Caller<'_, Option<Instance>>, (code,): (u8,)) -> Result<(), HostError> {
    match (code, *caller.data()) {
        (200, _) => Err(Flushing(Exit { code }).into()),
        (201, Some(other)) => Ok(other.get_typed_func::<(u8,), ()>(&mut caller, "run")?.call(&mut caller, (3,))?),
        (202, _) => Err("no exit".into()),
        _ => Err(Exit { code }.into()),
    }
}

fn instances() -> (Store<Option<Instance>>, [Instance; 3]) {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(GUEST).unwrap()).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("leave", leave).unwrap();
    let mut store = Store::new(&engine, None);
    let instances = [(); 3].map(|()| linker.instantiate(&mut store, &component).unwrap());
    (store, instances)
}

fn run(store: &mut Store<Option<Instance>>, instance: Instance, code: u8) -> Error {
    instance.get_typed_func::<(u8,), ()>(&mut *store, "run").unwrap().call(store, (code,)).unwrap_err()
}

/// Calls the instance that is nested beside the one that exits.
fn idle(store: &mut Store<Option<Instance>>, instance: Instance) -> Result<()> {
    instance.get_typed_func::<(), ()>(&mut *store, "idle").unwrap().call(store, ())
}

#[test]
fn an_exit_has_a_code_and_ends_its_root_alone() {
    let (mut store, [first, second, _]) = instances();
    let error = run(&mut store, first, 7);
    assert_eq!(error.exit_code(), Some(7));
    assert_eq!(error.to_string(), "the guest exited with code 7");
    assert!(!error.frames().is_empty());
    let ended = idle(&mut store, first).unwrap_err();
    assert_eq!((ended.exit_code(), ended.trap().map(Trap::kind)), (None, Some(None::<TrapKind>)));
    idle(&mut store, second).unwrap();
    assert_eq!(run(&mut store, second, 0).exit_code(), Some(0));
}

#[test]
fn an_exit_is_found_below_other_errors() {
    let (mut store, [first, second, _]) = instances();
    assert_eq!(run(&mut store, first, 200).exit_code(), Some(200));
    assert_eq!(run(&mut store, second, 202).exit_code(), None);
}

#[test]
fn an_exit_that_is_passed_on_ends_the_roots_on_its_way() {
    let (mut store, [outer, inner, third]) = instances();
    *store.data_mut() = Some(inner);
    assert_eq!(run(&mut store, outer, 201).exit_code(), Some(3));
    assert!(idle(&mut store, outer).is_err() && idle(&mut store, inner).is_err());
    idle(&mut store, third).unwrap();
}
