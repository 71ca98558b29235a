//! What serves an import: names, versions, definitions that take the place of others, and what is
//! said of imports that nothing serves.

use super::compiled::Compile;
use crate::*;

/// What stands for the host's resource type.
struct Thing;

fn component(engine: &Engine, text: &str) -> Component {
    Component::new(engine, &wat::parse_str(text).unwrap()).unwrap()
}

/// A component that imports `get` from each of these instances, and exports it as the index.
fn importing(engine: &Engine, names: &[&str]) -> Component {
    let mut text = "(component".to_owned();
    for (index, name) in names.iter().enumerate() {
        text += &format!(
            r#"(import "{name}" (instance $i{index} (export "get" (func (result u32)))))
            (export "f{index}" (func $i{index} "get"))"#
        );
    }
    component(engine, &(text + ")"))
}

/// A linker with an instance for each name, whose `get` gives the index.
fn defining(engine: &Engine, names: &[&str]) -> Linker<()> {
    let mut linker = Linker::new(engine);
    for (index, name) in (0u32..).zip(names) {
        linker.instance(name).func_wrap("get", move |_, (): ()| Ok(index)).unwrap();
    }
    linker
}

/// Which of the linker's instances serves an import.
fn served(defined: &[&str], imported: &str) -> Option<u32> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let pre = defining(&engine, defined).instantiate_pre(&importing(&engine, &[imported])).ok()?;
    let instance = pre.instantiate(&mut store).unwrap();
    Some(instance.get_typed_func::<(), u32>(&mut store, "f0").unwrap().call(&mut store, ()).unwrap())
}

#[test]
fn imports_are_served_by_compatible_versions() {
    for (defined, imported, expected) in [
        (&["a:b/c@0.2.12"][..], "a:b/c@0.2.0", Some(0)),
        (&["a:b/c@0.2.0"], "a:b/c@0.2.12", Some(0)),
        (&["a:b/c@0.2.12", "a:b/c@0.2.3", "a:b/c@0.2.9"], "a:b/c@0.2.3", Some(1)),
        (&["a:b/c@0.2.9", "a:b/c@0.2.12", "a:b/c@0.2.3"], "a:b/c@0.2.4", Some(1)),
        (&["a:b/c@1.0.0", "a:b/c@1.3.0"], "a:b/c@1.9.9", Some(1)),
        (&["a:b/c@0.3.0", "a:b/c@1.0.0", "a:b/c"], "a:b/c@0.2.0", None),
        (&["a:b/c@0.0.1"], "a:b/c@0.0.2", None),
        (&["a:b/c@0.2.0-rc"], "a:b/c@0.2.0", None),
        (&["a:b/c@0.2.0-rc"], "a:b/c@0.2.0-rc", Some(0)),
        (&["a:b/c@0.2.0"], "a:b/c", None),
        (&["a:b/d@0.2.0"], "a:b/c@0.2.0", None),
    ] {
        assert_eq!(served(defined, imported), expected, "{imported} of {defined:?}");
    }
}

#[test]
fn versions_that_one_instance_serves_have_one_resource_type() {
    let engine = Engine::default();
    let text = r#"(component
      (import "a:b/c@0.2.0" (instance $old
        (export "r" (type $r (sub resource)))
        (export "make" (func (result (own $r))))))
      (import "a:b/c@0.2.3" (instance $new
        (export "r" (type $r (sub resource)))
        (export "take" (func (param "r" (own $r)) (result u32)))))
      (export "make" (func $old "make"))
      (export "take" (func $new "take")))"#;
    let component = component(&engine, text);
    let mut linker = Linker::<()>::new(&engine);
    let mut instance = linker.instance("a:b/c@0.2.6");
    instance.resource::<Thing>("r", |_, _| Ok(())).unwrap();
    instance.func_wrap("make", |_, (): ()| Ok(Resource::<Thing>::new(7))).unwrap();
    instance.func_wrap("take", |_, (thing,): (Resource<Thing>,)| Ok(thing.rep())).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let made =
        instance.get_typed_func::<(), Resource<Thing>>(&mut store, "make").unwrap().call(&mut store, ()).unwrap();
    let take = instance.get_typed_func::<(Resource<Thing>,), u32>(&mut store, "take").unwrap();
    assert_eq!(take.call(&mut store, (made,)).unwrap(), 7);
}

