//! Handles that the host holds: each use after the end says what ended it.

use super::load;
use cantilever::runtime::{Engine, Error, HandleEnd, HandleUse, Instance, Linker, ResourceAny, Store, ValueError};

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

    fn take(&mut self, thing: &ResourceAny) -> Result<(), Error> {
        let take = self.instance.get_typed_func::<(ResourceAny,), ()>(&mut self.store, "take").unwrap();
        take.call(&mut self.store, (thing.clone(),))
    }

    fn peek(&mut self, thing: &ResourceAny) -> Result<u32, Error> {
        let peek = self.instance.get_typed_func::<(&ResourceAny,), u32>(&mut self.store, "peek").unwrap();
        peek.call(&mut self.store, (thing,))
    }

    fn two(&mut self, name: &str, things: [&ResourceAny; 2]) -> Result<(), Error> {
        let func = self.instance.get_typed_func::<(ResourceAny, ResourceAny), ()>(&mut self.store, name).unwrap();
        func.call(&mut self.store, (things[0].clone(), things[1].clone()))
    }
}

/// What is wrong with a value, without the place.
fn cause<T: std::fmt::Debug>(outcome: Result<T, Error>) -> ValueError {
    match outcome {
        Err(Error::Value(error)) => error.cause().clone(),
        other => panic!("{other:?}"),
    }
}

fn dead(used: HandleUse, after: HandleEnd) -> ValueError {
    ValueError::DeadHandle { resource: "thing".into(), used, after }
}

fn to(function: &str) -> HandleUse {
    HandleUse::PassedTo(function.into())
}

#[test]
fn a_handle_moves_once() {
    let mut things = Things::new();
    let thing = things.make(5);
    assert_eq!(things.peek(&thing).unwrap(), 5);
    things.take(&thing).unwrap();
    let error = things.peek(&thing).unwrap_err().to_string();
    let expected = "in parameter 1 (`t`): resource `thing` was passed to `peek` after it had been passed to `take`";
    assert_eq!(error, expected);
    let taken = HandleEnd::Use(to("take"));
    assert_eq!(cause(things.take(&thing)), dead(to("take"), taken.clone()));
    assert_eq!(cause(thing.resource_drop(&mut things.store)), dead(HandleUse::Dropped, taken));
}

#[test]
fn a_dropped_handle_is_gone() {
    let mut things = Things::new();
    let thing = things.make(5);
    thing.clone().resource_drop(&mut things.store).unwrap();
    let dropped = || HandleEnd::Use(HandleUse::Dropped);
    assert_eq!(cause(things.peek(&thing)), dead(to("peek"), dropped()));
    assert_eq!(cause(thing.clone().resource_drop(&mut things.store)), dead(HandleUse::Dropped, dropped()));
    // Another handle at the same index is another handle.
    let other = things.make(6);
    assert_eq!(cause(things.peek(&thing)), dead(to("peek"), HandleEnd::Forgotten));
    assert_eq!(things.peek(&other).unwrap(), 6);
}

#[test]
fn a_handle_is_used_once_in_a_call_that_takes_it() {
    let mut things = Things::new();
    let [a, b] = [1, 2].map(|rep| things.make(rep));
    assert_eq!(cause(things.two("take-both", [&a, &a])), dead(to("take-both"), HandleEnd::Use(to("take-both"))));
    assert_eq!(cause(things.two("peek-take", [&a, &a])), ValueError::Lent);
    // Those calls failed before the guest ran, so both handles live.
    things.two("peek-take", [&a, &b]).unwrap();
    assert_eq!(cause(things.peek(&b)), dead(to("peek"), HandleEnd::Use(to("peek-take"))));
    assert_eq!(things.peek(&a).unwrap(), 1);
}

#[test]
fn handles_belong_to_their_instance() {
    let mut things = Things::new();
    let mut others = Things::new();
    let thing = things.make(1);
    assert_eq!(cause(others.peek(&thing)), ValueError::ForeignHandle);
}

