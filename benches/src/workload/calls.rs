//! Calls between components whose values stay in registers.

use super::{LIFT_RUN, Workload, joined, run, sum};

const GROUP: &str = "Calls between components";

pub fn all() -> Vec<Workload> {
    let empty = call("(func)", "", "", "", "(call $f)");
    let scalars = call(
        r#"(func (param "a" u32) (param "b" s16) (param "c" bool) (result u32))"#,
        "(param i32 i32 i32) (result i32)",
        "(i32.add (i32.add (local.get 0) (local.get 1)) (local.get 2))",
        "",
        &sum("(call $f (local.get $i) (i32.const -5) (i32.const 1))"),
    );
    let record = call(
        r#"(func (param "r" $record) (param "v" $variant) (result u32))"#,
        "(param i32 i64 f32 i32 i64) (result i32)",
        "(i32.add (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))) (i32.add (local.get 3) (i32.wrap_i64 (local.get 4))))",
        r#"(type $record' (record (field "a" u32) (field "b" u64) (field "c" f32)))
           (type $variant' (variant (case "x" u32) (case "y" u64) (case "z")))"#,
        &sum("(call $f (local.get $i) (i64.const 5) (f32.const 1.5) \
             (i32.and (local.get $i) (i32.const 1)) (i64.extend_i32_u (local.get $i)))"),
    );
    let chain = call(
        r#"(func (param "o" (option (option u32))) (param "r" (result (option u8) (error u32))) (result u32))"#,
        "(param i32 i32 i32 i32 i32 i32) (result i32)",
        "(i32.add (i32.add (local.get 0) (local.get 2)) (i32.add (local.get 3) (local.get 5)))",
        "",
        &sum("(call $f (i32.and (local.get $i) (i32.const 1)) (i32.const 1) (local.get $i) \
             (i32.and (local.get $i) (i32.const 1)) (i32.const 1) (local.get $i))"),
    );
    vec![
        Workload::new(GROUP, "empty call", empty).at_least(0.95),
        Workload::new(GROUP, "scalars (u32, s16, bool) -> u32", scalars).at_least(0.95),
        Workload::new(GROUP, "flat record and variant", record).at_least(2.0),
        Workload::new(GROUP, "option<option<u32>>, result<option<u8>, u32>", chain),
    ]
}

/// A caller that does `step` in its loop, and a callee `f` of a type. `types` are the aliases
/// `$record'` and `$variant'`.
fn call(ty: &str, core: &str, body: &str, types: &str, step: &str) -> String {
    let lifted = ty.replacen("(func", r#"(func (export "f")"#, 1);
    let exported = "(export $record \"record\" (type $record')) (export $variant \"variant\" (type $variant'))";
    let exports = if types.is_empty() { "" } else { exported };
    let callee = format!(
        r#"(core module $Core (func (export "f") {core} {body}))
          (core instance $core (instantiate $Core))
          {types} {exports}
          {})"#,
        lifted.strip_suffix(')').map(|open| format!("{open} (canon lift (core func $core \"f\"))")).unwrap_or_default(),
    );
    let imported =
        "(export \"record\" (type $record (eq $record'))) (export \"variant\" (type $variant (eq $variant')))";
    let imports = if types.is_empty() { "" } else { imported };
    let caller = format!(
        r#"(import "callee" (instance $callee {types} {imports} (export "f" {ty})))
          (core func $f (canon lower (func $callee "f")))
          (core module $Core (import "callee" "f" (func $f {core})) {})
          (core instance $core (instantiate $Core (with "callee" (instance (export "f" (func $f))))))
          {LIFT_RUN}"#,
        run("", "", step)
    );
    joined(&callee, &caller)
}
