//! `Limits::lifted_bytes`: lists whose items all lie at the same place in a guest's memory are
//! large only for the host.

use super::load;
use cantilever::abi::block::TrapKind;
use cantilever::runtime::{
    Component, Engine, Error, Lift, Limits, Linker, Resource, ResourceAny, Store, Trap, Val, ValueError,
};
use std::collections::{BTreeMap, HashMap};

/// Gives a list of the type: `items` of them, each of whose words points to the same text of so
/// many bytes at 0, or is all ones as bytes. It is returned, or passed to the host.
fn component(engine: &Engine, ty: &str) -> Component {
    let text = format!(
        r#"(component
  (import "r" (type $r (sub resource)))
  (type $record' (record (field "first" bool) (field "second" u8)))
  (import "record" (type $record (eq $record')))
  (type $flags' (flags "one" "two" "three"))
  (import "flags" (type $flags (eq $flags')))
  (type $variant' (variant (case "empty") (case "full" u8)))
  (import "variant" (type $variant (eq $variant')))
  (type $enum' (enum "first" "second"))
  (import "enum" (type $enum (eq $enum')))
  (import "take" (func $take (param "items" {ty})))
  (core module $Memory
    (memory (export "memory") 64)
    (func (export "fill") (param $items i32) (param $len i32)
      (local $at i32)
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x400000))
      (if (i32.eqz (local.get $len)) (then (return)))
      (local.set $at (i32.const 0x200000))
      (loop $next
        (i32.store (local.get $at) (i32.const 0))
        (i32.store offset=4 (local.get $at) (local.get $len))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $next (local.tee $items (i32.sub (local.get $items) (i32.const 1)))))))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $memory))
  (core func $take (canon lower (func $take) (memory $memory)))
  (core module $M
    (import "memory" "memory" (memory 1))
    (import "memory" "fill" (func $fill (param i32 i32)))
    (import "" "take" (func $take (param i32 i32)))
    (func (export "give") (param $items i32) (param $len i32) (result i32)
      (call $fill (local.get $items) (local.get $len))
      (i32.store (i32.const 0x3ffff8) (i32.const 0x200000))
      (i32.store (i32.const 0x3ffffc) (local.get $items))
      (i32.const 0x3ffff8))
    (func (export "pass") (param $items i32) (param $len i32)
      (call $fill (local.get $items) (local.get $len))
      (call $take (i32.const 0x200000) (local.get $items))))
  (core instance $m (instantiate $M
    (with "memory" (instance $memory))
    (with "" (instance (export "take" (func $take))))))
  (func (export "give") (param "items" u32) (param "len" u32) (result {ty})
    (canon lift (core func $m "give") (memory $memory)))
  (func (export "pass") (param "items" u32) (param "len" u32) (canon lift (core func $m "pass") (memory $memory))))"#
    );
    load(engine, &text)
}

/// How the host takes a list.
#[derive(Clone, Copy, Debug)]
enum Way {
    TypedResult,
    TypedParam,
    DynamicResult,
    DynamicParam,
}

const WAYS: [Way; 4] = [Way::TypedResult, Way::TypedParam, Way::DynamicResult, Way::DynamicParam];

/// A guest that has given nothing yet.
struct Given {
    engine: Engine,
    component: Component,
}

impl Given {
    fn new(ty: &str) -> Self {
        let engine = Engine::default();
        Given { component: component(&engine, ty), engine }
    }

    /// Takes a list of `items` items, each of `len` bytes if that is not 0, in some way; at most
    /// `lifted_bytes`.
    fn take<T: Lift + 'static>(&self, way: Way, (items, len): (u32, u32), lifted_bytes: u64) -> Result<(), Error> {
        let mut linker = Linker::<()>::new(&self.engine);
        linker.resource::<()>("r", |_, _| Ok(()))?;
        match way {
            Way::DynamicParam | Way::DynamicResult => linker.func_new("take", |_, _| Ok(None))?,
            Way::TypedParam | Way::TypedResult => linker.func_wrap("take", |_, (_,): (T,)| Ok(()))?,
        };
        let (mut store, mut limits) = (Store::new(&self.engine, ()), Limits::default());
        limits.lifted_bytes = lifted_bytes;
        store.set_limits(limits);
        let instance = linker.instantiate(&mut store, &self.component)?;
        match way {
            Way::TypedResult => {
                let give = instance.get_typed_func::<(u32, u32), T>(&mut store, "give")?;
                // What was taken counts no longer.
                give.call(&mut store, (items, len))?;
                give.call(&mut store, (items, len)).map(drop)
            }
            Way::DynamicResult => {
                let give = instance.get_func(&mut store, "give").unwrap();
                give.call(&mut store, &[Val::U32(items), Val::U32(len)])?;
                give.call(&mut store, &[Val::U32(items), Val::U32(len)]).map(drop)
            }
            Way::TypedParam | Way::DynamicParam => {
                let pass = instance.get_typed_func::<(u32, u32), ()>(&mut store, "pass")?;
                pass.call(&mut store, (items, len))?;
                pass.call(&mut store, (items, len))
            }
        }
    }
}

/// Is the error that of the limit, where it was noticed: by lifting, or by an adapter? It names the
/// limit.
fn assert_refused(error: &Error, lifted_bytes: u64) {
    let said = format!("`Limits::lifted_bytes` is {lifted_bytes} bytes, and ");
    assert!(error.to_string().contains(&said), "{error}");
    let value = match error {
        Error::Value(value) => Some(value),
        error => error.downcast_ref::<ValueError>(),
    };
    match value.map(ValueError::cause) {
        Some(ValueError::Limit(exceeded)) => assert!(exceeded.needed > lifted_bytes, "{error}"),
        _ => assert_eq!(error.trap().and_then(Trap::kind), Some(TrapKind::LiftedBytesExceeded), "{error}"),
    }
}

/// Lists of a type are taken when the limit is `enough`, and refused in every way when it is
/// `short`.
fn bounded<T: Lift + 'static>(ty: &str, content: (u32, u32), ways: &[Way], [short, enough]: [u64; 2]) {
    let given = Given::new(ty);
    for way in ways {
        let error = given.take::<T>(*way, content, short).err().unwrap_or_else(|| panic!("{ty} {way:?}"));
        assert_refused(&error, short);
        given.take::<T>(*way, content, enough).unwrap_or_else(|error| panic!("{ty} {way:?}: {error}"));
    }
}

#[test]
fn four_gigabytes_that_a_guest_has_once_are_refused() {
    let (content, default) = ((4000, 0x10_0000), Limits::default().lifted_bytes);
    let given = Given::new("(list string)");
    for way in WAYS {
        assert_refused(&given.take::<Vec<String>>(way, content, default).unwrap_err(), 128 << 20);
    }
    let given = Given::new("(list (list u8))");
    for way in [Way::TypedResult, Way::TypedParam] {
        assert_refused(&given.take::<Vec<Vec<u8>>>(way, content, default).unwrap_err(), 128 << 20);
    }
}

#[test]
fn content_counts() {
    for len in [100, 10_000] {
        let limits = [999 * u64::from(len), 3000 * u64::from(len) + (1 << 17)];
        bounded::<Vec<String>>("(list string)", (1000, len), &WAYS, limits);
        let typed = [Way::TypedResult, Way::TypedParam];
        bounded::<Vec<Vec<u8>>>("(list (list u8))", (1000, len), &typed, limits);
        bounded::<Vec<Box<[Vec<u8>; 1]>>>("(list (list (list u8) 1))", (1000, len), &typed, limits);
    }
    let limits = [100_000, 300_000].map(|bytes| bytes * size_of::<Val>() as u64);
    bounded::<Vec<Vec<u8>>>("(list (list u8))", (1000, 100), &[Way::DynamicResult, Way::DynamicParam], limits);
}

#[test]
fn items_count_as_the_rust_values_that_they_are() {
    const ITEMS: u32 = 100_000;
    let values = u64::from(ITEMS) * size_of::<Val>() as u64;
    let dynamic = [Way::DynamicResult, Way::DynamicParam];
    let items = (ITEMS, 0);
    bounded::<Vec<u8>>("(list u8)", items, &dynamic, [values - 1, 2 * values]);
    bounded::<Vec<bool>>("(list bool)", items, &dynamic, [values - 1, 2 * values]);
    bounded::<Vec<u8>>("(list (tuple u8))", items, &dynamic[..1], [2 * values - 1, 4 * values]);
    bounded::<Vec<u8>>("(list (list u8 2))", items, &dynamic[..1], [3 * values - 1, 6 * values]);
    bounded::<Vec<u8>>("(list (option u8))", items, &dynamic[..1], [2 * values - 1, 4 * values]);
    bounded::<Vec<u8>>("(list (result u8 (error u8)))", items, &dynamic[..1], [2 * values - 1, 4 * values]);
    let name = 32 * u64::from(ITEMS);
    bounded::<Vec<u8>>("(list $enum)", items, &dynamic[..1], [values + name - 1, 2 * values + 2 * name]);
    bounded::<Vec<u8>>("(list $variant)", items, &dynamic[..1], [2 * values + name - 1, 4 * values + 2 * name]);
    bounded::<Vec<u8>>("(list $record)", items, &dynamic[..1], [3 * values + 2 * name - 1, 8 * values + 4 * name]);
    bounded::<Vec<u8>>("(list $flags)", items, &dynamic[..1], [values + 2 * name - 1, 8 * values + 4 * name]);
    bounded::<Vec<u8>>("(map u8 u8)", items, &dynamic[..1], [2 * values - 1, 4 * values]);
    bounded::<Vec<(bool, u8)>>("(list $record)", items, &WAYS[..2], [2 * u64::from(ITEMS) - 1, values]);
    bounded::<Vec<(Box<u8>,)>>("(list (tuple u8))", items, &WAYS[..2], [32 * u64::from(ITEMS), 2 * values]);
    bounded::<BTreeMap<u8, u8>>("(map u8 u8)", items, &WAYS[..2], [4 * u64::from(ITEMS) - 1, 2 * values]);
    bounded::<HashMap<u8, u8>>("(map u8 u8)", items, &WAYS[..2], [4 * u64::from(ITEMS) - 1, 2 * values]);
}

#[test]
fn views_copy_nothing_and_so_count_nothing() {
    let engine = Engine::default();
    let (strings, lists) = (component(&engine, "(list string)"), component(&engine, "(list (list u8))"));
    let mut linker = Linker::<u64>::new(&engine);
    linker.resource::<()>("r", |_, _| Ok(())).unwrap();
    let sum = |total: &mut u64, lengths: &mut dyn Iterator<Item = usize>| *total += lengths.sum::<usize>() as u64;
    for (component, is_text) in [(&strings, true), (&lists, false)] {
        let mut linker = linker.clone();
        match is_text {
            true => linker.func_view::<(Vec<&str>,), (), _>("take", move |total, (texts,)| {
                sum(total, &mut texts.iter().map(|text| text.len()));
                Ok(())
            }),
            false => linker.func_view::<(Vec<&[u8]>,), (), _>("take", move |total, (lists,)| {
                sum(total, &mut lists.iter().map(|list| list.len()));
                Ok(())
            }),
        }
        .unwrap();
        let (mut store, mut limits) = (Store::new(&engine, 0), Limits::default());
        limits.lifted_bytes = 1 << 17;
        store.set_limits(limits);
        let instance = linker.instantiate(&mut store, component).unwrap();
        let pass = instance.get_typed_func::<(u32, u32), ()>(&mut store, "pass").unwrap();
        pass.call(&mut store, (100, 0x10_0000)).unwrap();
        assert_eq!(*store.data(), 100 << 20);
        // The list itself is made for the function.
        pass.call(&mut store, (100_000, 1)).unwrap_err();
    }
}

#[test]
fn handles_count() {
    let engine = Engine::default();
    let text = r#"(component
      (import "r" (type $r (sub resource)))
      (import "new" (func $new (result (own $r))))
      (import "take" (func $take (param "items" (list (borrow $r)))))
      (core func $new (canon lower (func $new)))
      (core module $Memory (memory (export "memory") 16))
      (core instance $memory (instantiate $Memory))
      (alias core export $memory "memory" (core memory $memory))
      (core func $take (canon lower (func $take) (memory $memory)))
      (core module $M
        (import "memory" "memory" (memory 1))
        (import "" "new" (func $new (result i32)))
        (import "" "take" (func $take (param i32 i32)))
        (func (export "pass") (param $items i32)
          (local $handle i32) (local $at i32)
          (local.set $handle (call $new))
          (loop $next
            (i32.store (local.get $at) (local.get $handle))
            (br_if $next (i32.lt_u
              (local.tee $at (i32.add (local.get $at) (i32.const 4)))
              (i32.mul (local.get $items) (i32.const 4)))))
          (call $take (i32.const 0) (local.get $items))))
      (core instance $m (instantiate $M
        (with "memory" (instance $memory))
        (with "" (instance (export "new" (func $new)) (export "take" (func $take))))))
      (func (export "pass") (param "items" u32) (canon lift (core func $m "pass"))))"#;
    let component = load(&engine, text);
    for typed in [true, false] {
        let mut linker = Linker::<usize>::new(&engine);
        linker.resource::<()>("r", |_, _| Ok(())).unwrap();
        linker.func_wrap("new", |_, (): ()| Ok(Resource::<()>::new(7))).unwrap();
        match typed {
            true => linker.func_wrap("take", |_, (_,): (Vec<ResourceAny>,)| Ok(())),
            false => linker.func_new("take", |_, _| Ok(None)),
        }
        .unwrap();
        let (mut store, mut limits) = (Store::new(&engine, 0), Limits::default());
        limits.lifted_bytes = 4 << 20;
        store.set_limits(limits);
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let pass = instance.get_typed_func::<(u32,), ()>(&mut store, "pass").unwrap();
        pass.call(&mut store, (1000,)).unwrap();
        assert_refused(&pass.call(&mut store, (50_000,)).unwrap_err(), 4 << 20);
    }
}
