//! Small inputs whose meaning is large: they are refused at a documented bound, with a place, or
//! what is made of them is small.

use cantilever::Compile;
use cantilever::analyse::known_tables::known_tables;
use cantilever::runtime::{Component, Engine};
use cantilever::{CompileOptions, Error, compile};

/// A long name, but none too long for the validator.
fn long() -> String {
    "a".repeat(90_000)
}

fn made(text: &str) -> Result<Vec<u8>, Error> {
    compile(&wat::parse_str(text).expect("the text is well-formed"), &CompileOptions::default(), &())
}

/// It is refused, since it means too many definitions, at a place in the input.
#[track_caller]
fn refused(text: &str) {
    match made(text) {
        Err(Error::TooLarge { what, limit, offset }) => {
            assert_eq!(what, "definitions, counted once for each instantiation");
            assert_eq!(limit, 1 << 22);
            assert!(offset.is_some_and(|offset| offset != 0));
        }
        Err(other) => panic!("{other}"),
        Ok(object) => panic!("it was compiled to {} bytes", object.len()),
    }
}

/// A component that has `2^n` instances of a component with this content.
fn doubled(n: usize, content: &str) -> String {
    let mut text = format!("(component (component $c0 {content})\n");
    for i in 0..n {
        let twice = "(instance (instantiate $d)) (instance (instantiate $d))";
        text += &format!("(component $c{} (alias outer 1 $c{i} (component $d)) {twice})\n", i + 1);
    }
    text + &format!("(instance (instantiate $c{n})))")
}

/// A core module with this content that is instantiated.
fn module(content: &str) -> String {
    format!("(core module $m {content}) (core instance (instantiate $m))")
}

#[test]
fn component_instances_count_for_more_than_a_definition() {
    made(&doubled(12, "")).unwrap();
    // Each costs at least 64, so that no more than 2^16 are made before the refusal.
    refused(&doubled(16, ""));
    refused(&doubled(40, &module("(func (export \"f\"))")));
}

#[test]
fn what_core_instances_have_copies_of_counts() {
    made(&doubled(6, &module(&"(global (mut i32) (i32.const 7))".repeat(1000)))).unwrap();
    for part in ["(global (mut i32) (i32.const 7))", "(data \"a\")", "(elem func)", "(table 1 funcref)", "(tag)"] {
        refused(&doubled(12, &module(&part.repeat(1000))));
    }
    refused(&doubled(12, &module(&format!("(memory 1) {}", "(data (i32.const 0) \"a\")".repeat(1000)))));
}

#[test]
fn known_tables_are_bounded_in_all() {
    let content = module("(table 65536 funcref) (func $f) (elem (i32.const 65535) func $f)");
    let plan = cantilever::link::plan(wat::parse_str(doubled(8, &content)).unwrap().into()).unwrap();
    let known = known_tables(&plan);
    // 2^8 tables of 2^16 elements are more than are looked at.
    assert!(!known.is_empty());
    assert!(known.values().map(Vec::len).sum::<usize>() <= 1 << 22);
    made(&doubled(12, &content)).unwrap();
}

#[test]
fn names_of_which_there_are_copies_count() {
    let name = long();
    let lifted = |count: usize| {
        let lifts = "(func (canon lift (core func $f)))".repeat(count);
        let core = format!("(core module $m (func (export \"{name}\"))) (core instance $i (instantiate $m))");
        format!("(component {core} (alias core export $i \"{name}\" (core func $f)) {lifts})")
    };
    made(&lifted(10)).unwrap();
    refused(&lifted(1000));
    let parameters = format!(
        "(component (type $t (func (param \"{name}\" u32))) (core module $m (func (export \"f\") (param i32)))
        (core instance $i (instantiate $m)) (alias core export $i \"f\" (core func $f)) {})",
        "(func (type $t) (canon lift (core func $f)))".repeat(1000)
    );
    refused(&parameters);
}

#[test]
fn names_of_imports_and_exports_count_with_their_paths() {
    let name = "a".repeat(3000);
    let instance_types = |n: usize| {
        let mut text = "(component (type $t0 (instance (export \"f\" (func))))\n".to_owned();
        for i in 1..n {
            let both = format!("(export \"{name}\" (instance (type $u))) (export \"b\" (instance (type $u)))");
            text += &format!("(type $t{i} (instance (alias outer 1 $t{} (type $u)) {both}))\n", i - 1);
        }
        text + &format!("(import \"x\" (instance (type $t{}))))", n - 1)
    };
    made(&instance_types(6)).unwrap();
    refused(&instance_types(14));
    let instances = |n: usize| {
        let mut text = format!(
            "(component {}",
            r#"(core module $m (func (export "f"))) (core instance $m (instantiate $m))
            (func $f (canon lift (core func $m "f"))) (instance $i0 (export "f" (func $f)))"#
        );
        for i in 1..n {
            let last = i - 1;
            text += &format!(
                "(instance $i{i} (export \"{name}\" (instance $i{last})) (export \"b\" (instance $i{last})))\n"
            );
        }
        text + &format!("(export \"x\" (instance $i{})))", n - 1)
    };
    made(&instances(6)).unwrap();
    refused(&instances(14));
}

#[test]
fn labels_count_where_types_are_resolved_again() {
    let ty = format!("(type $t (instance (type $e (enum \"{}\")) (export \"e\" (type (eq $e)))))", long());
    let imports: String = (0..1000).map(|i| format!("(import \"i{i}\" (instance (type $t)))")).collect();
    refused(&format!("(component {ty} {imports})"));
}

#[test]
fn names_of_modules_and_instances_are_cut() {
    let functions: String = (0..2000).map(|i| format!("(func (export \"f{i}\") nop)")).collect();
    let object = made(&format!("(module ${} {functions})", long())).unwrap();
    assert!(object.len() < 8 << 20, "{} bytes", object.len());
    // As many symbols as instances have the name of the resource.
    let resource = "(type $r (resource (rep i32))) (export \"NAME\" (type $r)) (core func (canon resource.new $r))";
    let object = made(&doubled(9, &resource.replace("NAME", &long()))).unwrap();
    assert!(object.len() < 8 << 20, "{} bytes", object.len());
    let one = "(instance (instantiate $d))";
    let named = ["x", "y"].map(|end| format!("(instance ${}{end} (instantiate $d))", long())).concat();
    let text = doubled(9, "(type $r (resource (rep i32))) (core func (canon resource.new $r))");
    let plan = cantilever::link::plan(wat::parse_str(text.replace(&format!("{one} {one}"), &named)).unwrap().into());
    assert!(plan.unwrap().instances.iter().all(|name| name.len() <= 256));
}

#[test]
fn equal_memories_share_their_image() {
    // 2^13 memories of a megabyte each have one image.
    let content = module(&format!("(memory 16) (data (i32.const 0) \"{}\")", "x".repeat(1 << 20)));
    let wasm = wat::parse_str(doubled(13, &content)).unwrap();
    Component::new(&Engine::default(), &wasm).unwrap();
}
