//! Small components, one for each fact.

use super::known_tables::known_tables;
use super::may_leave::may_always_leave;
use super::prepare::prepare;
use super::sharing::shared_modules;
use super::{analyse, verify};
use crate::plan::{CoreFuncRef, CoreInstanceId, CoreItem, CoreRef, ModuleId, Plan};
use std::path::Path;

fn instance(index: u32) -> CoreInstanceId {
    CoreInstanceId::from_u32(index)
}

fn linked(text: &str) -> Plan {
    crate::link::plan(wat::parse_str(text).expect("well-formed text").into()).expect("a component that links")
}

const SHIM: &str = r#"(component
  (import "f" (func $f (param "s" string)))
  (core module $shim
    (table (export "t") 2 2 funcref)
    (type $s (func (param i32 i32)))
    (func (export "0") (param i32 i32) (call_indirect (type $s) (local.get 0) (local.get 1) (i32.const 0))))
  (core module $main (import "" "f" (func (param i32 i32))) (memory (export "m") 1) START)
  (core module $fixup (import "" "f" (func (param i32 i32))) (import "" "t" (table 2 2 funcref))
    (elem (i32.const 0) func 0) WRITE)
  (core instance $s (instantiate $shim))
  (core instance $m (instantiate $main (with "" (instance (export "f" (func $s "0"))))))
  (core func $lower (canon lower (func $f) (memory (core memory $m "m"))))
  (core instance (instantiate $fixup
    (with "" (instance (export "f" (func $lower)) (export "t" (table $s "t")))))))"#;

#[test]
fn shim_table_is_known() {
    let plan = linked(&SHIM.replace("START", "").replace("WRITE", ""));
    let tables = known_tables(&plan);
    let elements = &tables[&(instance(0), 0)];
    let ty = plan.modules[ModuleId::from_u32(0)].funcs[0];
    assert_eq!(elements[..], [Some((CoreFuncRef::Canon(0), ty)), None]);
    assert_eq!(
        plan.core_instances[instance(2)].imports[1],
        CoreItem::Table(CoreRef::Defined { core_instance: instance(0), index: 0 })
    );
}

#[test]
fn table_that_is_written_or_read_early_is_not_known() {
    let written = r#"(func (table.set (i32.const 0) (ref.null func)))"#;
    let plan = linked(&SHIM.replace("START", "").replace("WRITE", written));
    assert!(known_tables(&plan).is_empty());
    let plan = linked(&SHIM.replace("START", "(func $s) (start $s)").replace("WRITE", ""));
    assert!(known_tables(&plan).is_empty());
}

/// An instance whose `realloc` and `post-return` have the bodies `REALLOC` and `POST`.
const MUST_NOT_LEAVE: &str = r#"(component
  (import "f" (func $f))
  (core func $lower (canon lower (func $f)))
  (core module $m
    (import "" "f" (func $f))
    (type $none (func))
    (type $open (sub (func)))
    (type $sub (sub $open (func)))
    (table $known 1 1 funcref) (elem (table $known) (i32.const 0) func $f)
    (table $written 1 1 funcref)
    (table $subtypes 1 1 funcref) (elem (table $subtypes) (i32.const 0) func $leaves)
    (memory (export "m") 1)
    (func $leaves (type $sub) (call $f))
    (func $write (table.set $written (i32.const 0) (ref.null func)))
    (func $leaf)
    (func $inner (call $leaf))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) REALLOC (i32.const 0))
    (func (export "post-return") (param i32) POST)
    (func (export "take") (param i32 i32) (call $f))
    (func (export "give") (result i32) unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $lower))))))
  (func (export "take") (param "s" string)
    (canon lift (core func $i "take") (memory (core memory $i "m")) (realloc (core func $i "realloc"))))
  (func (export "give") (result string)
    (canon lift (core func $i "give") (memory (core memory $i "m")) (post-return (core func $i "post-return")))))"#;

#[test]
fn an_instance_may_always_leave_if_what_must_not_leave_cannot() {
    let always = |realloc: &str, post_return: &str| {
        let plan = linked(&MUST_NOT_LEAVE.replace("REALLOC", realloc).replace("POST", post_return));
        may_always_leave(&plan, &known_tables(&plan))[..] == [true]
    };
    assert!(always("", ""));
    assert!(always("(call $inner)", "(call $inner)"));
    assert!(!always("(call $f)", ""));
    assert!(!always("", "(call $inner) (call $f)"));
    assert!(!always("(call_indirect $known (type $none) (i32.const 0))", ""), "the table has the function");
    assert!(always("(drop (call_indirect $known (result i32) (i32.const 0)))", ""), "it has none of that type");
    assert!(!always("(call_indirect $subtypes (type $open) (i32.const 0))", ""), "it has one of a subtype");
    assert!(always("(call_indirect $subtypes (type $none) (i32.const 0))", ""), "it has none of just that type");
    assert!(!always("(call_indirect $written (type $none) (i32.const 0))", ""), "nobody knows what is in the table");
}

