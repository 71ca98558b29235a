//! `cantilever wast`: the specification's test scripts.

use super::Failure;
use super::code_options::CodeOptions;
use cantilever_script::{self as script, ScriptOptions};
use clap::Args;
use std::path::{Path, PathBuf};

/// Run test scripts (.wast) for components and core modules
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Wast {
    /// The scripts; a folder means every .wast file in it and below
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Accept any wording of the message in `assert_invalid` and `assert_malformed`
    ///
    /// The wording of traps is compared in any case.
    #[arg(long)]
    ignore_error_messages: bool,

    #[command(flatten)]
    code: CodeOptions,
}

const EXAMPLES: &str = "\
Examples:
  cantilever wast resources/borrows.wast
  cantilever wast --ignore-error-messages component-model/

Prints `ok FILE` or `FAIL FILE:LINE: why` for each script, which ends at the
first directive that fails, then `N passed, N failed`. The exit code is 1 when
any failed.";

impl Wast {
    /// Runs every script.
    pub fn execute(&self) -> Result<(), Failure> {
        let options = ScriptOptions {
            ignore_error_messages: self.ignore_error_messages,
            compile: self.code.compile_options(),
            engine: self.code.engine_config(),
        };
        let (mut passed, mut failed) = (0, 0);
        for file in scripts(&self.files)? {
            match run(&file, &options) {
                Ok(()) => {
                    passed += 1;
                    println!("ok {}", file.display());
                }
                Err(why) => {
                    failed += 1;
                    println!("FAIL {}:{}", file.display(), why.replace('\n', " "));
                }
            }
        }
        println!("{passed} passed, {failed} failed");
        if failed == 0 { Ok(()) } else { Err(Failure::Reported) }
    }
}

fn run(file: &Path, options: &ScriptOptions) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("0: {e}"))?;
    script::run(file, &text, options).map(|_| ()).map_err(|failure| failure.to_string())
}

/// The scripts, with folders replaced by what is in them, in order of their names.
fn scripts(files: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = files.iter().rev().cloned().collect();
    while let Some(path) = pending.pop() {
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        let unreadable = |e| Failure::refused(format!("{}: {e}", path.display()));
        let entries = std::fs::read_dir(&path).map_err(unreadable)?;
        let mut entries =
            entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        entries.retain(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "wast"));
        entries.sort();
        pending.extend(entries.into_iter().rev());
    }
    Ok(found)
}
