//! One small component per behaviour: `filetests/**/*.wat`, each with what it is to do in comments
//! at its head.
//!
//! | line | meaning |
//! |---|---|
//! | `;; run: f(1) -> 2` | the export `f` called with this argument returns this (WAVE text); without `->`, nothing |
//! | `;; trap: f(1) -> "text"` | the call traps, with a message that contains the text; the same call again is then refused |
//! | `;; instantiation-trap: "text"` | the instantiation traps, with a message that contains the text |
//! | `;; backtrace: f(1)` | the call traps, through the functions that the lines `;; \| …` below name; of `instantiation`, that |
//! | `;; fuel: 100` | the component is compiled to count fuel, and each instance has so much |
//! | `;; interruptible: yes` | the component is compiled to be interruptible |
//! | `;; memory-reservation: 65536` | the component is compiled for so many bytes of address space for each memory |
//! | `;; handle-quota: 100` | the component is compiled with this many handles per instance |
//! | `;; debug-handles: true` | it is compiled to debug handles |
//! | `;; clif: NAME` | the optimised CLIF of the function whose symbol contains NAME is what the lines `;; \| …` below say |
//!
//! Every call is made on an instance of its own. With `CANTILEVER_BLESS=1` expected CLIF and
//! backtraces are replaced by the actual ones; with `CANTILEVER_FILETEST=text` only files whose
//! path contains the text are run.

use cantilever::Compile;
use cantilever::runtime::wave;
use cantilever::runtime::{Component, Config, Engine, Error, ExportKind, FuncSignature, Linker, Store, Val};
use cantilever::{CompileOptions, EmitText};
use cantilever_cli::{Found, Input, Invocation};
use std::fs;
use std::path::{Path, PathBuf};

/// The first characters of a line of expected CLIF, or of a backtrace.
const EXPECTED_LINE: &str = ";; | ";

enum Directive {
    Run { line: usize, call: Invocation, result: Option<String> },
    Trap { line: usize, call: Invocation, message: String },
    InstantiationTrap { line: usize, message: String },
    Backtrace { line: usize, call: Option<Invocation>, expected: String },
    Clif { line: usize, function: String, expected: String },
}

#[derive(Default)]
struct FileTest {
    directives: Vec<Directive>,
    options: CompileOptions,
    engine: Config,
    fuel: Option<u64>,
}

impl FileTest {
    fn parse(text: &str) -> Result<Self, String> {
        let mut test = FileTest::default();
        let lines: Vec<&str> = text.lines().collect();
        for (index, whole) in lines.iter().enumerate() {
            let line = index + 1;
            let located = |what: String| format!("{line}: {what}");
            let Some(comment) = whole.strip_prefix(";; ") else { continue };
            let Some((keyword, rest)) = comment.split_once(": ") else { continue };
            match keyword {
                "run" => {
                    let (call, result) = match rest.split_once(") -> ") {
                        Some((call, result)) => (format!("{call})"), Some(result.to_owned())),
                        None => (rest.to_owned(), None),
                    };
                    test.directives.push(Directive::Run {
                        line,
                        call: Invocation::parse(&call).map_err(located)?,
                        result,
                    });
                }
                "trap" => {
                    let quoted = rest.rsplit_once(" -> \"").and_then(|(call, m)| Some((call, m.strip_suffix('"')?)));
                    let (call, message) = quoted.ok_or_else(|| located("a trap needs its `-> \"message\"`".into()))?;
                    let call = Invocation::parse(call).map_err(located)?;
                    test.directives.push(Directive::Trap { line, call, message: message.to_owned() });
                }
                "instantiation-trap" => {
                    let message = rest.strip_prefix('"').and_then(|m| m.strip_suffix('"'));
                    let message = message.ok_or_else(|| located("a trap needs its `\"message\"`".into()))?;
                    test.directives.push(Directive::InstantiationTrap { line, message: message.to_owned() });
                }
                "handle-quota" => {
                    let quota: u32 = rest.parse().map_err(|e| located(format!("{e}")))?;
                    // Index 0 takes an entry too.
                    test.options.handle_capacity = quota + 1;
                    test.engine = Config::new().handle_quota(quota + 1);
                }
                "debug-handles" => test.options.debug_handles = rest.parse().map_err(|e| located(format!("{e}")))?,
                "fuel" => {
                    test.options.fuel = true;
                    test.fuel = Some(rest.parse().map_err(|e| located(format!("{e}")))?);
                }
                "interruptible" => test.options.interruptible = true,
                "memory-reservation" => {
                    test.options.memory_reservation = rest.parse().map_err(|e| located(format!("{e}")))?;
                }
                "clif" => {
                    let expected = expected_lines(&lines[line..]);
                    test.directives.push(Directive::Clif { line, function: rest.to_owned(), expected });
                }
                "backtrace" => {
                    let call = (rest != "instantiation").then(|| Invocation::parse(rest));
                    let call = call.transpose().map_err(located)?;
                    test.directives.push(Directive::Backtrace { line, call, expected: expected_lines(&lines[line..]) });
                }
                _ => {}
            }
        }
        Ok(test)
    }
}

