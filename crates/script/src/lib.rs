//! Runs the specification's test scripts (`.wast`), for core modules and for components.
//!
//! A script is a list of directives. Everything is compiled and run through the library's façade.
//! Nothing here knows how.

mod component_value;
mod core_value;
mod directive;
mod instance;
mod outcome;
mod source;
mod spectest;

use cantilever::CompileOptions;
use cantilever::runtime::Config;
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;

pub use outcome::Obstacle;

/// How scripts are run.
#[derive(Debug, Clone, Default)]
pub struct ScriptOptions {
    /// Accept any wording of the message in `assert_invalid` and `assert_malformed`. The wording of
    /// traps is always compared.
    pub ignore_error_messages: bool,
    /// How code is made.
    pub compile: CompileOptions,
    /// How it is run.
    pub engine: Config,
}

/// The directive that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFailure {
    /// Its line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for ScriptFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.why)
    }
}

impl std::error::Error for ScriptFailure {}

/// Runs a script up to the first directive that does not do what it should; how many directives it
/// has.
///
/// The path names the script in messages. It is not opened.
pub fn run(path: &Path, text: &str, options: &ScriptOptions) -> Result<usize, ScriptFailure> {
    let mut count = 0;
    let mut failure = None;
    run_each(path, text, options, |line, outcome| match outcome {
        Ok(()) => {
            count += 1;
            ControlFlow::Continue(())
        }
        Err(obstacle) => {
            failure = Some(ScriptFailure { line, why: obstacle.to_string() });
            ControlFlow::Break(())
        }
    })?;
    failure.map_or(Ok(count), Err)
}

/// Runs a script as long as `report` wants to go on. It is told of each directive, with its line.
///
/// An error is about the script as a whole: it cannot be parsed.
pub fn run_each(
    path: &Path,
    text: &str,
    options: &ScriptOptions,
    mut report: impl FnMut(usize, Result<(), Obstacle>) -> ControlFlow<()>,
) -> Result<(), ScriptFailure> {
    let confusing_unicode = path.file_name().is_some_and(|name| name == "names.wast");
    let buffer = source::buffer(text, confusing_unicode)?;
    let directives = source::parse(text, &buffer)?;
    let lines = source::Lines::of(text);
    let mut runner = directive::Runner::new(options).map_err(|why| ScriptFailure { line: 1, why })?;
    for directive in directives {
        let line = lines.line(directive.span());
        if report(line, runner.run(directive)).is_break() {
            break;
        }
    }
    Ok(())
}
