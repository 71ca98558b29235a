//! The Component Model's official test scripts, outside `async/`.
//!
//! They are data that lies beside the project, in `../shared/suites/component-model`. Where it is
//! missing the test says so and passes, except in continuous integration, where it must be there.

use cantilever::CompileOptions;
use cantilever_script::{self as script, ScriptOptions};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Scripts that are known not to pass, each with the reason. A script that passes must not stand
/// here.
const EXPECTED_FAILURES: &[(&str, &str)] = &[];

fn suite() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/component-model");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} must be there in continuous integration", folder.display());
    println!("SKIPPED: the official scripts are not there: {}", folder.display());
    None
}

/// Every script below the folder but those in `async/`, by its path in the folder.
fn scripts(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(current) = pending.pop() {
        for entry in fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "async") {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wast") {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn official_scripts() {
    run_all(&CompileOptions::default());
}

#[test]
fn options_that_check_more_change_no_result() {
    /// Enough for what the scripts expect to be granted.
    const MEMORY_RESERVATION: u64 = 1 << 20;
    run_all(&CompileOptions {
        interruptible: true,
        fuel: true,
        memory_reservation: MEMORY_RESERVATION,
        ..CompileOptions::default()
    });
}

fn run_all(compile: &CompileOptions) {
    let Some(folder) = suite() else { return };
    let scripts = scripts(&folder);
    assert!(scripts.len() >= 29, "the suite is not whole: {scripts:?}");
    // The wording of what a validator says is not specified; that of traps is.
    let options = ScriptOptions { ignore_error_messages: true, compile: compile.clone(), ..ScriptOptions::default() };
    let mut wrong = String::new();
    for script in &scripts {
        let path = folder.join(script);
        let outcome = script::run(&path, &fs::read_to_string(&path).unwrap(), &options);
        let expected = EXPECTED_FAILURES.iter().find(|(name, _)| name == script);
        match (outcome, expected) {
            (Ok(_), None) => println!("ok {script}"),
            (Err(failure), Some((_, reason))) => println!("fails as expected ({reason}): {script}:{failure}"),
            (Ok(_), Some(_)) => writeln!(wrong, "{script} passes now: take it off the list").unwrap(),
            (Err(failure), None) => writeln!(wrong, "FAIL {script}:{failure}").unwrap(),
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
