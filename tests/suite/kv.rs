//! A key-value store and an application that drives every function of it, as real toolchains build
//! them.
//!
//! What the application prints must be what it prints elsewhere, whoever implements the store: a
//! component, a component behind others with other string encodings, or the host.

#[path = "../../examples/host_store/bind.rs"]
mod bind;
mod composition;
mod forward;
mod host;
#[expect(clippy::module_inception, reason = "the example calls its store so")]
#[path = "../../examples/host_store/kv.rs"]
mod kv;
mod provider;

use crate::files;
use cantilever::Compile;
use cantilever::CompileOptions;
use cantilever::runtime::{Component, Engine, Linker, Store};

/// How often the scenario repeats its bulk part, in the transcript.
const ROUNDS: u32 = 5000;
const TRANSCRIPT: &str = "kv-c-c.run-5000.txt";

fn load(engine: &Engine, bytes: &[u8]) -> Component {
    Component::new(engine, bytes).unwrap()
}

/// What `run(rounds)` of a component without imports returns.
fn run(component: &Component, rounds: u32) -> String {
    let mut store = Store::new(component.engine(), ());
    let instance = Linker::new(component.engine()).instantiate(&mut store, component).unwrap();
    let run = instance.get_typed_func::<(u32,), String>(&mut store, "run").unwrap();
    run.call(&mut store, (rounds,)).unwrap()
}

/// Runs the application behind middle components with these string encodings.
fn run_through(encodings: &[&str]) {
    let (Some(provider), Some(app), Some(expected)) =
        (files::read("kv-provider.wasm"), files::read("kv-app.wasm"), files::transcript(TRANSCRIPT))
    else {
        return;
    };
    let middles: Vec<Vec<u8>> = encodings.iter().map(|encoding| composition::middle(encoding)).collect();
    let middles: Vec<&[u8]> = middles.iter().map(Vec::as_slice).collect();
    let component = load(&Engine::default(), &composition::chain(&provider, &middles, &app));
    assert_eq!(run(&component, ROUNDS), expected);
}

#[test]
fn the_composition_prints_the_transcript() {
    let (Some(bytes), Some(expected)) = (files::read("kv-c-c.wasm"), files::transcript(TRANSCRIPT)) else { return };
    assert_eq!(run(&load(&Engine::default(), &bytes), ROUNDS), expected);
}

#[test]
fn an_object_prints_the_transcript() {
    let (Some(bytes), Some(expected)) = (files::read("kv-c-c.wasm"), files::transcript(TRANSCRIPT)) else { return };
    let object = cantilever::compile(&bytes, &CompileOptions::default(), &()).unwrap();
    // SAFETY: the compiler has just written it.
    let component = unsafe { Component::from_object(&Engine::default(), &object) }.unwrap();
    assert_eq!(run(&component, ROUNDS), expected);
}

#[test]
fn instances_do_not_share_state() {
    let (Some(bytes), Some(expected)) = (files::read("kv-c-c.wasm"), files::transcript(TRANSCRIPT)) else { return };
    let component = load(&Engine::default(), &bytes);
    let runs: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn({
                let component = component.clone();
                move || run(&component, ROUNDS)
            })
        })
        .collect();
    for printed in runs {
        assert_eq!(printed.join().unwrap(), expected);
    }
}

#[test]
fn unoptimised_code_prints_the_transcript() {
    let (Some(bytes), Some(expected)) = (files::read("kv-c-c.wasm"), files::transcript(TRANSCRIPT)) else { return };
    let options = CompileOptions { opt_level: cantilever::OptLevel::None, ..CompileOptions::default() };
    let component = Component::with_options(&Engine::default(), &bytes, &options).unwrap();
    assert_eq!(run(&component, ROUNDS), expected);
}

#[test]
fn a_direct_composition_of_ours_prints_the_transcript() {
    run_through(&[]);
}

#[test]
fn a_provider_in_utf16_prints_the_transcript() {
    run_through(&["utf16"]);
}

#[test]
fn a_provider_in_latin1_or_utf16_prints_the_transcript() {
    run_through(&["latin1+utf16"]);
}

#[test]
fn a_chain_of_all_encodings_prints_the_transcript() {
    run_through(&["latin1+utf16", "utf16", "latin1+utf16", "utf8", "utf16"]);
}

/// A whole JavaScript engine implements the store: it takes long to compile, so it is run only when
/// asked for.
#[test]
fn a_provider_in_javascript_prints_its_transcript() {
    if std::env::var_os("CANTILEVER_LARGE").is_none() {
        println!("skipped: CANTILEVER_LARGE is not set");
        return;
    }
    let (Some(bytes), Some(expected)) = (files::read("kv-c-js.wasm"), files::transcript("kv-c-js.run-50.txt")) else {
        return;
    };
    assert_eq!(run(&load(&Engine::default(), &bytes), 50), expected);
}
