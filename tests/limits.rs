//! What a store's limits and a memory's reservation allow. To grow beyond them is a result, never an abort.
#![cfg(all(feature = "compile", feature = "runtime"))]

use cantilever::CompileOptions;
use cantilever::runtime::{
    CoreExtern, CoreInstance, CoreLinker, CoreVal, Engine, Error, Limits, LinkError, Module, Store,
};

const GROWING: &str = r#"(module
  (memory (export "memory") 2)
  (table 3 funcref)
  (func (export "grow-memory") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "grow-table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"#;

fn module(engine: &Engine, text: &str, options: &CompileOptions) -> Module {
    Module::with_options(engine, &wat::parse_str(text).unwrap(), options).unwrap()
}

fn limited(engine: &Engine, pages: u64, elements: u64) -> Store<()> {
    let mut store = Store::new(engine, ());
    let mut limits = Limits::default();
    (limits.memory_bytes, limits.table_elements) = (pages << 16, elements);
    store.set_limits(limits);
    store
}

fn call(store: &mut Store<()>, instance: CoreInstance, name: &str, argument: i32) -> i32 {
    let func = instance.get_func(&mut *store, name).unwrap();
    match func.call(&mut *store, &[CoreVal::I32(argument)]).unwrap()[..] {
        [CoreVal::I32(result)] => result,
        ref results => panic!("{results:?}"),
    }
}

#[test]
fn growth_ends_at_the_limits_of_the_store() {
    let engine = Engine::default();
    let module = module(&engine, GROWING, &CompileOptions::default());
    let mut store = limited(&engine, 4, 5);
    let instance = CoreLinker::new().instantiate(&mut store, &module).unwrap();
    for (func, results) in [("grow-memory", [-1, 2, 3, 4, -1]), ("grow-table", [-1, 3, 4, 5, -1])] {
        let grown = [3, 1, 1, 0, 1].map(|delta| call(&mut store, instance, func, delta));
        assert_eq!(grown, results, "{func}");
    }
    let Some(CoreExtern::Memory(memory)) = instance.get_export(&mut store, "memory") else { panic!() };
    assert_eq!(memory.grow(&mut store, 1), None);
    // The limits may change while instances live.
    let mut limits = Limits::default();
    limits.memory_bytes = 5 << 16;
    store.set_limits(limits);
    assert_eq!(memory.grow(&mut store, 1), Some(4));
    assert_eq!(call(&mut store, instance, "grow-memory", 1), -1);
    assert_eq!(call(&mut store, instance, "grow-table", 1), 5);
}

#[test]
fn what_is_too_large_from_the_beginning_is_refused() {
    let engine = Engine::default();
    let module = module(&engine, GROWING, &CompileOptions::default());
    for (pages, elements) in [(1, 3), (2, 2)] {
        let error = CoreLinker::new().instantiate(&mut limited(&engine, pages, elements), &module).unwrap_err();
        assert!(matches!(error, Error::Resources(_)), "{error}");
    }
    CoreLinker::new().instantiate(&mut limited(&engine, 2, 3), &module).unwrap();
}

#[test]
fn growth_ends_at_the_reservation() {
    let engine = Engine::default();
    for (reservation, results) in [(3 << 16, [2, -1]), (1 << 16, [-1, -1]), (0, [-1, -1])] {
        let options = CompileOptions { memory_reservation: reservation, ..CompileOptions::default() };
        let module = module(&engine, GROWING, &options);
        let mut store = Store::new(&engine, ());
        let instance = CoreLinker::new().instantiate(&mut store, &module).unwrap();
        let grown = [1, 1].map(|delta| call(&mut store, instance, "grow-memory", delta));
        assert_eq!(grown, results, "{reservation}");
    }
}

#[test]
fn code_that_relies_on_the_guard_gets_a_guarded_memory() {
    const USER: &str = r#"(module (import "owner" "memory" (memory 2))
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#;
    const RESERVATION: u64 = 2 << 16;
    let engine = Engine::default();
    let [small, whole] = [Some(RESERVATION), None].map(|reservation| {
        let defaults = CompileOptions::default();
        CompileOptions { memory_reservation: reservation.unwrap_or(defaults.memory_reservation), ..defaults }
    });
    for (of_owner, of_user, fits) in
        [(&small, &small, true), (&small, &whole, false), (&whole, &small, true), (&whole, &whole, true)]
    {
        let (mut store, mut linker) = (Store::new(&engine, ()), CoreLinker::new());
        let owner = linker.instantiate(&mut store, &module(&engine, GROWING, of_owner)).unwrap();
        linker.define_instance(&mut store, "owner", owner).unwrap();
        match linker.instantiate(&mut store, &module(&engine, USER, of_user)) {
            Ok(user) => {
                assert!(fits);
                assert_eq!(call(&mut store, user, "load", (2 << 16) - 4), 0);
                let load = user.get_func(&mut store, "load").unwrap();
                assert!(load.call(&mut store, &[CoreVal::I32((2 << 16) - 3)]).is_err());
            }
            Err(error) => {
                assert!(!fits && error.to_string().contains("smaller reservation"), "{error}");
                assert!(matches!(error, Error::Link(LinkError::IncompatibleImport { .. })));
            }
        }
    }
}
