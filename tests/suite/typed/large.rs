//! Strings and lists that are large enough to be handed over to the host as they are, beside those
//! that are not.

use super::allocation::allocations_in;
use super::{LIBC, load};
use cantilever::abi::block::TrapKind;
use cantilever::runtime::{Component, Engine, Linker, Store, Val};

/// `run` passes what it gets to the host and returns it; `ill` passes that many letters to the
/// host, and one odd byte.
fn component(engine: &Engine, encoding: &str, post_return: &str) -> Component {
    let values = r#"(param "text" string) (param "words" (list u32))"#;
    let options = format!("string-encoding={encoding} (memory $memory) (realloc $realloc)");
    let text = format!(
        r#"(component
  (import "take" (func $take {values}))
  {LIBC}
  (core func $take (canon lower (func $take) {options}))
  (core module $M
    (import "" "take" (func $take (param i32 i32 i32 i32)))
    (import "" "memory" (memory 1))
    (func (export "post") (param i32))
    (func (export "run") (param i32 i32 i32 i32) (result i32)
      (call $take (local.get 0) (local.get 1) (local.get 2) (local.get 3))
      (i32.store (i32.const 64) (local.get 0))
      (i32.store (i32.const 68) (local.get 1))
      (i32.store (i32.const 72) (local.get 2))
      (i32.store (i32.const 76) (local.get 3))
      (i32.const 64))
    (func (export "ill") (param i32 i32)
      (memory.fill (i32.const 1048576) (i32.const 97) (local.get 0))
      (i32.store8 (i32.add (i32.const 1048576) (local.get 0)) (local.get 1))
      (call $take (i32.const 1048576) (i32.add (local.get 0) (i32.const 1)) (i32.const 0) (i32.const 0))))
  (core instance $m (instantiate $M
    (with "" (instance (export "take" (func $take)) (export "memory" (memory $memory))))))
  (func (export "run") {values} (result (tuple string (list u32))) (canon lift (core func $m "run") {options} {post_return}))
  (func (export "ill") (param "letters" u32) (param "last" u32) (canon lift (core func $m "ill"))))"#
    );
    load(engine, &text)
}

/// A component that calls the post-return function, and one that has none, for each encoding.
fn components(engine: &Engine) -> impl Iterator<Item = Component> {
    let all = ["utf8", "utf16", "latin1+utf16"]
        .into_iter()
        .flat_map(|e| [(e, ""), (e, r#"(post-return (core func $m "post"))"#)]);
    all.map(|(encoding, post_return)| component(engine, encoding, post_return))
}

type Seen = Vec<(String, Vec<u32>)>;

fn texts() -> impl Iterator<Item = (String, Vec<u32>)> {
    let sizes = [0, 1, 4095, 4096, 4097, 70_001];
    sizes.into_iter().flat_map(|size: usize| {
        ["a", "é", "漢"].map(|letter| (letter.repeat(size / letter.len()), (0..size as u32 / 4).collect()))
    })
}

#[test]
fn large_values_arrive_as_small_ones_do() {
    let engine = Engine::default();
    for component in components(&engine) {
        let mut linker = Linker::<Seen>::new(&engine);
        linker
            .func_wrap("take", |mut caller, (text, words): (String, Vec<u32>)| {
                caller.data_mut().push((text, words));
                Ok(())
            })
            .unwrap();
        let mut store = Store::new(&engine, Seen::new());
        for (text, words) in texts() {
            let instance = linker.instantiate(&mut store, &component).unwrap();
            let run = instance.get_typed_func::<(String, Vec<u32>), (String, Vec<u32>)>(&mut store, "run").unwrap();
            let returned = run.call(&mut store, (text.clone(), words.clone())).unwrap();
            let dynamic = [Val::String(text.clone()), Val::List(words.iter().copied().map(Val::U32).collect())];
            let again = run.func().call(&mut store, &dynamic).unwrap();
            assert_eq!(again, Some(Val::Tuple(dynamic.to_vec())));
            assert_eq!(returned, (text.clone(), words.clone()));
            let seen = std::mem::take(store.data_mut());
            assert_eq!(seen, [(text.clone(), words.clone()), (text, words)]);
        }
    }
}

#[test]
fn what_is_ill_formed_is_refused_at_any_length() {
    let engine = Engine::default();
    let component = component(&engine, "utf8", "");
    let mut keeping = Linker::<()>::new(&engine);
    keeping.func_wrap("take", |_, (_, _): (String, Vec<u32>)| Ok(())).unwrap();
    let mut looking = Linker::<()>::new(&engine);
    looking.func_view::<(&str, &[u32]), (), _>("take", |_, _| Ok(())).unwrap();
    for linker in [keeping, looking] {
        for letters in [0, 10, 4095, 65_536u32] {
            for (last, kind) in [(0xff, TrapKind::InvalidUtf8), (0xe6, TrapKind::IncompleteUtf8)] {
                let mut store = Store::new(&engine, ());
                let instance = linker.instantiate(&mut store, &component).unwrap();
                let ill = instance.get_typed_func::<(u32, u32), ()>(&mut store, "ill").unwrap();
                let error = ill.call(&mut store, (letters, last)).unwrap_err();
                assert_eq!(error.trap().unwrap().kind(), Some(kind), "{letters} letters");
            }
        }
    }
}

#[test]
fn a_large_string_is_allocated_once() {
    let engine = Engine::default();
    let component = component(&engine, "utf8", "");
    let mut linker = Linker::<String>::new(&engine);
    linker
        .func_wrap("take", |mut caller, (text, _): (String, Vec<u32>)| {
            *caller.data_mut() = text;
            Ok(())
        })
        .unwrap();
    let mut store = Store::new(&engine, String::new());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(&str, &[u32]), (String, Vec<u32>)>(&mut store, "run").unwrap();
    let text = "a".repeat(10_000);
    let mut call = || run.call(&mut store, (&text, &[])).unwrap();
    // What keeps account of large allocations has its room now.
    call();
    assert_eq!(allocations_in(|| drop(call())), 2, "one is the host function's, one the caller's");
}
