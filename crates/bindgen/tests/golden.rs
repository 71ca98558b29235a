//! What is generated for small worlds, one idea each: `golden/NAME.wit` becomes
//! `golden/NAME.expected`. With `CANTILEVER_BLESS=1` the expected files are written.

use cantilever_bindgen::{Options, generate};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn check(options: &Options, name: &str) {
    let bindings = generate(options).unwrap();
    let mut actual = String::new();
    for (path, text) in bindings.files() {
        write!(actual, "==== {}\n{text}", path.display()).unwrap();
    }
    let file = golden().join(name).with_extension("expected");
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        fs::write(&file, &actual).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap();
    let different = actual.lines().zip(expected.lines()).enumerate().find(|(_, (actual, expected))| actual != expected);
    assert!(actual == expected, "{name}: another text is generated (CANTILEVER_BLESS=1 accepts it): {different:?}");
}

fn options(name: &str) -> Options {
    Options::new(golden().join(name).with_extension("wit"))
}

#[test]
fn types_become_structs_and_enums() {
    check(&options("types"), "types");
}

#[test]
fn imports_become_traits() {
    check(&options("imports"), "imports");
}

#[test]
fn exports_become_structs_with_methods() {
    check(&options("exports"), "exports");
}

#[test]
fn names_that_clash_differ() {
    check(&options("names"), "names");
}

#[test]
fn documentation_is_that_of_the_wit() {
    check(&options("docs"), "docs");
}

#[test]
fn resources_and_the_runtime_are_what_the_caller_says() {
    let mut options = options("imports");
    let types = [("store/bucket", "crate::Bucket"), ("store/cursor", "crate::cursor::Place")];
    options.resources = types.map(|(resource, ty)| (format!("demo:golden/{resource}"), ty.to_owned())).into();
    options.runtime = "cantilever::runtime".to_owned();
    check(&options, "resources");
}
