//! The application with a store that the host implements in Rust: the one of the example
//! `host_store`.

use super::{ROUNDS, TRANSCRIPT, bind, kv, load};
use crate::files;
use cantilever::runtime::{Engine, Linker, Store};

#[test]
fn a_store_of_the_host_prints_the_transcript() {
    let (Some(app), Some(expected)) = (files::read("kv-app.wasm"), files::transcript(TRANSCRIPT)) else { return };
    let engine = Engine::default();
    let component = load(&engine, &app);
    let mut linker = Linker::new(&engine);
    bind::add_to_linker(&mut linker).unwrap();
    let mut store = Store::new(&engine, kv::Stored::default());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(u32,), String>(&mut store, "run").unwrap();
    for _ in 0..2 {
        assert_eq!(run.call(&mut store, (ROUNDS,)).unwrap(), expected);
        // Every handle was dropped, so every destructor has run.
        assert_eq!((store.data().buckets.len(), store.data().cursors.len()), (0, 0));
    }
}

#[test]
fn without_a_store_the_application_is_not_linked() {
    let Some(app) = files::read("kv-app.wasm") else { return };
    let engine = Engine::default();
    let component = load(&engine, &app);
    let error = Linker::<()>::new(&engine).instantiate_pre(&component).unwrap_err().to_string();
    assert!(error.contains("unknown import"), "{error}");
    assert!(error.contains("[method]cursor.next"), "{error}");
}

#[test]
fn errors_of_the_host_reach_the_caller() {
    let Some(app) = files::read("kv-app.wasm") else { return };
    let engine = Engine::default();
    let component = load(&engine, &app);
    let mut linker = Linker::<()>::new(&engine);
    linker.define_unknown_imports_as_traps(&component);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(u32,), String>(&mut store, "run").unwrap();
    let error = run.call(&mut store, (1,)).unwrap_err().to_string();
    assert!(error.contains("demo:kv/store@0.1.0"), "{error}");
}
