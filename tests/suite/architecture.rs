//! Keeps the house in order: crates and rooms import what ARCHITECTURE.md says, and files stay
//! small enough to be read. That `unsafe` blocks and public items are documented is for the lints
//! of the workspace.
//!
//! ARCHITECTURE.md has two tables. The row of a crate says which of our crates it may depend on. A
//! room is a folder or file at the top of a crate. Its row says which rooms of its crate it may
//! import. Both must be exactly true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Files longer than this hold more than one idea.
const MAX_LINES: usize = 560;

/// What generated files say of themselves. They are as long as what they are generated from.
const GENERATED: &str = "//! Written by `cantilever bindgen`";

type Names = BTreeSet<String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the tables whose second column has this heading: the first column, and the names in
/// the third.
fn rows(heading: &str) -> BTreeMap<String, Names> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    rows_of(&text, heading)
}

fn rows_of(text: &str, heading: &str) -> BTreeMap<String, Names> {
    let mut rows = BTreeMap::new();
    let mut inside = false;
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        match cells[..] {
            [first, ..] if !line.starts_with('|') || first.starts_with("---") => inside &= line.starts_with('|'),
            [_, second, ..] if second == heading => inside = true,
            [first, _, third, ..] if inside => {
                rows.insert(quoted(first).pop_first().expect("a name in backquotes"), quoted(third));
            }
            _ => {}
        }
    }
    rows
}

/// The parts of a text that stand in backquotes.
fn quoted(text: &str) -> Names {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The folders of our crates, relative to the root, which is `src`, with the names of their
/// packages.
fn crates() -> Vec<(String, String)> {
    let mut found = vec![("src".to_owned(), "cantilever".to_owned())];
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        found.push((format!("crates/{name}"), format!("cantilever-{name}")));
    }
    found.sort();
    found
}

/// Where the sources of a crate are.
fn sources_of(folder: &str) -> PathBuf {
    if folder == "src" { root().join(folder) } else { root().join(folder).join("src") }
}

/// Our crates among the dependencies that a manifest names: not those of tests.
fn dependencies(manifest: &str, packages: &BTreeMap<&str, &str>) -> Names {
    let sections = manifest.split("\n[").filter_map(|section| section.strip_prefix("dependencies]"));
    let lines = sections.flat_map(str::lines);
    let names = lines.filter_map(|line| line.split(['.', '=', ' ']).next());
    names.filter_map(|name| packages.get(name)).map(|folder| (*folder).to_owned()).collect()
}

#[test]
fn crates_depend_on_what_the_map_says() {
    let crates = crates();
    let packages: BTreeMap<&str, &str> = crates.iter().map(|(folder, name)| (&**name, &**folder)).collect();
    let actual: BTreeMap<String, Names> = crates
        .iter()
        .map(|(folder, _)| {
            let manifest = if folder == "src" { root().to_owned() } else { root().join(folder) }.join("Cargo.toml");
            (folder.clone(), dependencies(&fs::read_to_string(manifest).unwrap(), &packages))
        })
        .collect();
    assert_eq!(rows("what the crate does"), actual, "the table of crates in ARCHITECTURE.md, and the manifests");
}

struct Source {
    /// Relative to the folder of the sources that it was found in.
    path: PathBuf,
    /// The same with that folder, for messages.
    shown: String,
    text: String,
}

impl Source {
    /// The room that the file belongs to; `None` for the crate's roots.
    fn room(&self) -> Option<String> {
        let first = self.path.iter().next()?.to_str()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (name != "lib" && name != "main").then(|| name.to_owned())
    }

    /// Is `super` of this file the root of the crate?
    fn is_top(&self) -> bool {
        let parts: Vec<_> = self.path.iter().collect();
        parts.len() == 1 || parts.len() == 2 && parts[1] == "mod.rs"
    }

    /// Is it a file of unit tests? These may use the passes before theirs to make what they test
    /// with.
    fn is_tests(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs")
    }

    /// The names at the top of the crate that the code mentions.
    fn imports(&self) -> Names {
        let mut names = Names::new();
        let code = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            names.extend(imported(line, "crate::"));
            if self.is_top() {
                names.extend(imported(line, "super::"));
            }
        }
        names
    }
}

fn sources(folder: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(current) = pending.pop() {
        for entry in fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let shown = path.strip_prefix(root()).unwrap().display().to_string();
                found.push(Source { path: path.strip_prefix(folder).unwrap().to_owned(), shown, text });
            }
        }
    }
    found.sort_by(|a, b| a.shown.cmp(&b.shown));
    found
}

fn all_sources() -> Vec<Source> {
    crates().iter().flat_map(|(folder, _)| sources(&sources_of(folder))).collect()
}

/// The names that a line has after a prefix, alone or in braces.
fn imported(line: &str, prefix: &str) -> Vec<String> {
    let names = |text: &str| -> Vec<String> {
        let word =
            |part: &str| part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match text.strip_prefix('{') {
            Some(group) => group.split(['}', ';']).next().unwrap_or("").split(',').map(word).collect(),
            None => vec![word(text)],
        }
    };
    let starts = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
    line.match_indices(prefix).filter(|(at, _)| starts(*at)).flat_map(|(at, p)| names(&line[at + p.len()..])).collect()
}

