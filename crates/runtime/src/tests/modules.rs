//! Core modules, compiled from text: imports of the host and of each other, shared items, traps.

use super::compiled::Compile;
use crate::*;
use cantilever_object::artifact::{CoreFuncType, CoreValType, MemoryLimits};

fn module(engine: &Engine, text: &str) -> Module {
    Module::new(engine, &wat::parse_str(text).unwrap()).unwrap()
}

fn call(store: &mut Store<u32>, instance: CoreInstance, name: &str, params: &[CoreVal]) -> Result<Vec<CoreVal>> {
    instance.get_func(&mut *store, name).unwrap().call(store, params)
}

fn host(linker: &mut CoreLinker) {
    let ty = CoreFuncType { params: vec![CoreValType::I32; 2], results: vec![CoreValType::I64, CoreValType::I32] };
    let closure = |mut caller: Caller<'_, u32>, params: &[CoreVal]| match params {
        [CoreVal::I32(-1), _] => Err("minus one".into()),
        [CoreVal::I32(x), CoreVal::I32(y)] => {
            *caller.data_mut() += 1;
            Ok(vec![CoreVal::I64(i64::from(*x) << 32), CoreVal::I32(-y)])
        }
        _ => Err("unexpected".into()),
    };
    linker.define("host", "f", CoreExtern::Func(CoreFunc::new(ty, closure)));
}

#[test]
fn modules_call_the_host_and_survive_traps() {
    let engine = Engine::default();
    let module = module(
        &engine,
        r#"(module
            (import "host" "f" (func $f (param i32 i32) (result i64 i32)))
            (func (export "f") (param i32 i32) (result i64 i32) (call $f (local.get 0) (local.get 1)))
            (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
            (func (export "float") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0))
            (func (export "extern") (param externref) (result externref) (local.get 0)))"#,
    );
    let mut linker = CoreLinker::new();
    host(&mut linker);
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let results = call(&mut store, instance, "f", &[CoreVal::I32(3), CoreVal::I32(4)]).unwrap();
    assert_eq!(results, [CoreVal::I64(3 << 32), CoreVal::I32(-4)]);
    let error = call(&mut store, instance, "f", &[CoreVal::I32(-1), CoreVal::I32(4)]).unwrap_err();
    assert_eq!((error.to_string().as_str(), *store.data()), ("minus one", 1));
    let error = call(&mut store, instance, "div", &[CoreVal::I32(1), CoreVal::I32(0)]).unwrap_err();
    assert!(error.to_string().starts_with("wasm trap: integer divide by zero"), "{error}");
    let error = call(&mut store, instance, "div", &[CoreVal::I32(i32::MIN), CoreVal::I32(-1)]).unwrap_err();
    assert!(error.to_string().starts_with("wasm trap: integer overflow"), "{error}");
    assert_eq!(call(&mut store, instance, "div", &[CoreVal::I32(9), CoreVal::I32(-3)]).unwrap(), [CoreVal::I32(-3)]);
    let floats = [CoreVal::F32(1.5f32.to_bits()), CoreVal::F64(2.5f64.to_bits())];
    assert_eq!(call(&mut store, instance, "float", &floats).unwrap(), [floats[1], floats[0]]);
    for reference in [CoreVal::ExternRef(None), CoreVal::ExternRef(Some(0))] {
        assert_eq!(call(&mut store, instance, "extern", &[reference]).unwrap(), [reference]);
    }
    assert!(call(&mut store, instance, "div", &[CoreVal::I64(9), CoreVal::I32(-3)]).is_err());
}

#[test]
fn instances_share_memories_tables_and_globals() {
    let engine = Engine::default();
    let owner = module(
        &engine,
        r#"(module
            (memory (export "memory") 1 3)
            (table (export "table") 2 funcref)
            (global (export "global") (mut i32) (i32.const 7))
            (elem (i32.const 1) $get)
            (func $get (result i32) (i32.load (i32.const 16)))
            (func (export "get") (result i32) (call $get))
            (func (export "global-get") (result i32) (global.get 0)))"#,
    );
    let user = module(
        &engine,
        r#"(module
            (type $t (func (result i32)))
            (import "owner" "memory" (memory 1 3))
            (import "owner" "table" (table 2 funcref))
            (import "owner" "global" (global (mut i32)))
            (import "owner" "get" (func $get (result i32)))
            (data (i32.const 16) "\2a\00\00\00")
            (func (export "through-table") (result i32) (call_indirect (type $t) (i32.const 1)))
            (func (export "null") (result i32) (call_indirect (type $t) (i32.const 0)))
            (func (export "direct") (result i32) (call $get))
            (func (export "grow") (result i32) (memory.grow (i32.const 1)))
            (func (export "set") (global.set 0 (i32.const 9))))"#,
    );
    let mut store = Store::new(&engine, 0);
    let mut linker = CoreLinker::new();
    let owner = linker.instantiate(&mut store, &owner).unwrap();
    linker.define_instance(&mut store, "owner", owner).unwrap();
    let user = linker.instantiate(&mut store, &user).unwrap();
    for name in ["through-table", "direct"] {
        assert_eq!(call(&mut store, user, name, &[]).unwrap(), [CoreVal::I32(42)], "{name}");
    }
    let null = call(&mut store, user, "null", &[]).unwrap_err();
    assert!(null.to_string().starts_with("wasm trap: uninitialized element"), "{null}");
    let sizes: Vec<_> = (0..3).map(|_| call(&mut store, user, "grow", &[]).unwrap()[0]).collect();
    assert_eq!(sizes, [1, 2, -1].map(CoreVal::I32));
    call(&mut store, user, "set", &[]).unwrap();
    assert_eq!(call(&mut store, owner, "global-get", &[]).unwrap(), [CoreVal::I32(9)]);
    let Some(CoreExtern::Global(global)) = owner.get_export(&mut store, "global") else { panic!() };
    assert_eq!(global.get(&mut store).unwrap(), CoreVal::I32(9));
    let Some(CoreExtern::Memory(memory)) = owner.get_export(&mut store, "memory") else { panic!() };
    let data = memory.data(&mut store).unwrap();
    assert_eq!((data.len(), data[16]), (3 << 16, 42));
}

#[test]
fn imports_must_match() {
    let engine = Engine::default();
    let module = module(&engine, r#"(module (import "a" "b" (memory 2 4)))"#);
    let mut store = Store::new(&engine, 0);
    let mut linker = CoreLinker::new();
    let error = linker.instantiate(&mut store, &module).unwrap_err();
    assert!(error.to_string().starts_with("unknown import"), "{error}");
    for (min, max, fits) in [(2, Some(4), true), (1, Some(4), false), (2, None, false), (3, Some(3), true)] {
        let limits = MemoryLimits { min, max, memory64: false, page_log2: 16 };
        linker.define("a", "b", CoreExtern::Memory(CoreMemory::new(&mut store, limits).unwrap()));
        match linker.instantiate(&mut store, &module) {
            Ok(_) => assert!(fits, "{limits:?}"),
            Err(error) => assert!(!fits && error.to_string().starts_with("incompatible import type"), "{error}"),
        }
    }
    let global = CoreGlobal::new(&mut store, CoreValType::I32, false, CoreVal::I32(0)).unwrap();
    linker.define("a", "b", CoreExtern::Global(global));
    let error = linker.instantiate(&mut store, &module).unwrap_err();
    assert!(error.to_string().starts_with("incompatible import type"), "{error}");
}