/// What the expected lines that come first say.
fn expected_lines(lines: &[&str]) -> String {
    let expected = lines.iter().map_while(|line| line.strip_prefix(EXPECTED_LINE.trim_end()));
    expected.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// A component that is called, each time in a store of its own.
struct Subject {
    engine: Engine,
    component: Component,
    functions: Vec<(Vec<String>, FuncSignature)>,
    fuel: Option<u64>,
}

impl Subject {
    fn new(wasm: &[u8], test: &FileTest) -> Result<Self, String> {
        let engine = Engine::new(test.engine.clone());
        let component = Component::with_options(&engine, wasm, &test.options).map_err(|e| e.to_string())?;
        let exports = component.exports().into_iter();
        let functions = exports.filter_map(|item| match item.kind {
            ExportKind::Func(signature) => Some((item.path, signature)),
            _ => None,
        });
        let functions = functions.collect();
        Ok(Subject { engine, component, functions, fuel: test.fuel })
    }

    fn store(&self) -> Result<Store<()>, Error> {
        let mut store = Store::new(&self.engine, ());
        match self.fuel {
            Some(fuel) => store.set_fuel(fuel).map(|()| store),
            None => Ok(store),
        }
    }

    fn function(&self, call: &Invocation) -> Result<&(Vec<String>, FuncSignature), String> {
        match call.find(self.functions.iter().map(|(path, _)| path.as_slice())) {
            Found::One(index) => Ok(&self.functions[index]),
            found => Err(format!("`{}`: {found:?}", call.name())),
        }
    }

    /// The result as text; the outer error is a mistake in the test, the inner one what the call
    /// ended with.
    fn call(&self, call: &Invocation) -> Result<Result<Option<String>, Error>, String> {
        let (path, signature) = self.function(call)?;
        let arguments = wave::read_arguments(call.arguments(), signature).map_err(|e| e.to_string())?;
        let mut store = self.store().map_err(|e| e.to_string())?;
        let instance = Linker::new(&self.engine).instantiate(&mut store, &self.component).map_err(|e| e.to_string())?;
        let func = instance.get_func(&mut store, &path.join("/")).ok_or("it is listed and cannot be found")?;
        let outcome = func.call(&mut store, &arguments);
        if let Err(error) = &outcome
            && error.trap().is_some()
        {
            check_poisoned(func.call(&mut store, &arguments))?;
        }
        Ok(outcome.map(|result| result.map(|val| wave::write(&val))))
    }

    /// The expected result in the notation that results are written in.
    fn normalized(&self, call: &Invocation, result: &str) -> Result<String, String> {
        let (_, signature) = self.function(call)?;
        let ty = signature.result.as_ref().ok_or("a result is expected of a function that has none")?;
        wave::read(result, ty).map(|val| wave::write(&val)).map_err(|e| format!("the expected result: {e}"))
    }

    fn check_run(&self, call: &Invocation, expected: &Option<String>) -> Result<(), String> {
        let expected = expected.as_ref().map(|result| self.normalized(call, result)).transpose()?;
        match self.call(call)? {
            Ok(actual) if actual == expected => Ok(()),
            Ok(actual) => Err(format!("{}{}: expected {expected:?}, got {actual:?}", call.name(), call.arguments())),
            Err(error) => Err(format!("{}{}: expected {expected:?}, got `{error}`", call.name(), call.arguments())),
        }
    }

    fn check_trap(&self, call: &Invocation, expected: &str) -> Result<(), String> {
        let what = format!("{}{}: expected the trap `{expected}`", call.name(), call.arguments());
        match self.call(call)? {
            Ok(actual) => Err(format!("{what}, got {actual:?}")),
            Err(error) => same_trap(&error, expected).map_err(|why| format!("{what}, {why}")),
        }
    }

    fn check_instantiation_trap(&self, expected: &str) -> Result<(), String> {
        let mut store = self.store().map_err(|e| e.to_string())?;
        match Linker::new(&self.engine).instantiate(&mut store, &self.component) {
            Ok(_) => Err(format!("expected the trap `{expected}`, got an instance")),
            Err(error) => same_trap(&error, expected).map_err(|why| format!("expected the trap `{expected}`, {why}")),
        }
    }
}

/// Compares the frames of a trap, one line each, without offsets.
fn check_backtrace(
    subject: &Subject,
    path: &Path,
    directive: &str,
    call: &Option<Invocation>,
    expected: &str,
) -> Result<(), String> {
    let outcome = match call {
        Some(call) => subject.call(call)?.map(|_| ()),
        None => Linker::new(&subject.engine)
            .instantiate(&mut Store::new(&subject.engine, ()), &subject.component)
            .map(|_| ()),
    };
    let error = outcome.err().ok_or("expected a trap")?;
    let trap = error.trap().ok_or_else(|| format!("expected a trap, got the error `{error}`"))?;
    let actual: String = trap.frames().iter().map(|frame| format!("{frame}\n")).collect();
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        return bless(path, directive, &actual).map_err(|e| e.to_string());
    }
    Err(format!("the backtrace is another one (CANTILEVER_BLESS=1 accepts it):\n{actual}"))
}

