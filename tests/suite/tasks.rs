//! Asynchronous lifts as the host sees them: it waits for the task, and takes its result.

use cantilever::Compile;
use cantilever::runtime::{Component, Engine, ExportKind, Linker, Store, Val};

/// `text` returns a string through `task.return`, and then calls the host with another one, a few
/// times.
const RETURNS_THEN_CALLS: &str = r#"(component
  (import "log" (func $log (param "s" string) (result string)))
  (core module $Memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $memory (instantiate $Memory))
  (core func $log'
    (canon lower (func $log) (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (canon task.return (result string) (memory (core memory $memory "memory")) (core func $return))
  (core module $M
    (import "memory" "memory" (memory 1))
    (import "" "log" (func $log (param i32 i32 i32)))
    (import "" "return" (func $return (param i32 i32)))
    (data (i32.const 8) "returned")
    (data (i32.const 32) "elsewhere")
    (func $call-host (call $log (i32.const 32) (i32.const 9) (i32.const 64)))
    (func (export "text")
      (memory.copy (i32.const 16) (i32.const 8) (i32.const 8))
      (call $call-host)
      (call $return (i32.const 16) (i32.const 8))
      (memory.fill (i32.const 16) (i32.const 0) (i32.const 8))
      (call $call-host)
      (call $call-host)))
  (core instance $m (instantiate $M
    (with "memory" (instance $memory))
    (with "" (instance (export "log" (func $log')) (export "return" (func $return))))))
  (func (export "text") async (result string)
    (canon lift (core func $m "text") async (memory (core memory $memory "memory")))))"#;

#[test]
fn a_result_survives_what_its_task_does_after_returning() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(RETURNS_THEN_CALLS).unwrap()).unwrap();
    let mut linker = Linker::<u32>::new(&engine);
    linker
        .func_wrap("log", |mut caller, (text,): (String,)| {
            assert_eq!(text, "elsewhere");
            *caller.data_mut() += 1;
            Ok("something much longer than the result".repeat(100))
        })
        .unwrap();
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let text = instance.get_func(&mut store, "text").unwrap();
    for calls in 1..=3 {
        assert_eq!(text.call(&mut store, &[]).unwrap(), Some(Val::String("returned".into())));
        assert_eq!(*store.data(), 3 * calls);
    }
}

#[test]
fn an_imported_core_module_is_seen_and_cannot_be_given_by_a_linker() {
    let engine = Engine::default();
    let wasm = wat::parse_str(r#"(component (import "m" (core module (export "f" (func)))))"#).unwrap();
    let component = Component::new(&engine, &wasm).unwrap();
    assert!(component.exports().iter().all(|export| !matches!(export.kind, ExportKind::Func(_))));
    let error = Linker::new(&engine).instantiate(&mut Store::new(&engine, ()), &component).unwrap_err().to_string();
    assert!(error.contains("a core module, which must be given when the component is compiled"), "{error}");
}
