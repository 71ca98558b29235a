//! Tests on inputs that are not in this repository: the official suite, and components that real
//! tools built. They are looked for in `../shared` beside the crate; where that is missing the
//! tests say so and do nothing.

use super::plan;
use crate::error::Error;
use crate::plan::{Canon, CanonTarget, Export};
use cantilever_abi::ResourceImpl;
use std::path::{Path, PathBuf};
use wast::parser::{ParseBuffer, parse};
use wast::{QuoteWat, Wast, WastDirective};

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.join("shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} does not exist", path.display());
    None
}

/// All `.wast` files below a directory, except those in a directory of this name.
fn scripts(dir: &Path, except: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a readable directory") {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() && !path.ends_with(except) {
            found.extend(scripts(&path, except));
        } else if path.extension().is_some_and(|e| e == "wast") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What is wrong with the outcome of a directive, if anything.
fn judge(module: &mut QuoteWat, must_link: bool) -> Option<String> {
    let bytes = match module.encode() {
        Ok(bytes) => bytes,
        Err(error) if must_link => return Some(format!("cannot be encoded: {error}")),
        Err(_) => return None,
    };
    match plan(bytes.into()) {
        Ok(_) | Err(Error::Unsupported { .. }) if must_link => None,
        Err(error) if must_link => Some(error.to_string()),
        Ok(_) => Some("an invalid input was accepted".to_string()),
        Err(_) => None,
    }
}

#[test]
fn suite_links_what_is_valid_and_refuses_what_is_not() {
    let Some(dir) = shared("suites/component-model") else { return };
    let (mut faults, mut judged) = (Vec::new(), 0);
    for path in scripts(&dir, "none") {
        let text = std::fs::read_to_string(&path).expect("a readable script");
        let buffer = ParseBuffer::new(&text).expect("a script that lexes");
        let script = match parse::<Wast>(&buffer) {
            Ok(script) => script,
            Err(error) => {
                eprintln!("SKIPPED: {}: the parser does not know its syntax: {error}", path.display());
                continue;
            }
        };
        for directive in script.directives {
            let line = directive.span().linecol_in(&text).0 + 1;
            let fault = match directive {
                WastDirective::Module(mut m) | WastDirective::ModuleDefinition(mut m) => judge(&mut m, true),
                WastDirective::AssertInvalid { mut module, .. } | WastDirective::AssertMalformed { mut module, .. } => {
                    judge(&mut module, false)
                }
                _ => continue,
            };
            judged += 1;
            faults.extend(fault.map(|f| format!("{}:{line}: {f}", path.display())));
        }
    }
    eprintln!("{judged} directives");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn component(name: &str) -> Option<Vec<u8>> {
    let path = shared("components")?.join(name).with_extension("wasm");
    Some(std::fs::read(path).expect("a readable component"))
}

#[test]
fn provider_defines_the_resources_that_it_exports() {
    let Some(bytes) = component("kv-provider") else { return };
    let plan = plan(bytes.into()).expect("a component that links");
    let names: Vec<&str> = plan.resources.values().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["cursor", "bucket"]);
    assert!(plan.resources.values().all(|r| r.implementer == ResourceImpl::Guest(0) && r.has_dtor));
    assert_eq!((plan.lifts.len(), plan.imports.len(), plan.instances.len()), (16, 0, 1));
    assert_eq!(plan.lifts[1].name, "demo:kv/store@0.1.0#[constructor]bucket");
    let [(name, Export::Instance(exports))] = &plan.exports[..] else { panic!("one instance is exported") };
    assert_eq!((name.as_str(), exports.len()), ("demo:kv/store@0.1.0", 23));
}

#[test]
fn app_imports_resources_and_functions_by_path() {
    let Some(bytes) = component("kv-app") else { return };
    let plan = plan(bytes.into()).expect("a component that links");
    assert_eq!(plan.imports.len(), 18);
    assert_eq!(plan.imports[1].path, ["demo:kv/store@0.1.0", "bucket"]);
    assert!(plan.resources.values().all(|r| matches!(r.implementer, ResourceImpl::Host { .. })));
}

#[test]
fn composition_joins_every_lower_to_a_lift() {
    for (name, instances) in [("kv-c-c", 3), ("kv-c-js", 3)] {
        let Some(bytes) = component(name) else { return };
        let plan = plan(bytes.into()).expect("a component that links");
        assert_eq!((plan.instances.len(), plan.imports.len(), plan.lifts.len()), (instances, 0, 1), "{name}");
        let lowers = plan.canons.iter().filter(|canon| match canon {
            Canon::Lower { target, .. } => matches!(target, CanonTarget::Lift(_)),
            _ => false,
        });
        assert_eq!(lowers.count(), 16, "{name}");
    }
}

/// What is cut off is refused; nothing panics.
#[test]
fn components_that_are_cut_off_are_refused() {
    let Some(bytes) = component("kv-provider") else { return };
    for cut in (0..bytes.len()).step_by(bytes.len() / 100) {
        assert!(plan(bytes[..cut].into()).is_err(), "a component cut off at {cut} was accepted");
    }
}
