//! Objects with functions of earlier compilations are to the byte those without.
//!
//! One store serves compilations of everything, so a key that says too little finds the function
//! of another component.

use super::*;
use crate::options::CompileOptions;
use crate::pipeline::{compile, compile_reusing};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use wasmparser::{Operator, Parser, Payload};

/// A store in memory.
#[derive(Default)]
struct Memory {
    kept: HashMap<FunctionKey, Vec<u8>>,
    new: Mutex<Vec<(FunctionKey, Vec<u8>)>>,
}

impl FunctionStore for Memory {
    fn find(&self, key: &FunctionKey) -> Option<&[u8]> {
        self.kept.get(key).map(Vec::as_slice)
    }

    fn keep(&self, key: FunctionKey, record: Vec<u8>) {
        self.new.lock().unwrap().push((key, record));
    }
}

impl Memory {
    /// How many functions of an input are found. Its object must be what it is without a store.
    #[track_caller]
    fn reuse(&mut self, name: &str, wasm: &[u8], options: &CompileOptions) -> usize {
        let Ok(fresh) = compile(wasm, options, &()) else { return 0 };
        let (object, reused) = compile_reusing(wasm, options, &(), self).unwrap();
        assert!(object.bytes() == fresh, "{name}: the object differs");
        self.kept.extend(self.new.get_mut().unwrap().drain(..));
        reused
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "wat") {
            found.push(path);
        }
    }
    found.sort();
}

/// All components and modules of the filetests.
fn components() -> Vec<(String, Vec<u8>)> {
    let mut paths = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/filetests"), &mut paths);
    let component = |path: PathBuf| Some((path.display().to_string(), wat::parse_file(&path).ok()?));
    paths.into_iter().filter_map(component).collect()
}

#[test]
fn components_do_not_disturb_one_another() {
    let components = components();
    assert!(components.len() > 50);
    let options = [
        CompileOptions::default(),
        CompileOptions { inlining: false, ..CompileOptions::default() },
        CompileOptions { interruptible: true, fuel: true, spectre_guard: false, ..CompileOptions::default() },
        CompileOptions { debug_handles: true, ..CompileOptions::default() },
        CompileOptions { target: Some("aarch64-unknown-linux-gnu".to_owned()), ..CompileOptions::default() },
    ];
    for options in options {
        let mut memory = Memory::default();
        for (name, wasm) in &components {
            memory.reuse(name, wasm, &options);
        }
        // All of them are there now.
        let reused: usize = components.iter().map(|(name, wasm)| memory.reuse(name, wasm, &options)).sum();
        assert!(reused > 500, "{reused}");
        assert!(memory.new.get_mut().unwrap().is_empty(), "what was kept is found");
    }
}

/// A component that does a little of everything. Each place has text of its own.
struct Sample {
    types: &'static str,
    before: &'static str,
    constant: i32,
    between: &'static str,
    swapped: bool,
    elements: &'static str,
    data: &'static str,
    after: &'static str,
}

const SAMPLE: Sample = Sample {
    types: "",
    before: "",
    constant: 7,
    between: "",
    swapped: false,
    elements: "$small $large",
    data: "",
    after: "",
};

impl Sample {
    fn wasm(&self) -> Vec<u8> {
        let Sample { types, before, constant, between, elements, data, after, .. } = self;
        let small = "(func $small (param i32) (result i32) (i32.add (local.get 0) (global.get $g)))";
        let constant = format!("(func $constant (result i32) (i32.const {constant}))");
        let [first, second] = if self.swapped { [&*constant, small] } else { [small, &*constant] };
        let text = format!(
            r#"(component
  (import "log" (func $log (param "x" u32)))
  (type $R (resource (rep i32)))
  (core func $new (canon resource.new $R))
  (core func $rep (canon resource.rep $R))
  (core func $log' (canon lower (func $log)))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "log" (func $log (param i32)))
    {types}
    (type $unary (func (param i32) (result i32)))
    (memory (export "memory") 1)
    (global $g i32 (i32.const 5))
    (global $m (mut i32) (i32.const 5))
    (table $known 4 4 funcref)
    (elem $e (table $known) (i32.const 0) func {elements})
    {before}
    {first}
    {between}
    {second}
    (func $large (export "large") (param i32) (result i32) (local i32)
      (loop $l
        (local.set 1 (i32.add (local.get 1) (i32.load offset=8 (local.get 0))))
        (local.set 1 (i32.mul (local.get 1) (call $small (call $constant))))
        (global.set $m (i32.div_u (local.get 1) (global.get $m)))
        (call $log (call $rep (call $new (local.get 1))))
        (br_if $l (i32.lt_u (local.get 1) (i32.const 1000))))
      (call_indirect $known (type $unary) (local.get 1) (i32.const 1)))
    (func $indirect (export "indirect") (param i32 i32) (result i32)
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 2))
      (drop (ref.func $small))
      (call $log (i32.load8_u (local.get 0)))
      (call_indirect $known (type $unary) (local.get 0) (local.get 1)))
    (elem declare func $small)
    {data}
    (data $d "text")
    {after})
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "log" (func $log'))))))
  (func (export "large") (param "x" u32) (result u32) (canon lift (core func $m "large")))
  (func (export "indirect") (param "x" u32) (param "y" u32) (result u32) (canon lift (core func $m "indirect"))))"#
        );
        wat::parse_str(text).unwrap()
    }
}