fn same_trap(error: &Error, expected: &str) -> Result<(), String> {
    match error.trap() {
        Some(trap) if trap.message().contains(expected) => Ok(()),
        Some(trap) => Err(format!("got the trap `{trap}`")),
        None => Err(format!("got the error `{error}`")),
    }
}

/// An instance that trapped must not be entered again.
fn check_poisoned(again: Result<Option<Val>, Error>) -> Result<(), String> {
    match again {
        Err(error) => {
            same_trap(&error, "cannot enter component instance").map_err(|why| format!("after the trap {why}"))
        }
        Ok(result) => Err(format!("after the trap the instance still runs, and gave {result:?}")),
    }
}

fn files() -> Vec<PathBuf> {
    let wanted = std::env::var("CANTILEVER_FILETEST").unwrap_or_default();
    let mut found = Vec::new();
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/filetests")];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|e| e == "wat") && path.to_string_lossy().contains(&wanted) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What is wrong, one line each.
fn run_file(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let prepared = FileTest::parse(&text).and_then(|test| {
        let wasm = Input::read(path).and_then(|input| input.into_wasm(path)).map_err(|e| e.to_string())?;
        let subject = Subject::new(&wasm, &test)?;
        Ok((test, wasm, subject))
    });
    let (test, wasm, subject) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => return vec![why],
    };
    if test.directives.is_empty() {
        return vec!["the file tests nothing".to_owned()];
    }
    let mut wrong = Vec::new();
    for directive in &test.directives {
        let (line, outcome) = match directive {
            Directive::Run { line, call, result } => (line, subject.check_run(call, result)),
            Directive::Trap { line, call, message } => (line, subject.check_trap(call, message)),
            Directive::InstantiationTrap { line, message } => (line, subject.check_instantiation_trap(message)),
            Directive::Backtrace { line, call, expected } => {
                let directive = text.lines().nth(line - 1).unwrap_or_default();
                (line, check_backtrace(&subject, path, directive, call, expected))
            }
            Directive::Clif { line, function, expected } => {
                (line, check_clif(path, &wasm, &test.options, function, expected))
            }
        };
        if let Err(why) = outcome {
            wrong.push(format!("{line}: {why}"));
        }
    }
    wrong
}

fn check_clif(
    path: &Path,
    wasm: &[u8],
    options: &CompileOptions,
    function: &str,
    expected: &str,
) -> Result<(), String> {
    // The guard's instructions and inlining do not depend on the machine that the test runs on.
    let options = CompileOptions { target: Some("x86_64-unknown-linux-gnu".to_owned()), ..options.clone() };
    let listing =
        cantilever::emit_text(wasm, &options, EmitText::OptimizedClif, Some(function)).map_err(|e| e.to_string())?;
    let actual = blocks(&listing);
    if actual.is_empty() {
        return Err(format!("there is no function whose symbol contains `{function}`"));
    }
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os("CANTILEVER_BLESS").is_some() {
        return bless(path, &format!(";; clif: {function}"), &actual).map_err(|e| e.to_string());
    }
    Err(format!("the CLIF of `{function}` is another one (CANTILEVER_BLESS=1 accepts it):\n{actual}"))
}

/// The blocks of a listing: neither declarations nor the margin with places in the input.
fn blocks(listing: &str) -> String {
    const MARGIN: usize = "@00000000                           ".len();
    let is_declaration = |line: &str| !line.starts_with('@') && !line.starts_with(&" ".repeat(MARGIN - 4));
    let kept = listing.lines().filter(|line| line.starts_with("function ") || !is_declaration(line));
    let unindented = kept.map(|line| match line.starts_with("function ") {
        true => line.trim_end().trim_end_matches(" {"),
        false => line.get(MARGIN - 4..).unwrap_or_default().trim_end(),
    });
    unindented.map(|line| format!("{line}\n")).collect()
}

/// Puts the actual lines below a directive in the place of the expected ones.
fn bless(path: &Path, directive: &str, actual: &str) -> std::io::Result<()> {
    let text = fs::read_to_string(path)?;
    let mut blessed = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        blessed.push_str(&format!("{line}\n"));
        if line == directive {
            while lines.next_if(|l| l.starts_with(EXPECTED_LINE.trim_end())).is_some() {}
            for line in actual.lines() {
                blessed.push_str(format!("{EXPECTED_LINE}{line}").trim_end());
                blessed.push('\n');
            }
        }
    }
    fs::write(path, blessed)
}

#[test]
fn filetests() {
    let files = files();
    assert!(!files.is_empty(), "there are no filetests");
    let mut wrong = String::new();
    for path in &files {
        for why in run_file(path) {
            wrong.push_str(&format!("{}:{why}\n", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
