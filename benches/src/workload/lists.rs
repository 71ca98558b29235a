//! Lists between components.

use super::{LIFT_RUN, MEMORY, Workload, joined, run, sum};
use crate::bound::bytes;

const GROUP: &str = "Lists between components";
const BYTES: usize = 64 << 10;

pub fn all() -> Vec<Workload> {
    let memcpy = || bytes::copy(BYTES);
    vec![
        list("list<u8>, 64 KiB", "(list u8)", "", BYTES, "").at_least(20.0).bound(1.2, memcpy),
        list("list<u32>, 64 KiB", "(list u32)", "", BYTES / 4, "").at_least(5.0).bound(1.2, memcpy),
        list("list<f64>, 64 KiB", "(list f64)", "", BYTES / 8, "").at_least(5.0).bound(1.2, memcpy),
        list("list<bool>, 64 KiB", "(list bool)", "", BYTES, "").at_least(1.5),
        list("list<char>, 64 KiB", "(list char)", "", BYTES / 4, "").at_least(1.5),
        list(
            "list<record { u32, u8, u64 }> of 4096",
            "(list $element)",
            r#"(record (field "a" u32) (field "b" u8) (field "c" u64))"#,
            4096,
            "",
        )
        .at_least(1.5),
        list(
            "list<variant { u32, u64 }> of 4096",
            "(list $element)",
            r#"(variant (case "a" u32) (case "b" u64))"#,
            4096,
            "",
        ),
        list("list<string> of 1000, 16 B each", "(list string)", "", 1000, STRINGS).at_least(1.5),
    ]
}

/// Fills the list with strings which all are the 16 bytes at address 0.
const STRINGS: &str = "(local.set $i (i32.const 8000))
    (loop $fill
      (local.set $i (i32.sub (local.get $i) (i32.const 8)))
      (i32.store offset=1028 (local.get $i) (i32.const 16))
      (br_if $fill (local.get $i)))";

/// A list of `count` elements that are all zero bytes but for what `before` writes at 1024.
fn list(name: &str, ty: &str, element: &str, count: usize, before: &str) -> Workload {
    let (own, exported, imported) = if element.is_empty() {
        (String::new(), "", "")
    } else {
        (
            format!("(type $element' {element})"),
            r#"(export $element "element" (type $element'))"#,
            r#"(export "element" (type $element (eq $element')))"#,
        )
    };
    let callee = format!(
        r#"(core module $Core {MEMORY} (func (export "f") (param i32 i32) (result i32) (local.get 1)))
          (core instance $core (instantiate $Core))
          {own} {exported}
          (func (export "f") (param "l" {ty}) (result u32) (canon lift (core func $core "f")
            (memory (core memory $core "memory")) (realloc (core func $core "realloc"))))"#
    );
    let caller = format!(
        r#"(import "callee" (instance $callee {own} {imported} (export "f" (func (param "l" {ty}) (result u32)))))
          (core module $Memory (memory (export "memory") 32))
          (core instance $memory (instantiate $Memory))
          (core func $f (canon lower (func $callee "f") (memory (core memory $memory "memory"))))
          (core module $Core
            (import "m" "memory" (memory 1))
            (import "callee" "f" (func $f (param i32 i32) (result i32))) {})
          (core instance $core (instantiate $Core
            (with "m" (instance $memory)) (with "callee" (instance (export "f" (func $f))))))
          {LIFT_RUN}"#,
        run("", before, &sum(&format!("(call $f (i32.const 1024) (i32.const {count}))")))
    );
    Workload::new(GROUP, name, joined(&callee, &caller))
}
