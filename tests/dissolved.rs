//! What is dissolved in all its callers has no code in the object, and is spoken of all the same.
#![cfg(all(feature = "compile", feature = "runtime"))]

use cantilever::object::artifact::{Artifact, FunctionIdentity};
use cantilever::object::load::ObjectFile;
use cantilever::runtime::{CoreInstance, CoreVal, Engine, Frame, Module, Store};
use cantilever::{CompileOptions, OptLevel};

/// `$inner` is only called, `$taken` is in a table as well, `$dead` is in no use.
const MODULE: &str = r#"(module $m
  (type $unary (func (param i32) (result i32)))
  (table 1 1 funcref)
  (elem (i32.const 0) func $taken)
  (func $inner (param i32) (result i32) (i32.div_u (i32.const 100) (local.get 0)))
  (func $taken (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $dead (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func (export "run") (param i32) (result i32) (call $inner (call $taken (local.get 0))))
  (func (export "indirectly") (param i32 i32) (result i32)
    (call_indirect (type $unary) (local.get 0) (local.get 1))))"#;

fn object(options: &CompileOptions) -> Vec<u8> {
    cantilever::compile(&wat::parse_str(MODULE).unwrap(), options, &()).unwrap()
}

fn artifact(object: &[u8]) -> Artifact {
    ObjectFile::read(object).unwrap().artifact
}

/// The core functions among these, without their module.
fn core<'a>(functions: impl Iterator<Item = &'a FunctionIdentity>) -> Vec<&'a str> {
    functions.filter_map(|function| function.name.strip_prefix("m.")).collect()
}

#[test]
fn only_what_is_needed_has_code() {
    let artifact = artifact(&object(&CompileOptions::default()));
    let with_code = artifact.functions.iter().map(|function| &function.identity);
    assert_eq!(core(with_code), ["taken", "run", "indirectly"]);
    assert_eq!(core(artifact.dissolved.iter()), ["inner"]);
}

#[test]
fn where_nothing_is_dissolved_every_callee_has_code() {
    let without_inlining = CompileOptions { inlining: false, ..CompileOptions::default() };
    let without_optimisation = CompileOptions { opt_level: OptLevel::None, ..CompileOptions::default() };
    let with_debugging = CompileOptions { debug_handles: true, ..CompileOptions::default() };
    for options in [without_inlining, without_optimisation, with_debugging] {
        let artifact = artifact(&object(&options));
        let with_code = artifact.functions.iter().map(|function| &function.identity);
        assert_eq!(core(with_code), ["inner", "taken", "run", "indirectly"]);
        assert_eq!(artifact.dissolved, []);
    }
}

#[test]
fn what_has_no_code_has_frames() {
    let engine = Engine::default();
    let module = Module::from_object(&engine, &object(&CompileOptions::default())).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, &[]).unwrap();
    let run = instance.get_func(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, &[CoreVal::I32(9)]).unwrap(), [CoreVal::I32(10)]);
    let error = run.call(&mut store, &[CoreVal::I32(-1)]).unwrap_err();
    let frames: Vec<String> = error.frames().iter().map(Frame::to_string).collect();
    assert_eq!(frames, ["m!inner (inlined)", "m!run"]);
}

#[test]
fn a_function_in_a_table_is_called() {
    let engine = Engine::default();
    let module = Module::from_object(&engine, &object(&CompileOptions::default())).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, &[]).unwrap();
    let indirectly = instance.get_func(&mut store, "indirectly").unwrap();
    let results = indirectly.call(&mut store, &[CoreVal::I32(41), CoreVal::I32(0)]).unwrap();
    assert_eq!(results, [CoreVal::I32(42)]);
}

/// An adapter that is dissolved in the guest that calls it. No site is its own, but messages of traps name adapters.
const ADAPTED: &str = r#"(component
  (component $A
    (core module $M (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
    (core instance $m (instantiate $M))
    (func (export "f") (param "a" u32) (result u32) (canon lift (core func $m "f"))))
  (component $B
    (import "f" (func $f (param "a" u32) (result u32)))
    (core func $f' (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (param i32) (result i32)))
      (func (export "g") (param i32) (result i32) (call $f (call $f (local.get 0)))))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f'))))))
    (func (export "g") (param "a" u32) (result u32) (canon lift (core func $m "g"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "g" (func $b "g")))"#;

#[test]
fn adapters_without_code_have_names() {
    let component = wat::parse_str(ADAPTED).unwrap();
    let artifact = artifact(&cantilever::compile(&component, &CompileOptions::default(), &()).unwrap());
    let is_adapter = |function: &FunctionIdentity| function.name == "adapter[lower f → lift f]";
    assert!(artifact.dissolved.iter().any(is_adapter));
    assert!(!artifact.functions.iter().any(|function| is_adapter(&function.identity)));
}
