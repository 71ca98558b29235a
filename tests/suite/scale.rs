//! Many instances, many handles, and what happens at the limits.

use cantilever::Compile;
use cantilever::CompileOptions;
use cantilever::abi::block::{BlockLayoutBuilder, HandleEntry};
use cantilever::runtime::{Component, Config, Engine, Instance, Linker, Store};

/// Keeps handles of its own resource type in its table, and a number in its memory.
const COMPONENT: &str = r#"(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core func $drop (canon resource.drop $r))
  (core module $Code
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "rep" (func $rep (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (memory 1)
    ;; Makes handles 1 to n of a fresh table; the representation of each is thrice its index.
    (func (export "fill") (param $n i32)
      (local $i i32)
      (block $done
        (loop $each
          (br_if $done (i32.eq (local.get $i) (local.get $n)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $each (i32.eq (local.get $i) (call $new (i32.mul (local.get $i) (i32.const 3)))))
          unreachable)))
    ;; The sum of the representations of handles 1 to n.
    (func (export "sum") (param $n i32) (result i64)
      (local $sum i64)
      (block $done
        (loop $each
          (br_if $done (i32.eqz (local.get $n)))
          (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $rep (local.get $n)))))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $each)))
      (local.get $sum))
    ;; Drops handles n to 1, so that the next are made in the order of their indices again.
    (func (export "clear") (param $n i32)
      (block $done
        (loop $each
          (br_if $done (i32.eqz (local.get $n)))
          (call $drop (local.get $n))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $each))))
    (func (export "put") (param i32) (i32.store (i32.const 65532) (local.get 0)))
    (func (export "take") (result i32) (i32.load (i32.const 65532))))
  (core instance $code (instantiate $Code
    (with "r" (instance
      (export "new" (func $new))
      (export "rep" (func $rep))
      (export "drop" (func $drop))))))
  (func (export "fill") (param "n" u32) (canon lift (core func $code "fill")))
  (func (export "sum") (param "n" u32) (result u64) (canon lift (core func $code "sum")))
  (func (export "clear") (param "n" u32) (canon lift (core func $code "clear")))
  (func (export "put") (param "n" u32) (canon lift (core func $code "put")))
  (func (export "take") (result u32) (canon lift (core func $code "take"))))"#;

fn component(engine: &Engine, options: &CompileOptions) -> Component {
    Component::with_options(engine, &wat::parse_str(COMPONENT).unwrap(), options).unwrap()
}

fn instantiate(store: &mut Store<()>, component: &Component) -> Instance {
    Linker::new(component.engine()).instantiate(store, component).unwrap()
}

/// Calls a function that takes a count and returns nothing.
fn act(store: &mut Store<()>, instance: Instance, name: &str, n: u32) -> cantilever::runtime::Result<()> {
    instance.get_typed_func::<(u32,), ()>(&mut *store, name)?.call(store, (n,))
}

fn sum(store: &mut Store<()>, instance: Instance, n: u32) -> u64 {
    instance.get_typed_func::<(u32,), u64>(&mut *store, "sum").unwrap().call(store, (n,)).unwrap()
}

/// The sum that `fill(n)` leaves.
fn expected_sum(n: u32) -> u64 {
    3 * u64::from(n) * (u64::from(n) + 1) / 2
}

#[test]
fn ten_thousand_instances_live_at_once() {
    const INSTANCES: u32 = 10_000;
    let engine = Engine::default();
    // Two tables' worth of address space each; this many instances need no more than a few entries.
    let options = CompileOptions { handle_capacity: 1 << 16, ..CompileOptions::default() };
    let component = component(&engine, &options);
    let linker = Linker::new(&engine);
    let mut store = Store::new(&engine, ());
    let instances: Vec<Instance> =
        (0..INSTANCES).map(|_| linker.instantiate(&mut store, &component).unwrap()).collect();
    for (n, instance) in (0..).zip(&instances) {
        act(&mut store, *instance, "put", n).unwrap();
        act(&mut store, *instance, "fill", n % 7).unwrap();
    }
    for (n, instance) in (0..).zip(&instances) {
        let take = instance.get_typed_func::<(), u32>(&mut store, "take").unwrap();
        assert_eq!(take.call(&mut store, ()).unwrap(), n);
        assert_eq!(sum(&mut store, *instance, n % 7), expected_sum(n % 7));
    }
}

