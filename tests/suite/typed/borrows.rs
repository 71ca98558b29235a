//! Borrows that host functions receive: they can be used and lent on until the function ends, and
//! not any more then.

use super::load;
use cantilever::runtime::{
    AsContextMut, Caller, Engine, Error, HandleEnd, HandleUse, HostError, Instance, Linker, Resource, ResourceAny,
    Store, Val, ValueError,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

struct File;

/// `read` borrows a file and calls `look`, `peek` borrows one, `put` and `put-all` take files,
/// `reopen` calls `open`.
const COMPONENT: &str = r#"(component
  (import "file" (type $file (sub resource)))
  (import "look" (func $look (param "f" (borrow $file))))
  (import "open" (func $open (result (own $file))))
  (core func $drop (canon resource.drop $file))
  (core func $look' (canon lower (func $look)))
  (core func $open' (canon lower (func $open)))
  (core module $M
    (import "" "drop" (func $drop (param i32)))
    (import "" "look" (func $look (param i32)))
    (import "" "open" (func $open (result i32)))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "read") (param i32) (call $look (local.get 0)) (call $drop (local.get 0)))
    (func (export "peek") (param i32) (call $drop (local.get 0)))
    (func (export "put") (param i32) (call $drop (local.get 0)))
    (func (export "put-all") (param i32 i32))
    (func (export "reopen") (call $drop (call $open))))
  (core instance $m (instantiate $M
    (with "" (instance (export "drop" (func $drop)) (export "look" (func $look')) (export "open" (func $open'))))))
  (alias core export $m "memory" (core memory $memory))
  (alias core export $m "realloc" (core func $realloc))
  (func (export "read") (param "f" (borrow $file)) (canon lift (core func $m "read")))
  (func (export "peek") (param "f" (borrow $file)) (canon lift (core func $m "peek")))
  (func (export "put") (param "f" (own $file)) (canon lift (core func $m "put")))
  (func (export "put-all") (param "f" (list (own $file)))
    (canon lift (core func $m "put-all") (memory $memory) (realloc $realloc)))
  (func (export "reopen") (canon lift (core func $m "reopen"))))"#;

/// What `look` kept of its parameters, and what `open` returns.
type Kept = Vec<Resource<File>>;

fn linker(engine: &Engine) -> Linker<Kept> {
    let mut linker = Linker::<Kept>::new(engine);
    linker.resource::<File>("file", |_, _| Ok(())).unwrap();
    linker.func_wrap("open", |mut caller: Caller<'_, Kept>, (): ()| Ok(caller.data_mut().pop().unwrap())).unwrap();
    linker
}

/// What kind of function `look` is, all of which keep what they get.
fn lookers(engine: &Engine) -> [Linker<Kept>; 3] {
    let [mut typed, mut viewing, mut dynamic] = [(); 3].map(|()| linker(engine));
    let keep = |mut caller: Caller<'_, Kept>, (file,): (Resource<File>,)| {
        caller.data_mut().push(file);
        Ok(())
    };
    typed.func_wrap("look", keep).unwrap();
    let keep = |kept: &mut Kept, (file,): (Resource<File>,)| {
        kept.push(file);
        Ok(())
    };
    viewing.func_view::<(Resource<File>,), _, _>("look", keep).unwrap();
    let keep = |mut caller: Caller<'_, Kept>, files: Vec<Val>| {
        let [Val::Resource(file)] = &files[..] else { return Err("not one resource".into()) };
        caller.data_mut().push(file.clone().downcast::<File>()?);
        Ok(None)
    };
    dynamic.func_new("look", keep).unwrap();
    [typed, viewing, dynamic]
}

/// What is wrong with a value, without the place.
fn cause<T: std::fmt::Debug>(outcome: Result<T, Error>) -> ValueError {
    match outcome {
        Err(Error::Value(error)) => error.cause().clone(),
        Err(Error::Host(failure)) => failure.error().downcast_ref::<ValueError>().unwrap().cause().clone(),
        other => panic!("{other:?}"),
    }
}

fn ended(used: HandleUse) -> ValueError {
    ValueError::DeadHandle { resource: "file".into(), used, after: HandleEnd::CallEnded }
}

