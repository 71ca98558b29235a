//! Handles that the host holds: each use after the end says what ended it.

use super::load;
use cantilever::runtime::{Engine, Error, HandleEnd, Instance, Linker, ResourceAny, Store, ValueError};

const COMPONENT: &str = r#"(component
  (type $thing' (resource (rep i32)))
  (export $thing "thing" (type $thing'))
  (core func $new (canon resource.new $thing'))
  (core func $drop (canon resource.drop $thing'))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "take") (param i32) (call $drop (local.get 0)))
    (func (export "peek") (param i32) (result i32) (local.get 0))
    (func (export "take-both") (param i32 i32) (call $drop (local.get 0)) (call $drop (local.get 1)))
    (func (export "peek-take") (param i32 i32) (call $drop (local.get 1))))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "make") (param "rep" u32) (result (own $thing)) (canon lift (core func $m "make")))
  (func (export "take") (param "t" (own $thing)) (canon lift (core func $m "take")))
  (func (export "peek") (param "t" (borrow $thing)) (result u32) (canon lift (core func $m "peek")))
  (func (export "take-both") (param "a" (own $thing)) (param "b" (own $thing)) (canon lift (core func $m "take-both")))
  (func (export "peek-take") (param "a" (borrow $thing)) (param "b" (own $thing))
    (canon lift (core func $m "peek-take"))))"#;

struct Things {
    store: Store<()>,
    instance: Instance,
}

impl Things {
    fn new() -> Self {
        let engine = Engine::default();
        let component = load(&engine, COMPONENT);
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
        Things { store, instance }
    }

    fn make(&mut self, rep: u32) -> ResourceAny {
        let make = self.instance.get_typed_func::<(u32,), ResourceAny>(&mut self.store, "make").unwrap();
        make.call(&mut self.store, (rep,)).unwrap()
    }

    fn take(&mut self, thing: ResourceAny) -> Result<(), Error> {
        let take = self.instance.get_typed_func::<(ResourceAny,), ()>(&mut self.store, "take").unwrap();
        take.call(&mut self.store, (thing,))
    }

    fn peek(&mut self, thing: ResourceAny) -> Result<u32, Error> {
        let peek = self.instance.get_typed_func::<(ResourceAny,), u32>(&mut self.store, "peek").unwrap();
        peek.call(&mut self.store, (thing,))
    }

    fn two(&mut self, name: &str, things: [ResourceAny; 2]) -> Result<(), Error> {
        let func = self.instance.get_typed_func::<(ResourceAny, ResourceAny), ()>(&mut self.store, name).unwrap();
        func.call(&mut self.store, (things[0], things[1]))
    }
}

/// What is wrong with a value, without the place.
fn cause<T: std::fmt::Debug>(outcome: Result<T, Error>) -> ValueError {
    match outcome {
        Err(Error::Value(error)) => error.cause().clone(),
        other => panic!("{other:?}"),
    }
}

fn after(end: HandleEnd) -> ValueError {
    ValueError::DeadHandle { after: end }
}

#[test]
fn a_handle_moves_once() {
    let mut things = Things::new();
    let thing = things.make(5);
    assert_eq!(things.peek(thing).unwrap(), 5);
    things.take(thing).unwrap();
    let error = things.peek(thing).unwrap_err().to_string();
    let expected = "in parameter 1 (`t`): the resource handle was used after it was passed to `take`";
    assert_eq!(error, expected);
    assert_eq!(cause(things.take(thing)), after(HandleEnd::PassedTo("take".into())));
    assert_eq!(cause(thing.resource_drop(&mut things.store)), after(HandleEnd::PassedTo("take".into())));
}

#[test]
fn a_dropped_handle_is_gone() {
    let mut things = Things::new();
    let thing = things.make(5);
    thing.resource_drop(&mut things.store).unwrap();
    assert_eq!(cause(things.peek(thing)), after(HandleEnd::Dropped));
    assert_eq!(cause(thing.resource_drop(&mut things.store)), after(HandleEnd::Dropped));
    // Another handle at the same index is another handle.
    let other = things.make(6);
    assert_eq!(cause(things.peek(thing)), after(HandleEnd::Forgotten));
    assert_eq!(things.peek(other).unwrap(), 6);
}

#[test]
fn a_handle_is_used_once_in_a_call_that_takes_it() {
    let mut things = Things::new();
    let [a, b] = [1, 2].map(|rep| things.make(rep));
    assert_eq!(cause(things.two("take-both", [a, a])), after(HandleEnd::PassedTo("take-both".into())));
    assert_eq!(cause(things.two("peek-take", [a, a])), ValueError::Lent);
    // Those calls failed before the guest ran, so both handles live.
    things.two("peek-take", [a, b]).unwrap();
    assert_eq!(cause(things.peek(b)), after(HandleEnd::PassedTo("peek-take".into())));
    assert_eq!(things.peek(a).unwrap(), 1);
}

#[test]
fn handles_belong_to_their_instance() {
    let mut things = Things::new();
    let mut others = Things::new();
    let thing = things.make(1);
    assert_eq!(cause(others.peek(thing)), ValueError::ForeignHandle);
}