/// Versions of the sample, as somebody may make who works at it.
fn versions() -> Vec<(&'static str, Sample)> {
    const ADDED: &str = r#"(func $added (export "added") (result i32) (call $rep (call $constant)))"#;
    vec![
        ("as it was", SAMPLE),
        ("another constant", Sample { constant: 8, ..SAMPLE }),
        ("a longer constant", Sample { constant: 1_000_000, ..SAMPLE }),
        ("a function before", Sample { before: ADDED, ..SAMPLE }),
        ("a function between", Sample { between: ADDED, ..SAMPLE }),
        ("a function after", Sample { after: ADDED, ..SAMPLE }),
        ("functions in another order", Sample { swapped: true, ..SAMPLE }),
        ("another order of elements", Sample { elements: "$large $small", ..SAMPLE }),
        ("fewer elements", Sample { elements: "$small", ..SAMPLE }),
        ("elements of another type", Sample { elements: "$small $large $constant", ..SAMPLE }),
        ("a type before", Sample { types: "(type (func (param i64 i64 f32)))", ..SAMPLE }),
        ("a global before", Sample { types: "(global i32 (i32.const 9))", ..SAMPLE }),
        ("a data segment before", Sample { data: r#"(data "other")"#, ..SAMPLE }),
        ("a function that throws", Sample { after: "(tag $t) (func (export \"t\") (throw $t))", ..SAMPLE }),
    ]
}

#[test]
fn every_version_is_the_same_after_every_other() {
    for (first_name, first) in versions() {
        for (second_name, second) in versions() {
            let mut memory = Memory::default();
            let options = CompileOptions::default();
            assert_eq!(memory.reuse(first_name, &first.wasm(), &options), 0, "nothing is there yet");
            let name = format!("{second_name} after {first_name}");
            memory.reuse(&name, &second.wasm(), &options);
        }
    }
}

/// How many functions of the sample are found again once it has been changed.
fn reused_after(change: Sample) -> [usize; 2] {
    let (mut memory, options) = (Memory::default(), CompileOptions { inlining: false, ..CompileOptions::default() });
    memory.reuse("as it was", &SAMPLE.wasm(), &options);
    let all = memory.reuse("as it was", &SAMPLE.wasm(), &options);
    [all, memory.reuse("changed", &change.wasm(), &options)]
}

#[test]
fn what_did_not_change_is_found() {
    let [all, reused] = reused_after(Sample { constant: 8, ..SAMPLE });
    assert_eq!(reused, all - 1, "one function has changed");
    let added = r#"(func $added (result i32) (i32.const 1))"#;
    let [all, reused] = reused_after(Sample { before: added, ..SAMPLE });
    assert_eq!(reused, all, "the others only have other indices");
    let [all, reused] = reused_after(Sample { swapped: true, ..SAMPLE });
    assert_eq!(reused, all, "they only have another order");
}

/// Changes the `n`-th constant that stands in one byte, if there are so many.
fn with_other_constant(wasm: &[u8], n: usize) -> Option<Vec<u8>> {
    let mut seen = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let mut operators = body.get_operators_reader().unwrap();
        while !operators.eof() {
            let (operator, at) = operators.read_with_offset().unwrap();
            if matches!(operator, Operator::I32Const { value: 1..60 }) {
                seen += 1;
                if seen > n {
                    let mut changed = wasm.to_vec();
                    changed[at as usize + 1] += 1;
                    return Some(changed);
                }
            }
        }
    }
    None
}

#[test]
fn real_components_with_a_changed_function() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/components/wasi");
    for name in ["01-c-hello.wasm", "10-rs-hello.wasm", "12-rs-net.wasm"] {
        let Ok(wasm) = std::fs::read(folder.join(name)) else {
            println!("{name} is not there: skipped");
            continue;
        };
        let (mut memory, options) = (Memory::default(), CompileOptions::default());
        memory.reuse(name, &wasm, &options);
        let all = memory.reuse(name, &wasm, &options);
        for n in [3, 300, 900] {
            let changed = with_other_constant(&wasm, n).unwrap();
            let reused = memory.reuse(name, &changed, &options);
            assert!(reused < all && reused + 20 > all, "{name}: {reused} of {all}");
        }
    }
}