/// Resources that the host implements: the same rules, though their handles are in no table.
mod of_the_host {
    use super::{cause, dead, load, to};
    use cantilever::runtime::{
        Caller, Component, Engine, Error, HandleEnd, HandleUse, Instance, Linker, Resource, ResourceAny, Store, Val,
        ValueError,
    };

    struct File;

    /// `put` keeps a file, `get` gives it back, `read` borrows one and calls `look`, `both` takes
    /// two and `read-put` borrows one and takes one.
    const COMPONENT: &str = r#"(component
      (import "file" (type $file (sub resource)))
      (import "look" (func $look (param "f" (borrow $file))))
      (core func $drop (canon resource.drop $file))
      (core func $look' (canon lower (func $look)))
      (core module $M
        (import "" "drop" (func $drop (param i32)))
        (import "" "look" (func $look (param i32)))
        (global $kept (mut i32) (i32.const 0))
        (func (export "put") (param i32) (global.set $kept (local.get 0)))
        (func (export "get") (result i32) (global.get $kept))
        (func (export "read") (param i32) (call $look (local.get 0)) (call $drop (local.get 0)))
        (func (export "both") (param i32 i32) (call $drop (local.get 0)) (call $drop (local.get 1)))
        (func (export "read-put") (param i32 i32) (call $drop (local.get 0)) (call $drop (local.get 1))))
      (core instance $m (instantiate $M
        (with "" (instance (export "drop" (func $drop)) (export "look" (func $look'))))))
      (func (export "put") (param "f" (own $file)) (canon lift (core func $m "put")))
      (func (export "get") (result (own $file)) (canon lift (core func $m "get")))
      (func (export "read") (param "f" (borrow $file)) (canon lift (core func $m "read")))
      (func (export "both") (param "a" (own $file)) (param "b" (own $file)) (canon lift (core func $m "both")))
      (func (export "read-put") (param "a" (borrow $file)) (param "b" (own $file))
        (canon lift (core func $m "read-put"))))"#;

    #[derive(Default)]
    struct Host {
        /// What `look` kept of its parameter.
        looked: Option<ResourceAny>,
        /// A handle to be dropped while it is lent.
        to_drop: Option<ResourceAny>,
        dropped: Vec<u32>,
    }

    fn linker(engine: &Engine) -> Linker<Host> {
        let mut linker = Linker::<Host>::new(engine);
        let dtor = |mut caller: Caller<'_, Host>, rep| {
            caller.data_mut().dropped.push(rep);
            Ok(())
        };
        linker.resource::<File>("file", dtor).unwrap();
        linker
    }

    fn instance() -> (Store<Host>, Instance) {
        let engine = Engine::default();
        let component: Component = load(&engine, COMPONENT);
        let mut linker = linker(&engine);
        let look = |mut caller: Caller<'_, Host>, (file,): (ResourceAny,)| {
            caller.data_mut().looked = Some(file);
            caller.data_mut().to_drop.take().map_or(Ok(()), |lent| Ok(lent.resource_drop(caller)?))
        };
        linker.func_wrap("look", look).unwrap();
        let mut store = Store::new(&engine, Host::default());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        (store, instance)
    }

    fn call(
        store: &mut Store<Host>,
        instance: Instance,
        name: &str,
        files: &[&ResourceAny],
    ) -> Result<Option<Val>, Error> {
        let params: Vec<Val> = files.iter().map(|file| Val::Resource((*file).clone())).collect();
        instance.get_func(&mut *store, name).unwrap().call(store, &params)
    }

    fn gone(used: HandleUse, after: HandleUse) -> ValueError {
        let ValueError::DeadHandle { used, after, .. } = dead(used, HandleEnd::Use(after)) else { unreachable!() };
        ValueError::DeadHandle { resource: "file".into(), used, after }
    }

    #[test]
    fn a_handle_moves_once() {
        let (mut store, instance) = instance();
        let file = ResourceAny::from(Resource::<File>::new(7));
        call(&mut store, instance, "read", &[&file]).unwrap();
        call(&mut store, instance, "put", &[&file]).unwrap();
        let error = call(&mut store, instance, "read", &[&file]).unwrap_err().to_string();
        assert_eq!(
            error,
            "in parameter 1 (`f`): resource `file` was passed to `read` after it had been passed to `put`"
        );
        assert_eq!(cause(call(&mut store, instance, "put", &[&file])), gone(to("put"), to("put")));
        assert!(file.clone().resource_drop(&mut store).is_err());
        assert!(file.downcast::<File>().is_err());
        // What comes back is another handle of the same resource.
        let Some(Val::Resource(back)) = call(&mut store, instance, "get", &[]).unwrap() else { panic!() };
        back.clone().resource_drop(&mut store).unwrap();
        assert_eq!(store.data().dropped, [7]);
        assert_eq!(cause(back.clone().resource_drop(&mut store)), gone(HandleUse::Dropped, HandleUse::Dropped));
        assert_eq!(cause(call(&mut store, instance, "put", &[&back])), gone(to("put"), HandleUse::Dropped));
        assert_eq!(store.data().dropped, [7]);
    }

    #[test]
    fn a_handle_is_used_once_in_a_call_that_takes_it() {
        let (mut store, instance) = instance();
        let file = ResourceAny::from(Resource::<File>::new(7));
        assert_eq!(cause(call(&mut store, instance, "both", &[&file, &file])), gone(to("both"), to("both")));
        assert_eq!(cause(call(&mut store, instance, "read-put", &[&file, &file])), ValueError::Lent);
        // Those calls failed before the guest ran, so the handle is still there.
        let other = ResourceAny::from(Resource::<File>::new(8));
        call(&mut store, instance, "read-put", &[&other, &file]).unwrap();
        assert_eq!(cause(call(&mut store, instance, "read", &[&file])), gone(to("read"), to("read-put")));
        assert_eq!(other.downcast::<File>().unwrap().rep(), 8);
    }

    #[test]
    fn a_lent_handle_cannot_be_dropped() {
        let (mut store, instance) = instance();
        let file = ResourceAny::from(Resource::<File>::new(7));
        store.data_mut().to_drop = Some(file.clone());
        let error = call(&mut store, instance, "read", &[&file]).unwrap_err();
        assert!(format!("{error:?}").contains("Lent"), "{error:?}");
        assert!(file.resource_drop(&mut store).is_ok(), "it is not lent any more");
    }

    #[test]
    fn a_borrow_ends_with_its_call_and_gives_no_ownership() {
        let (mut store, instance) = instance();
        let file = ResourceAny::from(Resource::<File>::new(7));
        call(&mut store, instance, "read", &[&file]).unwrap();
        let kept = store.data_mut().looked.take().unwrap();
        assert_eq!((kept.owned(), kept.host_rep()), (false, Some(7)));
        let error = call(&mut store, instance, "read", &[&kept]).unwrap_err().to_string();
        assert!(
            error.ends_with("resource `file` was passed to `read` after the call that lent it had ended"),
            "{error}"
        );

        let put = instance.get_typed_func::<(Resource<File>,), ()>(&mut store, "put").unwrap();
        let error = put.call(&mut store, (Resource::borrowed(7),)).unwrap_err().to_string();
        assert_eq!(error, "in parameter 1 (`f`): expected own<file>, found a borrow");
    }

    #[test]
    fn a_reference_lends_and_does_not_give() {
        let (mut store, instance) = instance();
        assert!(instance.get_typed_func::<(&Resource<File>,), ()>(&mut store, "put").is_err());
        assert!(instance.get_typed_func::<(&ResourceAny,), ()>(&mut store, "put").is_err());
        assert!(instance.get_typed_func::<(Box<Resource<File>>,), ()>(&mut store, "put").is_ok());
        let read = instance.get_typed_func::<(&Resource<File>,), ()>(&mut store, "read").unwrap();
        let file = Resource::new(7);
        read.call(&mut store, (&file,)).unwrap();
        read.call(&mut store, (&file,)).unwrap();
    }
}
