//! Components that are compiled to debug handles: which handles are alive, and where they were
//! created. What traps say is in `filetests/debug/`.

use cantilever::Compile;
use cantilever::runtime::{Component, Engine, HandleHolder, Instance, Linker, LiveHandle, Store, Val};
use cantilever::{CompileOptions, EmitText, OptLevel, emit_text};
use std::sync::mpsc::channel;

/// Makes handles, and keeps or drops them.
const COMPONENT: &str = r#"(component
  (type $r (resource (rep i32)))
  (export $r' "r" (type $r))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (func $make (param i32) (result i32) (call $new (local.get 0)))
    (func (export "give") (result i32) (call $make (i32.const 1)))
    (func $keep (export "keep") (drop (call $make (i32.const 2))))
    (func (export "keep-none") (call $drop (call $make (i32.const 3))))
    (func (export "crash") (drop (call $make (i32.const 4))) unreachable))
  (core instance $m (instantiate $M (with "r" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "give") (result (own $r')) (canon lift (core func $m "give")))
  (func (export "keep") (canon lift (core func $m "keep")))
  (func (export "keep-none") (canon lift (core func $m "keep-none")))
  (func (export "crash") (canon lift (core func $m "crash"))))"#;

fn wasm() -> Vec<u8> {
    wat::parse_str(COMPONENT).unwrap()
}

fn options(debug_handles: bool) -> CompileOptions {
    CompileOptions { debug_handles, ..CompileOptions::default() }
}

fn instance(engine: &Engine, options: &CompileOptions) -> (Store<()>, Instance) {
    let component = Component::with_options(engine, &wasm(), options).unwrap();
    assert_eq!(component.debugs_handles(), options.debug_handles);
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, &component).unwrap();
    (store, instance)
}

fn call(store: &mut Store<()>, instance: Instance, name: &str) -> Option<Val> {
    instance.get_func(&mut *store, name).unwrap().call(store, &[]).unwrap()
}

/// The functions that called, and a check that each offset is that of a call.
#[track_caller]
fn callers(handle: &LiveHandle) -> Vec<String> {
    const CALL: u8 = 0x10;
    let calls = handle.created.calls.iter();
    let function = |call: &cantilever::runtime::Frame| {
        assert_eq!(wasm()[call.offset.unwrap() as usize], CALL, "{handle}");
        call.to_string()
    };
    calls.map(function).collect()
}

#[test]
fn live_handles_are_listed_with_their_places() {
    for opt_level in [OptLevel::Speed, OptLevel::None] {
        let options = CompileOptions { opt_level, ..options(true) };
        let (mut store, instance) = instance(&Engine::default(), &options);
        assert_eq!(store.live_handles(), []);
        call(&mut store, instance, "keep-none");
        assert_eq!(store.live_handles(), []);
        call(&mut store, instance, "keep");
        let [kept] = &store.live_handles()[..] else { panic!("one handle is kept") };
        assert_eq!((kept.ty.as_str(), kept.holder, kept.index), ("own<r>", HandleHolder::Guest(0), 1));
        assert_eq!(kept.created.by.as_deref(), Some("canon.resource.new[r]"));
        assert_eq!(callers(kept), ["M!make", "M!keep"]);
    }
}

#[test]
fn the_host_holds_handles_too() {
    let (mut store, instance) = instance(&Engine::default(), &options(true));
    let Some(Val::Resource(given)) = call(&mut store, instance, "give") else { panic!("a handle is given") };
    let [held] = &store.live_handles()[..] else { panic!("the host holds one handle") };
    assert_eq!((held.ty.as_str(), held.holder), ("own<r>", HandleHolder::Host));
    assert_eq!(held.created.by.as_deref(), Some("adapter[host → lift give]"));
    assert_eq!(held.created.calls, []);
    given.resource_drop(&mut store).unwrap();
    assert_eq!(store.live_handles(), []);
}

#[test]
fn leaks_are_reported_when_the_store_ends() {
    let report = |name: &str, debug_handles| {
        let (mut store, instance) = instance(&Engine::default(), &options(debug_handles));
        let (sender, leaks) = channel();
        store.on_leak(move |leaked| sender.send(leaked).unwrap());
        let _ = instance.get_func(&mut store, name).unwrap().call(&mut store, &[]);
        let alive = store.live_handles();
        drop(store);
        (alive, leaks.try_recv().ok())
    };
    let (alive, leaked) = report("keep", true);
    assert_eq!(alive.len(), 1);
    assert_eq!(leaked, Some(alive));
    assert_eq!(report("keep-none", true), (vec![], None));
    // An instance that trapped had no chance to drop what it held.
    assert_eq!(report("crash", true), (vec![], None));
    assert_eq!(report("keep", false), (vec![], None));
}

#[test]
fn a_compilation_that_does_not_debug_handles_has_no_trace_of_it() {
    let listing = |debug_handles| emit_text(&wasm(), &options(debug_handles), EmitText::Clif, None).unwrap();
    let records = |text: &str| text.contains("; handle record");
    assert!(records(&listing(true)) && !records(&listing(false)));
    // Calls of built-ins dissolve in the one and stay in the other.
    let calls = |text: &str| text.contains("; call canon.resource.new[r]");
    assert!(calls(&listing(true)) && !calls(&listing(false)));
}
