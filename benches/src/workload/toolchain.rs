//! Calls as toolchains make them: through the shim modules that `wit-component` puts between a
//! guest and the functions whose options need the guest's memory.

use super::{Workload, joined, run, sum};
use crate::contestant::Driver;

const GROUP: &str = "Calls through shim modules";

/// Components that were built by clang, wit-bindgen and wac. They lie beside the repository, if at
/// all.
const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/components/kv-c-c.wasm");

pub fn all() -> Vec<Workload> {
    let shimmed = [
        Workload::new(GROUP, "rep of a borrow through a shim", shimmed("pair", &sum("(i32.load (i32.const 4))"))),
        Workload::new(GROUP, "string of 16 B through a shim", shimmed("name", "")),
    ];
    let real = std::fs::read(REAL)
        .map(|component| Workload::new(GROUP, "key-value store in C, one round", component).driven(Driver::Fresh));
    shimmed.into_iter().chain(real).collect()
}

/// The component that is called.
const CALLEE: &str = r#"
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (core module $Core
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "pair") (param i32) (result i32)
      (i32.store (i32.const 8) (i32.const 16)) (i32.store (i32.const 12) (local.get 0)) (i32.const 8))
    (func (export "name") (param i32 i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 2)) (i32.const 8)))
  (core instance $core (instantiate $Core))
  (alias core export $core "memory" (core memory $memory))
  (core func $new (canon resource.new $r'))
  (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $new)))
  (func (export "pair") (param "of" (borrow $r)) (result (tuple u32 u32))
    (canon lift (core func $core "pair") (memory $memory)))
  (func (export "name") (param "of" (borrow $r)) (param "text" string) (result (tuple u32 u32))
    (canon lift (core func $core "name") (memory $memory) (realloc (core func $core "realloc"))))"#;

/// A caller whose loop calls one of the two functions. The guest is made first, with a shim that
/// calls through a table. The table is filled when the guest's memory is there.
fn shimmed(function: &str, step: &str) -> String {
    let (core, arguments) = match function {
        "pair" => ("(param i32 i32)", "(i32.const 0)"),
        _ => ("(param i32 i32 i32 i32)", "(i32.const 64) (i32.const 16) (i32.const 0)"),
    };
    let pass: String = (0..core.matches("i32").count()).map(|i| format!("(local.get {i}) ")).collect();
    let body = format!("(call $f (local.get $h) {arguments}) {step}");
    let caller = format!(
        r#"(import "callee" (instance $callee
            (export "r" (type $r (sub resource)))
            (export "make" (func (param "rep" u32) (result (own $r))))
            (export "pair" (func (param "of" (borrow $r)) (result (tuple u32 u32))))
            (export "name" (func (param "of" (borrow $r)) (param "text" string) (result (tuple u32 u32))))))
          (core module $Shim
            (type $f (func {core}))
            (table (export "$imports") 1 1 funcref)
            (func (export "0") (type $f) (call_indirect (type $f) {pass} (i32.const 0))))
          (core module $Guest
            (import "callee" "make" (func $make (param i32) (result i32)))
            (import "callee" "f" (func $f {core}))
            (memory (export "memory") 1)
            {})
          (core module $Fixup
            (import "" "$imports" (table 1 1 funcref))
            (import "" "0" (func $f {core}))
            (elem (i32.const 0) func $f))
          (core instance $shim (instantiate $Shim))
          (core func $make (canon lower (func $callee "make")))
          (core instance $core (instantiate $Guest
            (with "callee" (instance (export "make" (func $make)) (export "f" (func $shim "0"))))))
          (core func $f (canon lower (func $callee "{function}") (memory (core memory $core "memory"))))
          (core instance (instantiate $Fixup
            (with "" (instance (export "$imports" (table $shim "$imports")) (export "0" (func $f))))))
          {}"#,
        run("(local $h i32)", "(local.set $h (call $make (i32.const 5)))", &body),
        super::LIFT_RUN
    );
    joined(CALLEE, &caller)
}
