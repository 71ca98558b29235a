//! Types with thousands of parts: code grows linearly with their definitions, and does what it does
//! for small ones.

use cantilever::Compile;
use cantilever::CompileOptions;
use cantilever::runtime::{Component, Engine, Linker, Store, Val};

/// A function whose parameter has a type that these definitions define, and a component that calls
/// it with what it gets itself, in another string encoding. The function returns the sum of the
/// lengths of `strings` strings.
fn passing_on(definitions: &str, ty: &str, strings: u32) -> Vec<u8> {
    let libc = r#"(core module $Libc
      (memory (export "memory") 64)
      (global $next (mut i32) (i32.const 1048576))
      (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
        (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (memory.copy (global.get $next) (local.get $old)
          (select (local.get $old-size) (local.get $size) (i32.lt_u (local.get $old-size) (local.get $size))))
        (global.get $next)
        (global.set $next (i32.add (global.get $next) (local.get $size)))))
      (core instance $libc (instantiate $Libc))"#;
    let options = r#"(memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))"#;
    let text = format!(
        r#"(component
          (component $C {definitions} {libc}
            (core module $M
              (import "libc" "memory" (memory 1))
              (func (export "f") (param $at i32) (result i32)
                (local $end i32) (local $sum i32)
                (local.set $end (i32.add (local.get $at) (i32.const {})))
                (block $done
                  (loop $each
                    (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
                    (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $at))))
                    (local.set $at (i32.add (local.get $at) (i32.const 8)))
                    (br $each)))
                (local.get $sum)))
            (core instance $m (instantiate $M (with "libc" (instance $libc))))
            (func (export "f") (param "t" {ty}) (result u32) (canon lift (core func $m "f") {options})))
          (instance $c (instantiate $C)) {definitions} {libc}
          (core func $f (canon lower (func $c "f") {options} string-encoding=utf16))
          (core module $M
            (import "" "f" (func $f (param i32) (result i32)))
            (func (export "f") (param i32) (result i32) (call $f (local.get 0))))
          (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
          (func (export "f") (param "t" {ty}) (result u32)
            (canon lift (core func $m "f") {options} string-encoding=utf16)))"#,
        strings * 8
    );
    wat::parse_str(&text).unwrap()
}

/// The size of the object of what is made for `n` and for `2 * n`.
#[track_caller]
fn grows_linearly(n: usize, component: impl Fn(usize) -> Vec<u8>) {
    let size = |n| cantilever::compile(&component(n), &CompileOptions::default(), &()).unwrap().len();
    let (one, two) = (size(n), size(2 * n));
    assert!(two * 10 < one * 23, "{one} bytes for {n}, {two} for twice as many");
}

fn record(n: usize, field: impl Fn(usize) -> String) -> String {
    let fields: String = (0..n).map(|i| format!("(field \"f{i}\" {})", field(i))).collect();
    format!("(type $r' (record {fields})) (export $r \"r\" (type $r'))")
}

#[test]
fn records_of_many_fields() {
    for ty in ["string", "bool", "(tuple u8 u64)"] {
        grows_linearly(2000, |n| passing_on(&record(n, |_| ty.to_owned()), "$r", 0));
    }
    grows_linearly(500, |n| passing_on(&record(n, |i| format!("(list (tuple string (list u8 {})))", i + 1)), "$r", 0));
}

#[test]
fn variants_of_many_cases() {
    let cases =
        |n: usize| (0..n).map(|i| format!("(case \"c{i}\" (tuple (list u8 {}) u32))", i + 1)).collect::<String>();
    let variant = |n| format!("(type $r' (variant {})) (export $r \"r\" (type $r'))", cases(n));
    grows_linearly(1000, |n| passing_on(&variant(n), "(tuple $r (list u32 20))", 0));
    let labels = |n: usize| (0..n).map(|i| format!("\"l{i}\" ")).collect::<String>();
    let labelled = |n| format!("(type $r' (enum {})) (export $r \"r\" (type $r'))", labels(n));
    grows_linearly(5000, |n| passing_on(&labelled(n), &format!("(tuple {})", "$r ".repeat(20)), 0));
}

#[test]
fn types_in_one_another() {
    let nested = |n: usize| -> String {
        let of = |i: usize| if i == 0 { "string".to_owned() } else { format!("$t{}", i - 1) };
        (0..n).map(|i| format!("(type $t{i} (list (tuple {} u8)))\n", of(i))).collect()
    };
    grows_linearly(24, |n| passing_on(&nested(n), &format!("(tuple $t{} (list u32 20))", n - 1), 0));
}

#[test]
fn many_functions() {
    let component = |n: usize| {
        let core: String =
            (0..n).map(|i| format!("(func (export \"f{i}\") (param i32) (result i32) (local.get 0))")).collect();
        let lifts: String = (0..n)
            .map(|i| {
                format!("(func (export \"f{i}\") (param \"n\" u32) (result u32) (canon lift (core func $m \"f{i}\")))")
            })
            .collect();
        wat::parse_str(format!("(component (core module $M {core}) (core instance $m (instantiate $M)) {lifts})"))
            .unwrap()
    };
    grows_linearly(1250, component);
}

#[test]
fn a_record_of_a_thousand_strings_arrives() {
    const STRINGS: u32 = 1000;
    let engine = Engine::default();
    let wasm = passing_on("", &format!("(tuple {})", "string ".repeat(STRINGS as usize)), STRINGS);
    let component = Component::new(&engine, &wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let texts: Vec<String> = (0..STRINGS).map(|i| "é€x🦀".repeat(i as usize % 7)).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let given = Val::Tuple(texts.into_iter().map(Val::String).collect());
    let f = instance.get_func(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, &[given]).unwrap(), Some(Val::U32(bytes as u32)));
}
