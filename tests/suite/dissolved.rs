//! What is dissolved in all its callers has no code in the object, and is spoken of all the same.

use cantilever::Compile;
use cantilever::object::artifact::{Artifact, FunctionIdentity};
use cantilever::object::load::ObjectFile;
use cantilever::runtime::{Component, CoreInstance, CoreVal, Engine, Frame, Linker, Module, Store};
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
    // SAFETY: the compiler has just written it.
    let module = unsafe { Module::from_object(&engine, &object(&CompileOptions::default())) }.unwrap();
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
    // SAFETY: the compiler has just written it.
    let module = unsafe { Module::from_object(&engine, &object(&CompileOptions::default())) }.unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, &[]).unwrap();
    let indirectly = instance.get_func(&mut store, "indirectly").unwrap();
    let results = indirectly.call(&mut store, &[CoreVal::I32(41), CoreVal::I32(0)]).unwrap();
    assert_eq!(results, [CoreVal::I32(42)]);
}

/// An adapter that is dissolved in the guest that calls it. No site is its own, but messages of
/// traps name adapters.
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

#[test]
fn exports_of_core_instances_need_no_code() {
    let component = wat::parse_str(ADAPTED).unwrap();
    let artifact = artifact(&cantilever::compile(&component, &CompileOptions::default(), &()).unwrap());
    let with_code: Vec<&str> = artifact.functions.iter().map(|function| function.identity.name.as_str()).collect();
    assert_eq!(with_code, ["adapter[host → lift g]", "entry[g]"]);
}

/// Code takes a reference to a function of which nothing but the export says that it may.
const REFERRED_TO: &str = r#"(component
  (core module $M
    (type $answer (func (result i32)))
    (func $f (export "f") (result i32) (i32.const 42))
    (func (export "run") (result i32) (call_ref $answer (ref.func $f))))
  (core instance $m (instantiate $M))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))"#;

#[test]
fn an_export_to_which_code_refers_has_code() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(REFERRED_TO).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(), u32>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, ()).unwrap(), 42);
}

/// Which of the functions in a table have code when a function has this body.
fn in_table(body: &str, export: &str) -> Vec<String> {
    let text = format!(
        r#"(module $m
             (type $one (func (result i32)))
             (table $t {export} 3 funcref)
             (table $other 3 funcref)
             (elem (table $t) (i32.const 0) func $a $b)
             (func $a (type $one) (i32.const 1))
             (func $b (result i64) (i64.const 2))
             (func (export "run") (param i32) (result i32) {body}))"#
    );
    let object = cantilever::compile(&wat::parse_str(text).unwrap(), &CompileOptions::default(), &()).unwrap();
    let artifact = artifact(&object);
    let mut with_code = core(artifact.functions.iter().map(|function| &function.identity));
    assert_eq!(with_code.pop(), Some("run"));
    with_code.into_iter().map(str::to_owned).collect()
}

#[test]
fn a_table_that_nothing_reads_needs_no_code() {
    let direct = "(call_indirect $t (type $one) (i32.const 0))";
    assert_eq!(in_table(direct, ""), [""; 0]);
    assert_eq!(in_table("(table.size $t)", ""), [""; 0]);
    let readers = [
        ("(call_indirect $t (type $one) (local.get 0))", "which element is called depends"),
        ("(call_indirect $t (type $one) (i32.const 1))", "the element is of another type"),
        ("(call_indirect $t (type $one) (i32.const 2))", "the element is null"),
        ("(call_indirect $t (type $one) (i32.const 3))", "there is no such element"),
        ("(return_call_indirect $t (type $one) (local.get 0))", "it is read by a tail call"),
        ("(ref.is_null (table.get $t (local.get 0)))", "an element is read"),
        ("(table.copy $other $t (i32.const 0) (i32.const 0) (i32.const 2)) (i32.const 0)", "elements are copied"),
        ("(table.set $t (local.get 0) (ref.null func)) (i32.const 0)", "it is not known"),
    ];
    for (reader, reason) in readers {
        assert_eq!(in_table(reader, ""), ["a", "b"], "{reason}");
        assert_eq!(in_table(&format!("{direct} (drop) {reader}"), ""), ["a", "b"], "{reason}");
    }
    assert_eq!(in_table(direct, r#"(export "t")"#), ["a", "b"], "the host reads it");
}

/// Two instances of a module have a table each, which their code reads.
const TWICE: &str = r#"(component
  (core module $M
    (import "" "f" (func $f (result i32)))
    (table 1 funcref)
    (elem (i32.const 0) func $f)
    (func (export "f") (result i32) (i32.add (call_indirect (result i32) (i32.const 0)) (i32.const 1))))
  (core module $N (func (export "f") (result i32) (i32.const 40)))
  (core instance $n (instantiate $N))
  (core instance $first (instantiate $M (with "" (instance $n))))
  (core instance $second (instantiate $M (with "" (instance $first))))
  (func (export "run") (result u32) (canon lift (core func $second "f"))))"#;

#[test]
fn tables_of_shared_modules_are_read() {
    let engine = Engine::default();
    let component = Component::new(&engine, &wat::parse_str(TWICE).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(), u32>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, ()).unwrap(), 42);
}
