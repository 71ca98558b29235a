//! What a store's limits and a memory's reservation allow. To grow beyond them is a result, never
//! an abort.

use cantilever::Compile;
use cantilever::CompileOptions;
use cantilever::object::artifact::MemoryLimits;
use cantilever::runtime::{
    CoreExtern, CoreInstance, CoreLinker, CoreMemory, CoreVal, Engine, Error, Limits, LinkError, Module, Store,
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
    for (pages, elements, said) in [
        (1, 3, "`Limits::memory_bytes` is 65536 bytes, and 131072 would be needed"),
        (2, 2, "`Limits::table_elements` is 2 elements, and 3 would be needed"),
    ] {
        let error = CoreLinker::new().instantiate(&mut limited(&engine, pages, elements), &module).unwrap_err();
        assert!(matches!(error, Error::Limit(_)) && error.to_string().contains(said), "{error}");
    }
    let mut store = limited(&engine, 2, 3);
    let own = MemoryLimits { min: 3, max: None, memory64: false, page_log2: 16 };
    let error = CoreMemory::new(&mut store, own).unwrap_err();
    assert!(matches!(error, Error::Limit(exceeded) if exceeded.needed == 3 << 16), "{error}");
    CoreLinker::new().instantiate(&mut store, &module).unwrap();
    let mut limits = Limits::default();
    limits.instances = 1;
    store.set_limits(limits);
    let error = CoreLinker::new().instantiate(&mut store, &module).unwrap_err();
    let said = "`Limits::instances` is 1 instances, and 2 would be needed";
    assert!(matches!(error, Error::Limit(_)) && error.to_string().contains(said), "{error}");
}

#[test]
fn memories_with_64_bit_addresses_are_as_large_as_limits_and_system_allow() {
    const LARGE: &str = r#"(module
      (memory i64 0x10001)
      (func (export "top") (param i32) (result i32)
        (i32.store8 (i64.const 0x10000ffff) (local.get 0))
        (i32.add (i32.load8_u (i64.const 0x10000ffff)) (i32.wrap_i64 (memory.grow (i64.const 1)))))
      (func (export "beyond") (param i32) (result i32) (i32.load8_u (i64.const 0x100010000))))"#;
    let engine = Engine::default();
    let large = module(&engine, LARGE, &CompileOptions::default());
    let instantiate = |module: &Module, bytes: u64| {
        let (mut store, mut limits) = (Store::new(&engine, ()), Limits::default());
        limits.memory_bytes = bytes;
        store.set_limits(limits);
        CoreLinker::new().instantiate(&mut store, module).map(|instance| (store, instance))
    };
    let error = instantiate(&large, Limits::default().memory_bytes).unwrap_err();
    assert!(matches!(&error, Error::Limit(exceeded) if exceeded.field == "memory_bytes"), "{error}");
    // The second one has the block of the first.
    for _ in 0..2 {
        let (mut store, instance) = instantiate(&large, 0x10001 << 16).unwrap();
        assert_eq!(call(&mut store, instance, "top", 7), 6);
        let beyond = instance.get_func(&mut store, "beyond").unwrap();
        assert!(beyond.call(&mut store, &[CoreVal::I32(0)]).is_err());
    }
    let absurd = module(&engine, "(module (memory i64 0x1000000000000))", &CompileOptions::default());
    let error = instantiate(&absurd, u64::MAX).unwrap_err();
    let said = "no memory for a linear memory of 18446744073709551615 bytes";
    assert!(matches!(error, Error::Resources(_)) && error.to_string().contains(said), "{error}");
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
