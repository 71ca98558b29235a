//! Compiles a program, runs it with captured output, and compares that with what is expected.

use cantilever::runtime::{Component, Engine, Error, Linker, Store};
use cantilever::{Compile, CompileOptions, OptLevel};
use cantilever_wasi::bindings::exports::wasi::cli::run::Run as RunExport;
use cantilever_wasi::fs::Rights;
use cantilever_wasi::stream::OutputStream;
use cantilever_wasi::stream::memory::{Bytes, Collected};
use cantilever_wasi::{WasiCtx, WasiCtxBuilder};
use std::path::{Path, PathBuf};

/// No program prints more.
const OUTPUT_LIMIT: usize = 1 << 20;

/// One run of a program, and what it is granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Run<'a> {
    pub arguments: &'a [&'a str],
    pub variables: &'a [(&'a str, &'a str)],
    pub stdin: &'a str,
    /// What the guest has as `/w`.
    pub folder: Option<&'a Path>,
    /// May the guest use every address, and look names up?
    pub network: bool,
}

/// A program, loaded in every way in which it is to be tried.
pub struct Program {
    name: &'static str,
    /// Each with the words for messages. None if the programs are not there.
    loaded: Option<Vec<(&'static str, Component)>>,
    expected: String,
    /// What is compared of a line.
    compared: fn(&str) -> &str,
}

impl Program {
    /// A program that is compiled in a moment: from source, and from its object.
    pub fn small(name: &'static str) -> Self {
        Self::find(name, |bytes| {
            let source = Component::with_options(&Engine::default(), bytes, &options()).expect("the program compiles");
            vec![("from source", source), from_object(bytes)]
        })
    }

    /// A program that takes longer: from its object.
    pub fn large(name: &'static str) -> Self {
        Self::find(name, |bytes| vec![from_object(bytes)])
    }

    fn find(name: &'static str, load: impl FnOnce(&[u8]) -> Vec<(&'static str, Component)>) -> Self {
        let expected = read(&format!("{name}.expected")).unwrap_or_default();
        let expected = String::from_utf8(expected).expect("a transcript is UTF-8");
        let bytes = read_if_there(&format!("{name}.wasm"))
            .or_else(|| read(&format!("{name}.wasm.xz")).map(|packed| unpack(&packed)));
        Program { name, loaded: bytes.map(|bytes| load(&bytes)), expected, compared: |line| line }
    }

    /// Compares of each line only what `compared` gives.
    pub fn varying(self, compared: fn(&str) -> &str) -> Self {
        Program { compared, ..self }
    }

    /// What is expected of all runs together.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// The program in each way in which it is loaded.
    pub fn loaded(&self) -> &[(&'static str, Component)] {
        self.loaded.as_deref().unwrap_or_default()
    }

    /// Runs the program as often as there are runs, one after the other, and compares what they
    /// wrote to standard output.
    pub fn gives(&self, runs: &[Run<'_>]) {
        for (way, component) in self.loaded() {
            let transcript: String = runs.iter().map(|run| transcript(component, run)).collect();
            self.compare(&transcript, &self.expected, way);
        }
    }

    /// Compares what the program wrote with what is expected, line by line.
    pub fn compare(&self, transcript: &str, expected: &str, way: &str) {
        let compared = |text: &str| text.lines().map(self.compared).collect::<Vec<_>>().join("\n");
        assert_eq!(compared(transcript), compared(expected), "{} {way} wrote\n{transcript}", self.name);
    }
}

/// Without optimisation: the programs are large, and run for a moment.
fn options() -> CompileOptions {
    CompileOptions { opt_level: OptLevel::None, inlining: false, ..CompileOptions::default() }
}

fn from_object(bytes: &[u8]) -> (&'static str, Component) {
    let object = cantilever::compile(bytes, &options(), &()).expect("the program compiles");
    // SAFETY: the compiler has just written it, and nobody else has had it.
    let component = unsafe { Component::from_object(&Engine::default(), &object) };
    ("from its object", component.expect("the object is loaded"))
}

/// What a run writes to standard output, and how it ends.
fn transcript(component: &Component, run: &Run<'_>) -> String {
    let output = Collected::new(OUTPUT_LIMIT);
    let code = execute(component, run, output.clone());
    String::from_utf8(output.take()).expect("the output is UTF-8") + &format!("exit={code}\n")
}

/// Runs a program to its end. Gives its code; a program that traps has that of a process that
/// aborts.
pub fn execute(component: &Component, run: &Run<'_>, output: impl OutputStream + 'static) -> u8 {
    const ABORTED: u8 = 134;
    let mut builder = WasiCtxBuilder::new();
    builder.args(["guest.wasm"]).args(run.arguments.iter().copied());
    for (name, value) in run.variables {
        builder.env(*name, *value);
    }
    if let Some(folder) = run.folder {
        builder.preopened_dir(folder, "/w", Rights::ALL).expect("the folder is there");
    }
    if run.network {
        builder.inherit_network().allow_ip_name_lookup(true);
    }
    builder.stdin(Bytes::new(run.stdin.as_bytes())).stdout(output);
    let mut linker = Linker::new(component.engine());
    cantilever_wasi::p2::add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).expect("nothing is defined twice");
    // The interfaces of HTTP are a feature of the crate; programs import them without using them.
    linker.define_unknown_imports_as_traps(component);
    let mut store = Store::new(component.engine(), builder.build());
    let outcome = linker
        .instantiate(&mut store, component)
        .and_then(|instance| RunExport::new(&mut store, &instance)?.run(&mut store));
    match outcome {
        Ok(Ok(())) => 0,
        Ok(Err(())) => 1,
        Err(error) => match (&error, error.exit_code()) {
            (_, Some(code)) => code,
            (Error::Trap(_), None) => ABORTED,
            (error, None) => panic!("{error}"),
        },
    }
}

/// An empty folder for one test.
pub fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn path_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/components/wasi").join(name)
}

/// A file of the folder of programs, if it has one of this name.
fn read_if_there(name: &str) -> Option<Vec<u8>> {
    std::fs::read(path_of(name)).ok()
}

/// A file of the folder of programs. Absent, the test is skipped, but not on a CI machine.
fn read(name: &str) -> Option<Vec<u8>> {
    let path = path_of(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var_os("CI").is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: there is no {}", path.display());
            None
        }
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    lzma_rs::xz_decompress(&mut &packed[..], &mut unpacked).expect("the file is packed by xz");
    unpacked
}
