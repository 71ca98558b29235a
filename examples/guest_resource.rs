//! A resource that a guest defines, driven by the host.
//!
//! The component below exports a resource type `counter`. The guest implements it: a counter is a
//! word in the guest's memory, and the word's address is the counter's *representation*. The host
//! never sees that address. It holds a *handle*, an entry of a table beside the guest, and gives it
//! to the guest's functions.
//!
//! ```text
//! cargo run --example guest_resource
//! ```

use cantilever::Compile;
use cantilever::runtime::{Component, Engine, Linker, ResourceAny, Store};

const COMPONENT: &str = r#"(component
  ;; The core code. Memory is handed out word by word and never reused, to keep the example short.
  (core module $Code
    (memory 1)
    (global $free (mut i32) (i32.const 8))
    (global $live (mut i32) (i32.const 0))
    (func (export "start-at") (param $value i32) (result i32)
      (local $counter i32)
      (local.set $counter (global.get $free))
      (global.set $free (i32.add (global.get $free) (i32.const 4)))
      (global.set $live (i32.add (global.get $live) (i32.const 1)))
      (i32.store (local.get $counter) (local.get $value))
      (local.get $counter))
    (func (export "increment") (param $counter i32) (result i32)
      (i32.store (local.get $counter) (i32.add (i32.load (local.get $counter)) (i32.const 1)))
      (i32.load (local.get $counter)))
    (func (export "destroy") (param $counter i32)
      (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func (export "live") (result i32) (global.get $live)))
  (core instance $code (instantiate $Code))
  (alias core export $code "destroy" (core func $destroy))

  ;; The resource type, and the built-in that turns a representation into a handle.
  (type $counter' (resource (rep i32) (dtor $destroy)))
  (core func $new (canon resource.new $counter'))

  ;; `resource.new` needs the type, whose destructor needs the code above: so the constructor is in a second module.
  (core module $Constructor
    (import "code" "start-at" (func $start-at (param i32) (result i32)))
    (import "counter" "new" (func $new (param i32) (result i32)))
    (func (export "new") (param $value i32) (result i32)
      (call $new (call $start-at (local.get $value)))))
  (core instance $constructor (instantiate $Constructor
    (with "code" (instance $code))
    (with "counter" (instance (export "new" (func $new))))))

  (export $counter "counter" (type $counter'))
  (func (export "[constructor]counter") (param "value" u32) (result (own $counter))
    (canon lift (core func $constructor "new")))
  (func (export "[method]counter.increment") (param "self" (borrow $counter)) (result u32)
    (canon lift (core func $code "increment")))
  (func (export "live") (result u32) (canon lift (core func $code "live"))))"#;

/// Runs the example.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A component is compiled once. Each instance of it lives in a store.
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(COMPONENT)?)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component)?;

    // Typed functions are checked once, when they are looked up.
    let new = instance.get_typed_func::<(u32,), ResourceAny>(&mut store, "[constructor]counter")?;
    let increment = instance.get_typed_func::<(ResourceAny,), u32>(&mut store, "[method]counter.increment")?;
    let live = instance.get_typed_func::<(), u32>(&mut store, "live")?;

    // The constructor returns `own<counter>`: now the handle is the host's.
    let counter = new.call(&mut store, (41,))?;
    let other = new.call(&mut store, (0,))?;
    assert_eq!(live.call(&mut store, ())?, 2);

    // A method takes `borrow<counter>`: the host lends its handle for the call and keeps it. A
    // clone is another name of the same handle.
    assert_eq!(increment.call(&mut store, (counter.clone(),))?, 42);
    assert_eq!(increment.call(&mut store, (counter.clone(),))?, 43);
    assert_eq!(increment.call(&mut store, (other.clone(),))?, 1);

    // Dropping an owned handle runs the guest's destructor. Handles move as Rust values do, so this
    // one is gone; by another name the host is told what became of it.
    let name = counter.clone();
    counter.resource_drop(&mut store)?;
    assert_eq!(live.call(&mut store, ())?, 1);
    let error = increment.call(&mut store, (name,)).unwrap_err();
    println!("a dropped counter: {error}");
    other.resource_drop(&mut store)?;
    assert_eq!(live.call(&mut store, ())?, 0);
    Ok(())
}