#[test]
fn exports_are_found_by_compatible_versions() {
    let engine = Engine::default();
    let text = r#"(component
      (core module $M (func (export "f") (result i32) (i32.const 5)))
      (core instance $m (instantiate $M))
      (func $f (result u32) (canon lift (core func $m "f")))
      (instance $i (export "f" (func $f)))
      (export "a:b/c@0.2.3" (instance $i)))"#;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component(&engine, text)).unwrap();
    for path in ["a:b/c@0.2.3/f", "a:b/c@0.2.0/f", "a:b/c@0.2.9#f"] {
        assert_eq!(instance.get_typed_func::<(), u32>(&mut store, path).unwrap().call(&mut store, ()).unwrap(), 5);
    }
    assert!(instance.get_func(&mut store, "a:b/c@0.3.0/f").is_none());
}

/// The error of linking, which must be about unknown imports.
fn unknown(linker: &Linker<()>, component: &Component) -> UnknownImports {
    match linker.instantiate_pre(component) {
        Err(Error::Link(LinkError::UnknownImports(unknown))) => unknown,
        other => panic!("{other:?}"),
    }
}

#[test]
fn unknown_imports_are_printed_as_wit_with_what_is_near() {
    let engine = Engine::default();
    let text = r#"(component
      (import "hook" (func))
      (import "wasi:random/random@0.2.0" (instance
        (export "get-random-bytes" (func (param "len" u64) (result (list u8))))
        (export "get" (func (result u32)))))
      (import "a:b/c@0.3.0" (instance
        (export "r" (type $r (sub resource)))
        (export "[method]r.size" (func (param "self" (borrow $r)) (result u64))))))"#;
    let component = component(&engine, text);
    let linker = defining(&engine, &["a:b/c@0.2.3", "a:b/c@0.2.12", "wasi:random/random@0.2.6"]);
    let unknown = unknown(&linker, &component);
    let expected = "unknown imports, which the host does not define:
    hook: func();
  wasi:random/random@0.2.0 (the host defines wasi:random/random@0.2.6)
    get-random-bytes: func(len: u64) -> list<u8>;
  a:b/c@0.3.0 (the host defines a:b/c@0.2.12)
    resource r;
    [method]r.size: func(self: borrow<r>) -> u64;";
    assert_eq!(unknown.to_string(), expected);
    assert_eq!(unknown.count(), 4);
    let names: Vec<String> = unknown.interfaces().iter().map(UnknownInterface::name).collect();
    assert_eq!(names, ["", "wasi:random/random@0.2.0", "a:b/c@0.3.0"]);
    assert_eq!(unknown.interfaces()[2].items[1].name, "[method]r.size");
}

