//! What is refused, and what the error says. Whatever the input is, it is an error or bindings.

use cantilever_bindgen::{Error, Options, generate};
use std::fs;
use std::path::PathBuf;

/// A file that is gone after the test.
struct Wit(PathBuf);

impl Wit {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cantilever-bindgen-{}-{name}.wit", std::process::id()));
        fs::write(&path, text).unwrap();
        Wit(path)
    }

    fn error(&self) -> String {
        generate(&Options::new(&self.0)).expect_err("an error").to_string()
    }
}

impl Drop for Wit {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The error for an interface with this content, which starts in line 3.
fn refused(name: &str, content: &str) -> String {
    Wit::new(name, &format!("package a:b;\ninterface i {{\n{content}\n}}\nworld w {{ import i; }}\n")).error()
}

#[test]
fn what_is_unsupported_is_named_with_its_place() {
    let wide = (0..13).map(|i| format!("a{i}: u8")).collect::<Vec<_>>().join(", ");
    let flags = (0..33).map(|i| format!("flag{i}")).collect::<Vec<_>>().join(", ");
    for (name, content, place, words) in [
        ("async", "f: async func();".to_owned(), ":3:1", "the function `f` is `async`"),
        ("stream", "f: func() -> stream<u8>;".to_owned(), ":3:1", "the function `f` has streams"),
        ("future", "\n  record r { a: list<future> }".to_owned(), ":4:10", "the record `r` has futures"),
        ("params", format!("f: func({wide});"), ":3:1", "more than 12 parameters"),
        ("flags", format!("flags many {{ {flags} }}"), ":3:", "more than 32 flags"),
        ("empty", "record r {}".to_owned(), ":3:", "empty record"),
    ] {
        let error = refused(name, &content);
        assert!(error.contains(place) && error.contains(words), "{name}: {error}");
    }
}

#[test]
fn errors_in_wit_have_their_place() {
    let error = refused("syntax", "f: func(;");
    assert!(error.contains("wit:3:9"), "{error}");
    let error = refused("unknown", "f: func(a: nothing);");
    assert!(error.contains("wit:3:12") && error.contains("`nothing` does not exist"), "{error}");
}

#[test]
fn worlds_resources_and_crates_are_checked() {
    let wit = Wit::new("options", "package a:b;\ninterface i { resource r; }\nworld w { import i; }");
    let mut options = Options::new(&wit.0);
    options.world = Some("v".to_owned());
    assert!(matches!(generate(&options), Err(Error::Wit(text)) if text.contains("`v`")));
    options.world = None;
    for (path, ty, words) in [
        ("r", "R", "its interface is not named"),
        ("a:b/i/q", "R", "the world imports no such resource"),
        ("a:b/i/r", "fn", "no path of Rust"),
    ] {
        options.resources = [(path.to_owned(), ty.to_owned())].into();
        let error = generate(&options).expect_err(path).to_string();
        assert!(error.contains(words) && error.contains(path), "{error}");
    }
    options.resources.clear();
    options.runtime = "a-b".to_owned();
    assert!(matches!(generate(&options), Err(Error::RuntimePath(_))));
    assert!(matches!(generate(&Options::new("nowhere.wit")), Err(Error::File { .. })));
}

#[test]
fn types_neither_nest_nor_multiply_without_bound() {
    let deep: String = (1..1000).map(|i| format!("type t{i} = option<t{}>;", i - 1)).collect();
    let error = refused("deep", &format!("type t0 = string; {deep} f: func(a: t999);"));
    assert!(error.contains("nested more than 200 deep"), "{error}");
    let wide: String = (1..100).map(|i| format!("type t{i} = tuple<t{0}, t{0}>;", i - 1)).collect();
    let error = refused("wide", &format!("type t0 = string; {wide} f: func(a: t99);"));
    assert!(error.contains("is made of more than 10000 types"), "{error}");
}

#[test]
fn long_chains_of_interfaces_are_read_or_refused() {
    let link = |i: u32| format!("interface i{i} {{ use i{}.{{t}}; }}\n", i - 1);
    let chain = |length: u32| {
        let links: String = (1..=length).map(link).collect();
        format!("package a:b;\ninterface i0 {{ type t = u8; }}\n{links}world w {{ import i{length}; }}\n")
    };
    let read = Wit::new("chain", &chain(20_000));
    assert!(read.error().contains("nested more than 200 deep"));
    let refused = Wit::new("long", &chain(150_000));
    assert!(refused.error().contains("at most 4194304 are read"));
}

#[test]
fn unstable_items_are_generated_on_demand() {
    let text =
        "package a:b@0.1.0;\ninterface i { f: func(); @unstable(feature = new) g: func(); }\nworld w { import i; }";
    let wit = Wit::new("features", text);
    let mut options = Options::new(&wit.0);
    let has_g = |options: &Options| generate(options).unwrap().files().any(|(_, text)| text.contains("fn g("));
    assert!(!has_g(&options));
    options.features = vec!["new".to_owned()];
    assert!(has_g(&options));
    options.features.clear();
    options.all_features = true;
    assert!(has_g(&options));
}