#[test]
fn rooms_import_what_the_map_says() {
    let table = rows("what the room does");
    for (folder, _) in crates() {
        let folder = sources_of(&folder);
        let shown = folder.strip_prefix(root()).unwrap().display().to_string();
        let stated: BTreeMap<&str, &Names> = table
            .iter()
            .filter_map(|(room, names)| Some((room.strip_prefix(&shown)?.strip_prefix('/')?, names)))
            .collect();
        if stated.is_empty() {
            continue;
        }
        let sources = sources(&folder);
        let rooms: Names = sources.iter().filter(|source| !source.is_tests()).filter_map(Source::room).collect();
        let mut actual: BTreeMap<&str, Names> = rooms.iter().map(|room| (&**room, Names::new())).collect();
        for source in sources.iter().filter(|source| !source.is_tests()) {
            let Some(room) = source.room() else { continue };
            let imports = source.imports().into_iter().filter(|name| rooms.contains(name) && *name != room);
            actual.get_mut(&*room).expect("every room is there").extend(imports);
        }
        let actual: BTreeMap<&str, &Names> = actual.iter().map(|(room, names)| (*room, names)).collect();
        assert_eq!(stated, actual, "the rooms of {shown} in ARCHITECTURE.md, and what they import");
    }
}

#[test]
fn rooms_of_a_crate_import_one_another_in_no_circle() {
    let table = rows("what the room does");
    for start in table.keys() {
        let (folder, _) = start.rsplit_once('/').expect("a room lies in a folder");
        let (mut reached, mut pending) = (Names::new(), vec![start.clone()]);
        while let Some(room) = pending.pop() {
            for next in table.get(&room).into_iter().flatten().map(|name| format!("{folder}/{name}")) {
                assert_ne!(next, *start, "`{start}` imports itself, by way of `{room}`");
                if reached.insert(next.clone()) {
                    pending.push(next);
                }
            }
        }
    }
}

#[test]
fn files_are_small_enough_to_be_read() {
    let sources = all_sources();
    let written = sources.iter().filter(|source| !source.text.contains(GENERATED));
    let lengths = written.map(|source| (source.text.lines().count(), &source.shown));
    let long: Vec<_> = lengths.filter(|(lines, _)| *lines > MAX_LINES).collect();
    assert!(long.is_empty(), "files of more than {MAX_LINES} lines: {long:?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let sources = all_sources();
    let silent: Vec<_> = sources.iter().filter(|s| !s.text.starts_with("//!")).map(|s| &s.shown).collect();
    assert!(silent.is_empty(), "files that do not open with a module comment: {silent:?}");
}

#[test]
fn names_say_something() {
    const EMPTY_NAMES: &[&str] =
        &["util", "utils", "helper", "helpers", "misc", "common", "manager", "info", "process"];
    let says_nothing = |part: &std::ffi::OsStr| {
        let name = part.to_string_lossy();
        EMPTY_NAMES.contains(&name.strip_suffix(".rs").unwrap_or(&name))
    };
    let sources = all_sources();
    let wrong: Vec<_> = sources.iter().filter(|s| s.path.iter().any(says_nothing)).map(|s| &s.shown).collect();
    assert!(wrong.is_empty(), "file names that say nothing: {wrong:?}");
}

#[test]
fn files_that_documents_name_are_there() {
    let folders = ["crates/", "src/", "tests/", "benches/", "differential/", "examples/"];
    let mut missing = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for name in quoted(&text) {
            let is_path = folders.iter().any(|folder| name.starts_with(folder)) && !name.contains([' ', '*', '<', ':']);
            let file = root().join(name.trim_end_matches('/'));
            if is_path && !file.exists() && !file.with_extension("rs").exists() {
                missing.push(format!("{}: {name}", path.file_name().unwrap().display()));
            }
        }
    }
    assert!(missing.is_empty(), "files that are not there: {missing:?}");
}

#[test]
fn imports_are_found_in_lines() {
    assert_eq!(imported("use crate::plan::Plan;", "crate::"), ["plan"]);
    assert_eq!(imported("use crate::{block, place::Place};", "crate::"), ["block", "place"]);
    assert_eq!(imported("fn f(x: crate::clif::A) -> crate::wasm::B", "crate::"), ["clif", "wasm"]);
    assert!(imported("use super::place; $crate::place", "crate::").is_empty());
    assert!(imported("use super::super::place;", "super::").iter().all(|name| name == "super"));
}

#[test]
fn tables_are_read() {
    let text = "| a | what it is | may use |\n|---|---|---|\n| `x` | one | `y`, `z` |\n| `y` | two | nothing |\n\n| `n` | no | `m` |";
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Names>();
    let expected = BTreeMap::from([("x".to_owned(), names(&["y", "z"])), ("y".to_owned(), names(&[]))]);
    assert_eq!(rows_of(text, "what it is"), expected);
    let manifest = "[package]\nname = \"p\"\n\n[dependencies]\na.workspace = true\nb = { path = \"b\" }\n\n[dev-dependencies]\nc = \"1\"\n";
    let packages = BTreeMap::from([("a", "crates/a"), ("b", "crates/b"), ("c", "crates/c")]);
    assert_eq!(dependencies(manifest, &packages), names(&["crates/a", "crates/b"]));
}