fn to(function: &str) -> HandleUse {
    HandleUse::PassedTo(function.into())
}

fn read(store: &mut Store<Kept>, instance: Instance) -> Result<(), Error> {
    let read = instance.get_typed_func::<(&Resource<File>,), ()>(&mut *store, "read").unwrap();
    read.call(store, (&Resource::new(7),))
}

/// A borrow that has ended, kept by a function of each kind.
fn kept(mut uses: impl FnMut(&mut Store<Kept>, Instance, Resource<File>)) {
    let engine = Engine::default();
    let component = load(&engine, COMPONENT);
    for linker in lookers(&engine) {
        let mut store = Store::new(&engine, Kept::new());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        read(&mut store, instance).unwrap();
        let file = store.data_mut().pop().unwrap();
        assert_eq!((file.owned(), file.rep()), (false, 7));
        uses(&mut store, instance, file);
    }
}

#[test]
fn a_kept_borrow_is_no_borrow() {
    kept(|store, instance, file| {
        let peek = instance.get_typed_func::<(&Resource<File>,), ()>(&mut *store, "peek").unwrap();
        let error = peek.call(&mut *store, (&file,)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "in parameter 1 (`f`): resource `file` was passed to `peek` after the call that lent it had ended"
        );
        assert_eq!(cause(Err::<(), _>(error)), ended(to("peek")));
        // Nor after another call had borrows.
        read(store, instance).unwrap();
        assert_eq!(cause(peek.call(&mut *store, (&file,))), ended(to("peek")));
        peek.call(&mut *store, (&Resource::borrowed(7),)).unwrap();
        let peek = instance.get_typed_func::<(Resource<File>,), ()>(&mut *store, "peek").unwrap();
        assert_eq!(cause(peek.call(store, (file,))), ended(to("peek")));
    });
}

#[test]
fn a_kept_borrow_is_no_own() {
    kept(|store, instance, file| {
        let put = instance.get_typed_func::<(Resource<File>,), ()>(&mut *store, "put").unwrap();
        assert_eq!(cause(put.call(store, (file,))), ended(to("put")));
    });
    kept(|store, instance, file| {
        let put = instance.get_typed_func::<(Vec<Resource<File>>,), ()>(&mut *store, "put-all").unwrap();
        assert_eq!(cause(put.call(store, (vec![file],))), ended(to("put-all")));
    });
    kept(|store, instance, file| {
        store.data_mut().push(file);
        let reopen = instance.get_typed_func::<(), ()>(&mut *store, "reopen").unwrap();
        assert_eq!(cause(reopen.call(store, ())), ended(HandleUse::Returned));
    });
}

#[test]
fn a_kept_borrow_has_ended_in_any_form() {
    for name in ["peek", "put"] {
        kept(|store, instance, file| {
            let func = instance.get_func(&mut *store, name).unwrap();
            let file = ResourceAny::from(file);
            assert_eq!(cause(func.call(&mut *store, &[file.clone().into()])), ended(to(name)));
            let func = func.typed::<(ResourceAny,), ()>(&mut *store).unwrap();
            assert_eq!(cause(func.call(store, (file,))), ended(to(name)));
        });
    }
    kept(|store, _, file| {
        let file = ResourceAny::from(file);
        let after = HandleEnd::CallEnded;
        let resource = std::any::type_name::<File>().to_owned();
        let downcast = ValueError::DeadHandle { resource, used: HandleUse::Downcast, after: after.clone() };
        assert_eq!(file.clone().downcast::<File>().unwrap_err(), downcast);
        let ValueError::DeadHandle { resource, .. } = downcast else { unreachable!() };
        let dropped = ValueError::DeadHandle { resource, used: HandleUse::Dropped, after };
        assert_eq!(cause(file.resource_drop(store)), dropped);
    });
}

