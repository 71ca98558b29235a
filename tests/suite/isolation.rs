//! A guest that traps is one instance's affair: others, in the same engine and of the same
//! component, go on. That nothing of theirs changes is seen by
//! `crates/runtime/src/tests/hostile.rs`.

use cantilever::Compile;
use cantilever::runtime::{Component, Engine, Func, Instance, Linker, Store, Val};

/// Keeps a count, lends a handle of its own, and misbehaves when it is told to.
const COMPONENT: &str = r#"(component
  (component $C
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (memory (export "memory") 1)
      (global $wild (mut i32) (i32.const 4096))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $wild))
      (func (export "go-wild") (global.set $wild (i32.const -1)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "rep") (param i32) (result i32) (local.get 0))
      (func (export "len") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "go-wild") (canon lift (core func $m "go-wild")))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "rep") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "rep")))
    (func (export "len") (param "s" string) (result u32)
      (canon lift (core func $m "len") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (instance $c (instantiate $C))
  (alias export $c "r" (type $r))
  (core module $Libc (memory (export "memory") 1))
  (core instance $libc (instantiate $Libc))
  (core func $wild (canon lower (func $c "go-wild")))
  (core func $make (canon lower (func $c "make")))
  (core func $rep (canon lower (func $c "rep")))
  (core func $len (canon lower (func $c "len") (memory (core memory $libc "memory"))))
  (core func $drop (canon resource.drop $r))
  (core module $Main
    (import "" "wild" (func $wild))
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "len" (func $len (param i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $count (mut i32) (i32.const 0))
    ;; Makes a handle, lends it, and counts; the sum of all representations so far.
    (func (export "step") (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (i32.add
        (call $rep (call $make (global.get $count)))
        (call $len (i32.const 0) (i32.const 10))))
    (func (export "forge") (drop (call $rep (i32.const 12345))))
    (func (export "drop-twice") (call $make (i32.const 1)) (call $drop) (call $drop (i32.const 2)))
    (func (export "huge") (drop (call $len (i32.const 0) (i32.const -1))))
    (func (export "outside") (drop (call $len (i32.const 65536) (i32.const 1))))
    (func (export "bad-realloc") (call $wild) (drop (call $len (i32.const 0) (i32.const 10))))
    (func (export "crash") unreachable))
  (core instance $main (instantiate $Main (with "" (instance
    (export "wild" (func $wild)) (export "make" (func $make)) (export "rep" (func $rep))
    (export "len" (func $len)) (export "drop" (func $drop))))))
  (func (export "step") (result u32) (canon lift (core func $main "step")))
  (func (export "forge") (canon lift (core func $main "forge")))
  (func (export "drop-twice") (canon lift (core func $main "drop-twice")))
  (func (export "huge") (canon lift (core func $main "huge")))
  (func (export "outside") (canon lift (core func $main "outside")))
  (func (export "bad-realloc") (canon lift (core func $main "bad-realloc")))
  (func (export "crash") (canon lift (core func $main "crash"))))"#;

/// Ways to misbehave, and what each traps with.
const CRIMES: &[(&str, &str)] = &[
    ("forge", "unknown handle index 12345"),
    ("drop-twice", "unknown handle index 2"),
    ("huge", "string is longer than the maximum byte length"),
    ("outside", "string pointer/length out of bounds of memory"),
    ("bad-realloc", "realloc return: beyond end of memory"),
    ("crash", "wasm `unreachable` instruction executed"),
];

fn func(store: &mut Store<()>, instance: Instance, name: &str) -> Func {
    instance.get_func(store, name).unwrap_or_else(|| panic!("`{name}` is exported"))
}

fn step(store: &mut Store<()>, instance: Instance) -> Option<Val> {
    func(store, instance, "step").call(store, &[]).expect("an instance that behaves is not concerned")
}

#[test]
fn an_instance_that_traps_does_not_concern_others() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(COMPONENT).unwrap()).unwrap();
    let linker = Linker::new(&engine);
    let mut other_store = Store::new(&engine, ());
    let other = linker.instantiate(&mut other_store, &component).unwrap();
    let mut steps = 0;
    for (crime, message) in CRIMES {
        let mut store = Store::new(&engine, ());
        let criminal = linker.instantiate(&mut store, &component).unwrap();
        let neighbour = linker.instantiate(&mut store, &component).unwrap();
        assert_eq!(step(&mut store, criminal), Some(Val::U32(11)));
        let error = func(&mut store, criminal, crime).call(&mut store, &[]).expect_err("a crime");
        let trap = error.trap().unwrap_or_else(|| panic!("`{crime}` is no trap: {error}"));
        assert!(trap.message().contains(message), "{crime}: {trap}");
        // It is not entered again, while its neighbour in the store and an instance elsewhere go
        // on.
        assert!(func(&mut store, criminal, "step").call(&mut store, &[]).is_err());
        assert_eq!(step(&mut store, neighbour), Some(Val::U32(11)));
        steps += 1;
        assert_eq!(step(&mut other_store, other), Some(Val::U32(10 + steps)));
    }
}