#[test]
fn known_segments_are_in_place_before_code_runs() {
    let placed = |text: &str| {
        let plan = linked(text);
        let prepared = prepare(&plan, &shared_modules(&plan));
        let of = |m: &crate::plan::prepared::PreparedModule| (m.elems.clone(), m.datas.clone());
        prepared.modules.values().map(of).collect::<Vec<_>>()
    };
    let all = placed(
        "(module (memory 1) (table 2 funcref) (func $f) (global $g i32 (i32.const 65530))
          (elem (i32.const 1) $f) (data (global.get $g) \"abcdef\") (data \"passive\"))",
    );
    assert_eq!(all, [(vec![true], vec![true, false])]);
    // One may trap: nothing that follows may be early.
    let some = placed(
        "(module (memory 1) (table 2 funcref) (func $f)
          (data (i32.const 0) \"a\") (data (i32.const 65536) \"b\") (data (i32.const 1) \"c\"))",
    );
    assert_eq!(some, [(vec![], vec![true, false, false])]);
    let none =
        placed("(module (memory 1) (table 2 funcref) (func $f) (elem (i32.const 2) $f) (data (i32.const 0) \"a\"))");
    assert_eq!(none, [(vec![false], vec![false])]);
    // What the host provides may have another size, another offset, and be seen by others.
    let host = placed(
        "(module (import \"\" \"m\" (memory 1)) (import \"\" \"g\" (global $g i32)) (memory $own 1)
          (data (i32.const 0) \"a\") (data (memory $own) (i32.const 0) \"a\"))",
    );
    assert_eq!(host, [(vec![], vec![false, false])]);
}

#[test]
fn segments_of_a_module_with_two_instances_fit_both() {
    let plan = linked(
        "(component
          (core module $Owner (memory (export \"m\") 1) (global (export \"g\") i32 (i32.const 5)))
          (core instance $owner (instantiate $Owner))
          (core module $Twice (import \"o\" \"m\" (memory $m 1)) (import \"o\" \"g\" (global $g i32)) (memory $own 1)
            (global i32 (global.get $g)) (global i32 (i32.const 1))
            (data (memory $own) (i32.const 0) \"a\") (data (memory $own) (global.get $g) \"b\"))
          (core instance (instantiate $Twice (with \"o\" (instance $owner))))
          (core instance (instantiate $Twice (with \"o\" (instance $owner)))))",
    );
    let prepared = prepare(&plan, &shared_modules(&plan));
    assert_eq!(prepared.modules[ModuleId::from_u32(1)].datas, [true, false]);
    assert_eq!(prepared.modules[ModuleId::from_u32(1)].globals, [false, false, true]);
    let lengths = |index: u32| prepared.instances[instance(index)].memories.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!([lengths(0), lengths(1), lengths(2)], [vec![0], vec![0, 1], vec![0, 1]]);
}

#[test]
fn tasks_and_borrows_are_kept_where_somebody_asks() {
    let plan = linked(
        r#"(component
             (component $asks
               (core func $inc (canon backpressure.inc))
               (core module $m (import "" "inc" (func)))
               (core instance (instantiate $m (with "" (instance (export "inc" (func $inc)))))))
             (component $silent (core module $m) (core instance (instantiate $m)))
             (instance (instantiate $silent))
             (instance (instantiate $asks)))"#,
    );
    let facts = analyse(&plan);
    assert_eq!(facts.keeps_tasks.iter().filter(|keeps| **keeps).count(), 1);
    assert_eq!(facts.keeps_tasks.len(), plan.instances.len());
    assert!(!facts.counts_borrows.contains(&true) && !facts.throws && !facts.keeps_exceptions);
}

#[test]
#[should_panic(expected = "memory 0 of core instance 0: a segment ends past what it fills")]
fn facts_that_do_not_fit_the_plan_are_found() {
    let plan = linked("(module (memory 1) (data (i32.const 0) \"a\"))");
    let mut facts = analyse(&plan);
    verify(&facts, &plan);
    facts.prepared.instances[instance(0)].memories[0][0].offset = 1 << 16;
    verify(&facts, &plan);
}

/// A component that a real tool built, of those beside the crate.
fn component(name: &str) -> Option<Vec<u8>> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.join("shared/components");
    let path = shared.join(name).with_extension("wasm");
    if !path.exists() {
        eprintln!("SKIPPED: {} does not exist", path.display());
        return None;
    }
    Some(std::fs::read(path).expect("a readable component"))
}

#[test]
fn lowers_that_need_a_memory_go_through_a_known_table() {
    for name in ["kv-c-c", "kv-c-js"] {
        let Some(bytes) = component(name) else { return };
        let plan = crate::link::plan(bytes.into()).expect("a component that links");
        let known = known_tables(&plan);
        let through_tables = known.values().flatten().flatten().filter(|(f, _)| matches!(f, CoreFuncRef::Canon(_)));
        assert_eq!(through_tables.count(), 12, "{name}: the lowers that need a memory go through the shim's table");
    }
}

/// Whatever of a damaged input links is a plan like any other.
#[test]
fn damaged_components_that_link_are_analysed() {
    let Some(bytes) = component("kv-provider") else { return };
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        for _ in 0..3 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bit = (random >> 16) as usize % (damaged.len() * 8);
            damaged[bit / 8] ^= 1 << (bit % 8);
        }
        if let Ok(plan) = crate::link::plan(damaged.into()) {
            crate::plan::verify(&plan);
            verify(&analyse(&plan), &plan);
        }
    }
}
