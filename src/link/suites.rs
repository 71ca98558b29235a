//! Tests on inputs that are not in this repository: the official suite, and components that real tools built. They are
//! looked for in `../shared` beside the crate; where that is missing the tests say so and do nothing.

use super::plan;
use crate::error::Error;
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

#[test]
fn real_components_link() {
    let Some(dir) = shared("components") else { return };
    for name in ["kv-provider", "kv-app", "kv-c-c", "kv-c-js"] {
        let bytes = std::fs::read(dir.join(name).with_extension("wasm")).expect("a readable component");
        let plan = plan(bytes.into()).expect("a component that links");
        eprintln!(
            "{name}: {} instances {:?}, {} modules, {} core instances, {} canons, {} lifts, {} imports, {} types",
            plan.instances.len(),
            plan.instances,
            plan.modules.len(),
            plan.core_instances.len(),
            plan.canons.len(),
            plan.lifts.len(),
            plan.imports.len(),
            plan.types.len(),
        );
        eprintln!("   resources {:?}", plan.resources.values().map(|r| (&r.name, r.implementer)).collect::<Vec<_>>());
        eprintln!("   dtors {:?}", plan.dtors);
        eprintln!("   lifts {:?}", plan.lifts.iter().map(|l| &l.name).collect::<Vec<_>>());
        eprintln!("   exports {:?}", plan.exports.iter().map(|(n, _)| n).collect::<Vec<_>>());
        eprintln!("   imports {:?}", plan.imports.iter().map(|i| &i.path).collect::<Vec<_>>());
        for canon in &plan.canons { 
            if let crate::model::plan::Canon::Lower{name,instance,target,..}=canon {
                eprintln!("   lower {name} in {instance} -> {}", match target { crate::model::plan::CanonTarget::Lift(l)=>format!("lift in {} {:?}", l.instance,l.callee), crate::model::plan::CanonTarget::Import(i)=>format!("import {i}")});
            } else { eprintln!("   {canon:?}"); }
        }
    }
}
