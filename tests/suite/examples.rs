//! The examples run and find what they expect.

#[path = "../../examples/adapter_pass.rs"]
mod adapter_pass;
#[path = "../../examples/compile_and_load.rs"]
mod compile_and_load;
#[path = "../../examples/guest_resource.rs"]
mod guest_resource;
#[path = "../../examples/host_resource.rs"]
mod host_resource;
#[expect(dead_code, reason = "its command line is not used here")]
#[path = "../../crates/runtime/examples/load_and_call.rs"]
mod load_and_call;
#[path = "../../examples/tally/main.rs"]
mod tally;

use cantilever::CompileOptions;
use cantilever_bindgen::{Options, generate};
use std::path::Path;

#[test]
fn the_adapter_pass_stands_alone() {
    adapter_pass::main().unwrap();
}

#[test]
fn an_object_is_compiled_and_loaded() {
    compile_and_load::main().unwrap();
}

#[test]
fn a_host_drives_a_guest_resource() {
    guest_resource::main().unwrap();
}

#[test]
fn a_guest_drives_a_host_resource() {
    host_resource::main().unwrap();
}

#[test]
fn a_host_has_generated_bindings() {
    tally::main().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tally");
    let mut options = Options::new(example.join("wit"));
    options.runtime = "cantilever::runtime".to_owned();
    let bindings = generate(&options).unwrap();
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        bindings.write(&example.join("bindings")).unwrap();
    }
    let stale = bindings.stale(&example.join("bindings")).unwrap();
    assert!(stale.is_empty(), "another text is generated (CANTILEVER_BLESS=1 accepts it): {stale:?}");
}

#[test]
fn an_object_is_loaded_by_the_runtime_alone() {
    let path = std::env::temp_dir().join(format!("cantilever-load-{}.o", std::process::id()));
    let text = wat::parse_str(include_str!("../../examples/counter.wat")).unwrap();
    std::fs::write(&path, cantilever::compile(&text, &CompileOptions::default(), &()).unwrap()).unwrap();
    let counted = load_and_call::call(&path, "count", 3);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(counted.unwrap(), 3);
}
