//! Stores limit how many handles instances have, at any time.

use super::compiled::Compile;
use crate::*;
use cantilever_abi::block::TrapKind;

/// `fill` makes so many handles and keeps them.
const GUEST: &str = r#"(component
  (type $R (resource (rep i32)))
  (core func $new (canon resource.new $R))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "fill") (param $n i32)
      (loop $more
        (if (local.get $n)
          (then
            (drop (call $new (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $more))))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "fill") (param "n" u32) (canon lift (core func $m "fill"))))"#;

fn component(engine: &Engine) -> Component {
    Component::new(engine, &wat::parse_str(GUEST).unwrap()).unwrap()
}

fn instantiate(store: &mut Store<()>, component: &Component) -> Instance {
    Linker::new(store.engine()).instantiate(store, component).unwrap()
}

fn fill(store: &mut Store<()>, instance: Instance, handles: u32) -> Result<()> {
    instance.get_typed_func::<(u32,), ()>(&mut *store, "fill").unwrap().call(store, (handles,))
}

#[test]
fn each_instance_has_as_many_handles_as_the_store_allows() {
    let engine = Engine::default();
    let component = component(&engine);
    let mut store = Store::new(&engine, ());
    store.set_limits(Limits::new().handles(100));
    let [first, second] = [(); 2].map(|()| instantiate(&mut store, &component));
    fill(&mut store, first, 100).unwrap();
    fill(&mut store, second, 99).unwrap();
    let error = fill(&mut store, first, 1).unwrap_err();
    assert_eq!(error.trap().unwrap().kind(), Some(TrapKind::HandleTableFull));
    assert!(error.to_string().contains("Limits::handles"), "{error}");
    fill(&mut store, second, 1).unwrap();
    // A block that is used again has no limit of its former store.
    drop(store);
    let mut store = Store::new(&engine, ());
    let instance = instantiate(&mut store, &component);
    fill(&mut store, instance, 10_000).unwrap();
}

#[test]
fn the_limit_changes_for_instances_that_are_there() {
    let engine = Engine::new(Config::new().handle_quota(1001));
    let component = component(&engine);
    let mut store = Store::new(&engine, ());
    store.set_limits(Limits::new().handles(100));
    let instance = instantiate(&mut store, &component);
    fill(&mut store, instance, 100).unwrap();
    store.set_limits(Limits::new().handles(300));
    fill(&mut store, instance, 200).unwrap();
    // What it has is more than the new limit, and stays.
    store.set_limits(Limits::new().handles(50).instances(2));
    assert!(fill(&mut store, instance, 1).is_err());
    let other = instantiate(&mut store, &component);
    // The engine's quota holds beside the store's limit.
    store.set_limits(Limits::new());
    fill(&mut store, other, 1000).unwrap();
    assert!(fill(&mut store, other, 1).is_err());
}
