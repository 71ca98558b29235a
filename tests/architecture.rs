//! Keeps the house in order: imports point downward only, files stay small enough to be read, and every `unsafe` block
//! says why it is sound.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each top-level module, and the other ones that it may import.
///
/// `clif` emits for every pass, so of the model it may know only what names places and functions; that is not seen
/// here, where modules count as a whole.
const ALLOWED: &[(&str, &[&str])] = &[
    ("block", &[]),
    ("error", &[]),
    ("parallel", &[]),
    ("model", &["block"]),
    ("clif", &["block", "model"]),
    ("handles", &["block", "clif", "model"]),
    ("canon", &["block", "clif", "handles", "model"]),
    ("decode", &["error", "model", "parallel"]),
    ("link", &["decode", "error", "model"]),
    ("core", &["block", "clif", "error", "model"]),
    ("object", &["block", "error", "model"]),
    (
        "pipeline",
        &[
            "block", "canon", "clif", "core", "decode", "error", "handles", "link", "model", "object", "parallel",
            "runtime",
        ],
    ),
    ("runtime", &["block", "error", "model", "object"]),
    // What joins the compiler to the runtime, for those who have both.
    ("embed", &["pipeline", "runtime"]),
    // Scripts and the command line know the façade: what the crate's root offers, the runtime's library, the plan that
    // `inspect` prints, and the data that all of these speak of.
    ("script", &["block", "error", "link", "model", "object", "pipeline", "runtime"]),
    ("cli", &["block", "error", "link", "model", "object", "pipeline", "runtime", "script"]),
];

/// Files longer than this hold more than one idea.
const MAX_LINES: usize = 560;

struct Source {
    /// Relative to `src`.
    path: PathBuf,
    text: String,
}

impl Source {
    /// The top-level module that the file belongs to; `None` for the crate's roots.
    fn module(&self) -> Option<String> {
        let first = self.path.iter().next()?.to_str()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (name != "lib" && name != "main").then(|| name.to_owned())
    }

    /// Is it a file of unit tests? These may use the passes before theirs to make what they test with.
    fn is_tests(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs")
    }

    /// The lines that are code, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(i, line)| (i + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut pending = vec![root.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(&root).unwrap().to_owned(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The top-level modules that a line names after `crate::`, alone or in braces.
fn imported(line: &str) -> Vec<String> {
    let names = |text: &str| -> Vec<String> {
        let word =
            |part: &str| part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match text.strip_prefix('{') {
            Some(group) => group.split(['}', ';']).next().unwrap_or("").split(',').map(word).collect(),
            None => vec![word(text)],
        }
    };
    line.match_indices("crate::").flat_map(|(at, found)| names(&line[at + found.len()..])).collect()
}

#[test]
fn imports_point_downward() {
    let modules: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_tests()) {
        let Some(module) = source.module() else { continue };
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("src/{}: `{module}` is not in the table of modules", source.path.display()));
            continue;
        };
        for (line, text) in source.code() {
            for import in imported(text) {
                let known = modules.contains(import.as_str());
                if known && import != module && !allowed.contains(&import.as_str()) {
                    wrong.push(format!("src/{}:{line}: `{module}` imports `{import}`", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that do not point downward:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_is_the_entry() {
    let main = sources().into_iter().find(|source| source.path == Path::new("main.rs")).expect("src/main.rs");
    let named: Vec<_> = main.code().filter(|(_, line)| line.contains("cantilever::")).collect();
    assert!(named.iter().all(|(_, line)| line.contains("cantilever_cli::")), "main.rs uses the façade only: {named:?}");
}

#[test]
fn files_are_small_enough_to_be_read() {
    let long: Vec<_> = sources()
        .iter()
        .map(|source| (source.text.lines().count(), source.path.display().to_string()))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "files of more than {MAX_LINES} lines: {long:?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> =
        sources().iter().filter(|s| !s.text.starts_with("//!")).map(|s| s.path.display().to_string()).collect();
    assert!(silent.is_empty(), "files that do not open with a module comment: {silent:?}");
}

#[test]
fn unsafe_blocks_say_why_they_are_sound() {
    /// How far above the block its comment may begin.
    const REACH: usize = 6;
    let mut wrong = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (line, text) in source.code() {
            let opens = text.contains("unsafe {") || text.contains("unsafe impl");
            let above = &lines[line.saturating_sub(1 + REACH)..line];
            if opens && !above.iter().any(|l| l.contains("SAFETY")) {
                wrong.push(format!("src/{}:{line}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "`unsafe` without a SAFETY comment:\n{}", wrong.join("\n"));
}

#[test]
fn names_say_something() {
    const EMPTY_NAMES: &[&str] =
        &["util", "utils", "helper", "helpers", "misc", "common", "manager", "info", "process"];
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| {
            source.path.iter().any(|part| {
                let name = part.to_string_lossy();
                EMPTY_NAMES.contains(&name.strip_suffix(".rs").unwrap_or(&name))
            })
        })
        .map(|source| source.path.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "file names that say nothing: {wrong:?}");
}

#[test]
fn imports_are_found_in_lines() {
    assert_eq!(imported("use crate::model::plan::Plan;"), ["model"]);
    assert_eq!(imported("use crate::{block, model::Place};"), ["block", "model"]);
    assert_eq!(imported("fn f(x: crate::clif::A) -> crate::core::B"), ["clif", "core"]);
    assert!(imported("use super::model;").is_empty());
}
