//! Compares two outcomes, and reports the difference.

use crate::differential::generate::Case;
use crate::differential::observe::Outcome;
use crate::differential::subject;
use crate::peer;
use cantilever::CompileOptions;
use wasmtime::Engine;

/// A difference between the engines.
pub struct Difference {
    pub case: Case,
    pub options: CompileOptions,
    pub ours: String,
    pub theirs: String,
}

/// Runs a case on both engines; what Wasmtime did.
pub fn compare(engine: &Engine, case: Case, options: CompileOptions) -> Result<Outcome, Box<Difference>> {
    let theirs = peer::run(engine, &case);
    let ours = subject::run(&case, &options);
    match first_difference(&ours, &theirs) {
        None => Ok(theirs),
        Some((ours, theirs)) => Err(Box::new(Difference { case, options, ours, theirs })),
    }
}

/// The first line that differs, as each has it. Lines that one of them cannot have because it is
/// cut do not count.
fn first_difference(ours: &Outcome, theirs: &Outcome) -> Option<(String, String)> {
    let line = |of: &Outcome, index: usize| of.lines.get(index).map_or("(nothing)", String::as_str).to_owned();
    let ended = |of: &Outcome, index: usize| of.cut && index >= of.lines.len();
    (0..ours.lines.len().max(theirs.lines.len()))
        .take_while(|index| !ended(ours, *index) && !ended(theirs, *index))
        .map(|index| (line(ours, index), line(theirs, index)))
        .find(|(ours, theirs)| ours != theirs)
}