#[test]
fn unknown_imports_become_traps_beside_what_is_defined() {
    let engine = Engine::default();
    let text = r#"(component
      (import "a:b/c@0.2.0" (instance $i
        (export "r" (type $r (sub resource)))
        (export "[constructor]r" (func (result (own $r))))
        (export "get" (func (result u32)))))
      (alias export $i "r" (type $r))
      (core func $new (canon lower (func $i "[constructor]r")))
      (core func $drop (canon resource.drop $r))
      (core module $M
        (import "" "new" (func $new (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "run") (call $drop (call $new))))
      (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
      (func (export "run") (canon lift (core func $m "run")))
      (export "get" (func $i "get")))"#;
    let component = component(&engine, text);
    // The interface is served in another version, which lacks all but `get`.
    let mut linker = defining(&engine, &["a:b/c@0.2.3"]);
    assert_eq!(unknown(&linker, &component).count(), 2);
    linker.define_unknown_imports_as_traps(&component);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let get = instance.get_typed_func::<(), u32>(&mut store, "get").unwrap();
    assert_eq!(get.call(&mut store, ()).unwrap(), 0);
    let error = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap().call(&mut store, ()).unwrap_err();
    assert!(error.to_string().contains("`a:b/c@0.2.0/[constructor]r` was called"), "{error}");
    assert!(!error.frames().is_empty());
}

#[test]
fn definitions_are_listed_and_replaced_when_that_is_allowed() {
    let engine = Engine::default();
    let mut linker = defining(&engine, &["b", "a"]);
    linker.instance("a").resource::<Thing>("r", |_, _| Ok(())).unwrap();
    linker.func_wrap("f", |_, (): ()| Ok(())).unwrap();
    let listed: Vec<_> = linker.definitions().map(|item| (item.path.join("/"), item.kind)).collect();
    let expected = [
        ("f", DefinedKind::Func),
        ("b/get", DefinedKind::Func),
        ("a/get", DefinedKind::Func),
        ("a/r", DefinedKind::Resource),
    ];
    assert_eq!(listed, expected.map(|(path, kind)| (path.to_owned(), kind)));
    let replace = |linker: &mut Linker<()>| linker.instance("a").func_wrap("get", |_, (): ()| Ok(9u32)).map(|_| ());
    assert_eq!(replace(&mut linker), Err(LinkError::DefinedTwice("a/get".to_owned())));
    let before = linker.clone();
    replace(linker.allow_shadowing(true)).unwrap();
    assert!(replace(linker.allow_shadowing(false)).is_err());
    let component = importing(&engine, &["a"]);
    for (linker, expected) in [(before, 1), (linker, 9)] {
        let mut store = Store::new(linker.engine(), ());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let get = instance.get_typed_func::<(), u32>(&mut store, "f0").unwrap();
        assert_eq!(get.call(&mut store, ()).unwrap(), expected);
    }
}

#[test]
fn functions_are_found_once_for_all_instances() {
    let engine = Engine::default();
    let component = importing(&engine, &["a"]);
    let pre = defining(&engine, &["a"]).instantiate_pre(&component).unwrap();
    let get = pre.get_typed_func::<(), u32>("f0").unwrap();
    let dynamic = component.get_func("f0").unwrap();
    assert_eq!((dynamic.name(), dynamic.signature().to_string()), ("f0", "func() -> u32".to_owned()));
    let mut store = Store::new(&engine, ());
    for _ in 0..2 {
        let instance = pre.instantiate(&mut store).unwrap();
        assert_eq!(get.of(&mut store, instance).unwrap().call(&mut store, ()).unwrap(), 0);
        assert_eq!(dynamic.of(&mut store, instance).unwrap().call(&mut store, &[]).unwrap(), Some(Val::U32(0)));
    }
    assert!(component.get_func("f1").is_none());
    assert!(matches!(pre.get_typed_func::<(), u32>("f1"), Err(Error::Link(LinkError::UnknownExport { .. }))));
    assert!(matches!(pre.get_typed_func::<(), u64>("f0"), Err(Error::Link(LinkError::FuncType { .. }))));
    let same = defining(&engine, &["a"]).instantiate(&mut store, &importing(&engine, &["a"])).unwrap();
    assert!(matches!(get.of(&mut store, same), Err(Error::Link(LinkError::WrongComponent))));
    assert!(matches!(dynamic.of(&mut store, same), Err(Error::Link(LinkError::WrongComponent))));
    assert!(matches!(get.of(Store::new(&engine, ()), same), Err(Error::Link(LinkError::WrongStore))));
}

#[test]
fn a_typed_export_is_checked_again_where_other_types_stand_for_resources() {
    let engine = Engine::default();
    let text = r#"(component
      (import "r" (type $r (sub resource)))
      (import "make" (func $make (result (own $r))))
      (export "make" (func $make)))"#;
    let component = component(&engine, text);
    fn linker<R: 'static>(engine: &Engine) -> Linker<()> {
        let mut linker = Linker::new(engine);
        linker.resource::<R>("r", |_, _| Ok(())).unwrap();
        linker.func_wrap("make", |_, (): ()| Ok(Resource::<R>::new(1))).unwrap();
        linker
    }
    let [pre, alike, other] = [linker::<Thing>, linker::<Thing>, linker::<u8>]
        .map(|linker| linker(&engine).instantiate_pre(&component).unwrap());
    let make = pre.get_typed_func::<(), Resource<Thing>>("make").unwrap();
    let mut store = Store::new(&engine, ());
    let [own, alike, other] = [pre, alike, other].map(|pre| pre.instantiate(&mut store).unwrap());
    for instance in [own, alike] {
        assert_eq!(make.of(&mut store, instance).unwrap().call(&mut store, ()).unwrap().rep(), 1);
    }
    assert!(matches!(make.of(&mut store, other), Err(Error::Link(LinkError::FuncType { .. }))));
}