/// What `look` does with its file, at some depth.
fn lend_on(mut caller: Caller<'_, Nested>, file: &Resource<File>) -> Result<(), HostError> {
    let Nested { instance, depth, .. } = *caller.data();
    let instance = instance.unwrap();
    let [peek, read] =
        ["peek", "read"].map(|name| instance.get_typed_func::<(&Resource<File>,), ()>(&mut caller, name).unwrap());
    peek.call(&mut caller, (file,))?;
    if depth != 0 {
        caller.data_mut().depth -= 1;
        read.call(&mut caller, (file,))?;
        // What the inner call kept has ended, what this one has not.
        let inner = caller.data_mut().kept.pop().unwrap();
        assert_eq!(cause(peek.call(&mut caller, (&inner,))), ended(to("peek")));
        peek.call(&mut caller, (file,))?;
    }
    Ok(())
}

#[derive(Default)]
struct Nested {
    instance: Option<Instance>,
    depth: u32,
    kept: Kept,
}

#[test]
fn a_borrow_is_lent_on_until_its_call_ends() {
    let engine = Engine::default();
    let component = load(&engine, COMPONENT);
    let mut linker = Linker::<Nested>::new(&engine);
    linker.resource::<File>("file", |_, _| Ok(())).unwrap();
    let look = |mut caller: Caller<'_, Nested>, (file,): (Resource<File>,)| {
        lend_on(caller.as_context_mut(), &file)?;
        caller.data_mut().kept.push(file);
        Ok(())
    };
    linker.func_wrap("look", look).unwrap();
    linker.define_unknown_imports_as_traps(&component);
    let mut store = Store::new(&engine, Nested { depth: 3, ..Nested::default() });
    let instance = linker.instantiate(&mut store, &component).unwrap();
    store.data_mut().instance = Some(instance);
    let read = instance.get_typed_func::<(Resource<File>,), ()>(&mut store, "read").unwrap();
    read.call(&mut store, (Resource::borrowed(7),)).unwrap();
    let outer = store.data_mut().kept.pop().unwrap();
    assert_eq!(cause(read.call(&mut store, (outer,))), ended(to("read")));
}

#[test]
fn a_call_that_fails_ends_its_borrows() {
    let engine = Engine::default();
    let component = load(&engine, COMPONENT);
    for panics in [false, true] {
        let mut linker = linker(&engine);
        let look = move |mut caller: Caller<'_, Kept>, (file,): (Resource<File>,)| -> Result<(), HostError> {
            caller.data_mut().push(file);
            if panics { std::panic::resume_unwind(Box::new("panic")) } else { Err("error".into()) }
        };
        linker.func_wrap("look", look).unwrap();
        let mut store = Store::new(&engine, Kept::new());
        let [fails, other] = [(); 2].map(|()| linker.instantiate(&mut store, &component).unwrap());
        let outcome = catch_unwind(AssertUnwindSafe(|| read(&mut store, fails)));
        assert!(if panics { outcome.is_err() } else { outcome.unwrap().is_err() });
        let file = store.data_mut().pop().unwrap();
        let peek = other.get_typed_func::<(Resource<File>,), ()>(&mut store, "peek").unwrap();
        assert_eq!(cause(peek.call(&mut store, (file,))), ended(to("peek")));
    }
}

/// The host's resources are known to all stores, and so is which borrows have ended.
#[test]
fn a_borrow_ends_in_all_stores() {
    let engine = Engine::default();
    let component = load(&engine, COMPONENT);
    let [mut store, mut others] = [(); 2].map(|()| Store::new(&engine, Kept::new()));
    let theirs = lookers(&engine)[0].instantiate(&mut others, &component).unwrap();
    let peek = move |others: &mut Store<Kept>, file: &Resource<File>| {
        theirs.get_typed_func::<(&Resource<File>,), ()>(&mut *others, "peek").unwrap().call(others, (file,))
    };
    let others = Arc::new(Mutex::new(others));
    let mut linker = linker(&engine);
    let in_look = others.clone();
    let look = move |mut caller: Caller<'_, Kept>, (file,): (Resource<File>,)| {
        peek(&mut in_look.lock().unwrap(), &file)?;
        caller.data_mut().push(file);
        Ok(())
    };
    linker.func_wrap("look", look).unwrap();
    let instance = linker.instantiate(&mut store, &component).unwrap();
    read(&mut store, instance).unwrap();
    let file = store.into_data().pop().unwrap();
    assert_eq!(cause(peek(&mut others.lock().unwrap(), &file)), ended(to("peek")));
}
