//! Host functions that look at strings and lists where they lie.

use super::{LIBC, load};
use cantilever::runtime::{Component, Engine, Linker, Resource, Store};

/// Passes a string and two lists on to the host, as it gets them, with a string encoding of its
/// own.
fn component(engine: &Engine, encoding: &str) -> Component {
    let ty = r#"(param "text" string) (param "words" (list u32)) (param "bytes" (list u8)) (result u32)"#;
    let options = format!("string-encoding={encoding} (memory $memory) (realloc $realloc)");
    let text = format!(
        r#"(component
  (import "look" (func $look {ty}))
  {LIBC}
  (core func $look (canon lower (func $look) {options}))
  (core module $M
    (import "" "look" (func $look (param i32 i32 i32 i32 i32 i32) (result i32)))
    (func (export "run") (param i32 i32 i32 i32 i32 i32) (result i32)
      (call $look (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))))
  (core instance $m (instantiate $M (with "" (instance (export "look" (func $look))))))
  (func (export "run") {ty} (canon lift (core func $m "run") {options})))"#
    );
    load(engine, &text)
}

type Params = (&'static str, Vec<u32>, Vec<u8>);

/// What the host has seen.
type Seen = Vec<(String, Vec<u32>, Vec<u8>)>;

#[test]
fn strings_and_numbers_are_looked_at() {
    let engine = Engine::default();
    for encoding in ["utf8", "utf16", "latin1+utf16"] {
        let component = component(&engine, encoding);
        let mut linker = Linker::<Seen>::new(&engine);
        linker
            .func_view::<(&str, &[u32], &[u8]), u32, _>("look", |seen, (text, words, bytes)| {
                seen.push((text.to_owned(), words.to_vec(), bytes.to_vec()));
                Ok(words.iter().copied().fold(0, u32::wrapping_add))
            })
            .unwrap();
        let mut store = Store::new(&engine, Seen::new());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let run = instance.get_typed_func::<Params, u32>(&mut store, "run").unwrap();
        for text in ["", "plain", "zwölf €🦀"] {
            let (words, bytes) = (vec![1, u32::MAX, 7], vec![0, 255]);
            assert_eq!(run.call(&mut store, (text, words.clone(), bytes.clone())).unwrap(), 7);
            assert_eq!(run.call(&mut store, (text, vec![], vec![])).unwrap(), 0);
            let seen = [(text.to_owned(), words, bytes), (text.to_owned(), vec![], vec![])];
            assert_eq!(store.data()[..], seen);
            store.data_mut().clear();
        }
    }
}

#[test]
fn parameters_that_are_no_views_are_lifted() {
    let engine = Engine::default();
    let component = component(&engine, "utf8");
    let mut linker = Linker::<()>::new(&engine);
    let look = |(): &mut (), (text, words, bytes): (String, &[u32], Vec<u8>)| {
        Ok((text.len() + words.len() + bytes.len()) as u32)
    };
    linker.func_view::<(String, &[u32], Vec<u8>), u32, _>("look", look).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<Params, u32>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, ("abc", vec![1], vec![2, 3])).unwrap(), 6);
}

#[test]
fn views_are_checked_as_other_types_are() {
    let engine = Engine::default();
    let component = component(&engine, "utf8");
    let mut linker = Linker::<()>::new(&engine);
    linker.func_view::<(&str, &[u64], Resource<()>), u32, _>("look", |(), _| Ok(0)).unwrap();
    let error = linker.instantiate_pre(&component).unwrap_err().to_string();
    assert!(error.contains("in the elements of parameter 2 (`words`): expected u32, found u64"), "{error}");
}

/// Passes compound values on to the host, as it gets them.
fn compounds(engine: &Engine) -> Component {
    let ty = r#"(param "headers" (list (tuple string (list u8)))) (param "body" (option string))
      (param "outcome" (result (list u32) (error string))) (param "sizes" (map string u16))
      (param "key" (tuple (list (list u8 4)) u8)) (result u32)"#;
    let options = "(memory $memory) (realloc $realloc)";
    let text = format!(
        r#"(component
  (import "look" (func $look {ty}))
  {LIBC}
  (core func $look (canon lower (func $look) {options}))
  (core module $M
    (import "" "look" (func $look (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (export "run" (func $look)))
  (core instance $m (instantiate $M (with "" (instance (export "look" (func $look))))))
  (func (export "run") {ty} (canon lift (core func $m "run") {options})))"#
    );
    load(engine, &text)
}

#[test]
fn views_lie_in_compound_types() {
    type Sizes = Vec<(&'static str, u16)>;
    let engine = Engine::default();
    let component = compounds(&engine);
    let mut linker = Linker::<String>::new(&engine);
    type Seen = (
        Vec<(&'static str, &'static [u8])>,
        Option<&'static str>,
        Result<&'static [u32], Box<&'static str>>,
        Sizes,
        (&'static [[u8; 4]], u8),
    );
    linker
        .func_view::<Seen, u32, _>("look", |seen, (headers, body, outcome, sizes, key)| {
            *seen = format!("{headers:?} {body:?} {outcome:?} {sizes:?} {key:?}");
            let sum = outcome.map_or(0, |numbers| numbers.iter().sum());
            Ok(sum + headers.iter().map(|(_, value)| value.len() as u32).sum::<u32>())
        })
        .unwrap();
    let mut store = Store::new(&engine, String::new());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    type Given<'a> =
        (Vec<(&'a str, &'a [u8])>, Option<&'a str>, Result<&'a [u32], &'a str>, Sizes, (&'a [[u8; 4]], u8));
    let run = instance.get_typed_func::<Given<'_>, u32>(&mut store, "run").unwrap();
    let headers = vec![("größe", &[1, 2, 3][..]), ("", &[])];
    let sizes = vec![("a", 1), ("bc", 2)];
    let keys: &[[u8; 4]] = &[[1, 2, 3, 4], [5; 4]];
    let given = (headers.clone(), Some("body"), Ok(&[40, 2][..]), sizes.clone(), (keys, 9));
    assert_eq!(run.call(&mut store, given.clone()).unwrap(), 45);
    let shown = |(headers, body, outcome, sizes, key): &Given<'_>| {
        format!("{headers:?} {body:?} {outcome:?} {sizes:?} {key:?}")
    };
    assert_eq!(*store.data(), shown(&given));
    let given: Given<'_> = (vec![], None, Err("none"), vec![], (&[], 0));
    assert_eq!(run.call(&mut store, given.clone()).unwrap(), 0);
    assert_eq!(*store.data(), shown(&given));
}