#[test]
fn a_million_handles_fit_one_table() {
    const HANDLES: u32 = 1_000_000;
    let engine = Engine::default();
    let component = component(&engine, &CompileOptions::default());
    let mut store = Store::new(&engine, ());
    let instance = instantiate(&mut store, &component);
    for _ in 0..2 {
        act(&mut store, instance, "fill", HANDLES).unwrap();
        assert_eq!(sum(&mut store, instance, HANDLES), expected_sum(HANDLES));
        act(&mut store, instance, "clear", HANDLES).unwrap();
    }
}

#[test]
fn a_handle_takes_sixteen_bytes() {
    assert_eq!(HandleEntry::SIZE, 16);
    let layout = |capacity| BlockLayoutBuilder::new(1, capacity, 0).unwrap().finish().unwrap();
    let (half, full) = (layout(1 << 19), layout(1 << 20));
    let tables = u64::from(full.instance_count);
    assert_eq!(full.total_size - half.total_size, tables * 16 * (1 << 19));
}

#[test]
fn a_full_table_traps_and_others_go_on() {
    const QUOTA: u32 = 1000;
    let engine = Engine::new(Config::new().handle_quota(QUOTA));
    let component = component(&engine, &CompileOptions::default());
    let mut store = Store::new(&engine, ());
    let (first, second) = (instantiate(&mut store, &component), instantiate(&mut store, &component));
    // Index 0 is an entry, but never a handle.
    act(&mut store, second, "fill", QUOTA - 1).unwrap();

    let error = act(&mut store, first, "fill", QUOTA).unwrap_err();
    assert!(error.trap().is_some());
    let message = error.to_string();
    assert!(message.contains(&format!("handle table is full: its quota is {QUOTA} entries")), "{message}");
    // The instance that trapped is not entered again; the other one, and new ones, are not
    // concerned.
    assert!(act(&mut store, first, "clear", 1).is_err());
    assert_eq!(sum(&mut store, second, QUOTA - 1), expected_sum(QUOTA - 1));
    act(&mut store, second, "clear", QUOTA - 1).unwrap();
    let third = instantiate(&mut store, &component);
    act(&mut store, third, "fill", QUOTA - 1).unwrap();
}

#[test]
fn without_a_quota_a_table_is_full_at_its_capacity() {
    let engine = Engine::default();
    let options = CompileOptions { handle_capacity: 1 << 12, ..CompileOptions::default() };
    let component = component(&engine, &options);
    let mut store = Store::new(&engine, ());
    let instance = instantiate(&mut store, &component);
    let error = act(&mut store, instance, "fill", 1 << 12).unwrap_err();
    assert!(error.to_string().contains("its quota is 4096 entries"), "{error}");
}

#[test]
fn elements_of_a_table_are_data() {
    let object = |elements: usize| {
        let text =
            format!("(module (table {elements} funcref) (func $f) (elem (i32.const 0) {}))", "$f ".repeat(elements));
        cantilever::compile(&wat::parse_str(text).unwrap(), &CompileOptions::default(), &()).unwrap()
    };
    let (few, many) = (object(10), object(50_010));
    let size = many.len() - few.len();
    assert!(size < 50_000 * 6, "an element takes {} bytes", size as f64 / 50_000.0);
    let artifact = |object: &[u8]| cantilever::object::load::ObjectFile::read(object).unwrap().artifact;
    assert_eq!(artifact(&many).functions.len(), artifact(&few).functions.len());
    assert!(artifact(&many).name(cantilever::abi::FuncKey::Init(0)).is_none(), "code fills the table");
}
