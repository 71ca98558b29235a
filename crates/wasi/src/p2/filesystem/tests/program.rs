//! A program in C, built by Clang with `wasi-libc`, which does with files what such programs do.

use crate::bindings::exports::wasi::cli::run::Run;
use crate::fs::Rights;
use crate::p2::add_to_linker;
use crate::stream::memory::Collected;
use crate::{WasiCtx, WasiCtxBuilder};
use cantilever::Compile;
use cantilever::runtime::{Component, Engine, Linker, Store};
use std::path::{Path, PathBuf};

/// The folder of programs, which is no part of the project.
fn programs() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/components/wasi");
    assert!(folder.exists() || std::env::var_os("CI").is_none(), "{} is missing", folder.display());
    folder.exists().then_some(folder)
}

/// Runs a program whose directory is this folder. Gives what it wrote, and whether it succeeded.
fn run(program: &Path, folder: &Path, rights: Rights) -> (String, bool) {
    let engine = Engine::default();
    let component = Component::new(&engine, &std::fs::read(program).unwrap()).unwrap();
    let mut linker: Linker<WasiCtx> = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx| ctx).unwrap();
    let output = Collected::new(1 << 20);
    let mut builder = WasiCtxBuilder::new();
    builder.args(["guest.wasm", "/w"]).stdout(output.clone());
    builder.preopened_dir(folder, "/w", rights).unwrap();
    let mut store = Store::new(&engine, builder.build());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = Run::new(&mut store, &instance).unwrap();
    let ended = run.run(&mut store);
    (String::from_utf8(output.take()).unwrap(), matches!(ended, Ok(Ok(()))))
}

#[test]
fn a_program_finds_the_files_that_it_expects() {
    let Some(programs) = programs() else {
        eprintln!("skipped: there are no programs");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (written, succeeded) = run(&programs.join("02-c-files.wasm"), folder.path(), Rights::ALL);
    let expected = std::fs::read_to_string(programs.join("02-c-files.expected")).unwrap();
    assert_eq!(format!("{written}exit={}\n", u8::from(!succeeded)), expected);
}

#[test]
fn a_program_that_may_only_read_changes_nothing() {
    let Some(programs) = programs() else {
        eprintln!("skipped: there are no programs");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // It does not expect this, and uses a file that it could not open.
    let (written, succeeded) = run(&programs.join("02-c-files.wasm"), folder.path(), Rights::READ_ONLY);
    assert!(written.contains("mkdir(\"d\", 0755) -> Read-only file system"), "{written}");
    assert!(!succeeded && std::fs::read_dir(folder.path()).unwrap().next().is_none());
}
