//! The built command: exit codes, what goes to standard output, and what goes to standard error.

use super::{cache_directory, command};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ADDER: &str = r#"(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 16) "\20\00\00\00\0b\00\00\00")
    (data (i32.const 32) "say \"hi\"\0a\c3\a9")
    (func (export "add") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1)))
    (func (export "divide") (param i32 i32) (result i32)
      (i32.div_u (local.get 0) (local.get 1)))
    (func (export "text") (result i32)
      (i32.const 16)))
  (core instance $m (instantiate $M))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (instance $math (export "add" (func $add)))
  (export "demo:math/ops@1.0.0" (instance $math))
  (func (export "divide") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "divide")))
  (func (export "text") (result string)
    (canon lift (core func $m "text") (memory (core memory $m "memory")))))
"#;

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cantilever-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, contents: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn cantilever(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn said(arguments: &[&str]) -> Said {
    let output = cantilever(arguments);
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// It failed with this exit code, printed nothing as a result, and its message has all of these.
#[track_caller]
fn refuses(arguments: &[&str], code: i32, words: &[&str]) {
    let said = said(arguments);
    assert_eq!(said.code, Some(code), "{arguments:?}: {}", said.err);
    assert_eq!(said.out, "", "{arguments:?}");
    for word in words {
        assert!(said.err.contains(word), "{arguments:?}: `{word}` is not in: {}", said.err);
    }
}

#[track_caller]
fn prints(arguments: &[&str], expected: &str) {
    let said = said(arguments);
    assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
    assert_eq!(said.out, expected, "{arguments:?}");
    assert_eq!(said.err, "", "{arguments:?}");
}

#[test]
fn run_prints_the_result_as_wave() {
    let folder = Folder::new("run");
    let adder = folder.file("adder.wat", ADDER);
    prints(&["run", "--invoke", "demo:math/ops@1.0.0/add(1, 2)", &adder], "3\n");
    prints(&["run", "--invoke", "ops/add(1, 2)", &adder], "3\n");
    prints(&["run", "--invoke", "add(4294967295, 2)", &adder], "1\n");
    prints(&["run", "--invoke", "text()", &adder], "\"say \\\"hi\\\"\\né\"\n");
    prints(&["run", "--raw", "--invoke", "text()", &adder], "say \"hi\"\né");
}

#[test]
fn run_says_what_was_expected() {
    let folder = Folder::new("wrong");
    let adder = folder.file("adder.wat", ADDER);
    let signature = "divide: func(a: u32, b: u32) -> u32";
    refuses(&["run", "--invoke", "divide(1)", &adder], 1, &["wrong arguments", signature]);
    refuses(&["run", "--invoke", "divide(1, -1)", &adder], 1, &["divide(1, -1)\n", "          ^^", signature]);
    refuses(&["run", "--invoke", "divide(1, 2, 3)", &adder], 1, &[signature]);
    refuses(&["run", "--invoke", "divide(1, \"x\")", &adder], 1, &[signature]);
    refuses(&["run", "--invoke", "multiply(1)", &adder], 1, &["no exported function `multiply`", signature]);
    refuses(&["run", "--invoke", "divide", &adder], 1, &["divide()"]);
    refuses(&["run", &adder], 1, &["--invoke", signature, "demo:math/ops@1.0.0/add: func"]);
}

#[test]
fn a_trap_is_134_with_its_place() {
    let folder = Folder::new("trap");
    let adder = folder.file("adder.wat", ADDER);
    let divide = ["run", "--invoke", "divide(1, 0)", &adder];
    refuses(&divide, 134, &["integer divide by zero", "M!divide (inlined) at adder.wat:9:8", "adapter["]);
    let object = folder.path("adder.o");
    prints(&["compile", &adder, "-o", &object], "");
    refuses(
        &["run", "--allow-precompiled", "--invoke", "divide(1, 0)", &object],
        134,
        &["M!divide (inlined) at adder.wat:9:8"],
    );
    prints(&["compile", &adder, "-o", &object, "--no-debug-lines"], "");
    refuses(&["run", "--allow-precompiled", "--invoke", "divide(1, 0)", &object], 134, &["M!divide (inlined)\n"]);
}

#[test]
fn functions_are_named_for_perf() {
    let folder = Folder::new("perf");
    let adder = folder.file("adder.wat", ADDER);
    let arguments = ["run", "--no-inlining", "--profile", "perfmap", "--invoke", "add(1, 2)", &adder];
    let child = command().args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let map = format!("/tmp/perf-{}.map", child.id());
    assert!(child.wait_with_output().unwrap().status.success());
    let names = std::fs::read_to_string(&map).unwrap();
    std::fs::remove_file(map).unwrap();
    assert!(names.lines().any(|line| line.ends_with(" M.add")), "{names}");
}

#[test]
fn input_errors_have_their_place() {
    let folder = Folder::new("input");
    let broken = folder.file("broken.wat", "(component\n  (core modul))");
    refuses(&["run", "--invoke", "f()", &broken], 1, &["broken.wat:2:", "modul"]);
    let invalid = folder.file("invalid.wat", "(component (core module (func (result i32))))");
    refuses(&["run", "--invoke", "f()", &invalid], 1, &["invalid.wat", "offset 0x"]);
    let module = folder.file("module.wat", "(module (func (export \"f\")))");
    refuses(&["run", "--invoke", "f()", &module], 1, &["core module", "component new"]);
    let importer = folder.file("importer.wat", "(component (import \"f\" (func)))");
    refuses(&["run", "--invoke", "g()", &importer], 1, &["no exported function `g`"]);
    refuses(&["run", "--invoke", "f()", &folder.path("missing.wasm")], 1, &["missing.wasm"]);
    refuses(&["run", "--invok", "f()", &module], 2, &["--invoke"]);
}

#[test]
fn what_is_compiled_runs() {
    let folder = Folder::new("compile");
    let adder = folder.file("adder.wat", ADDER);
    let object = folder.path("adder.o");
    prints(&["compile", &adder, "-o", &object], "");
    prints(&["run", "--allow-precompiled", "--invoke", "add(20, 22)", &object], "42\n");
    refuses(&["compile", &object, "-o", &object], 1, &["an object already"]);
    refuses(&["compile", &adder], 1, &["-o OUT"]);
    refuses(&["compile", &adder, "-o", &object, "--function", "add"], 1, &["--emit"]);
    refuses(&["compile", &adder, "-o", &object, "--target", "pdp11"], 1, &["pdp11"]);
    let small = folder.path("small.o");
    prints(&["compile", &adder, "-o", &small, "--no-inlining", "--no-spectre-guard", "--handle-quota", "10"], "");
    prints(&["run", "--allow-precompiled", "--invoke", "add(20, 22)", &small], "42\n");
}

/// Keeps a handle, or uses one that it dropped.
const KEEPER: &str = r#"(component
  (type $r (resource (rep i32)))
  (export "r" (type $r))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (func $keep (export "keep") (result i32) (call $new (i32.const 1)))
    (func $drop-twice (export "drop-twice") (call $drop (call $new (i32.const 1))) (call $drop (i32.const 1))))
  (core instance $m (instantiate $M (with "r" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "keep") (result u32) (canon lift (core func $m "keep")))
  (func (export "drop-twice") (canon lift (core func $m "drop-twice"))))
"#;

#[test]
fn handles_are_debugged_on_demand() {
    let folder = Folder::new("debug-handles");
    let keeper = folder.file("keeper.wat", KEEPER);
    let [plain, debug] = ["plain.o", "debug.o"].map(|name| folder.path(name));
    prints(&["compile", &keeper, "-o", &plain], "");
    prints(&["compile", "--debug-handles", &keeper, "-o", &debug], "");
    assert!(said(&["inspect", &debug]).out.contains("records where handles are created and dropped"));
    assert!(!said(&["inspect", &plain]).out.contains("records where handles"));
    let (created, dropped) =
        ("created by canon.resource.new[r] in M!", "dropped by canon.resource.drop[r] in M!drop-twice");
    let allowed = ["run", "--allow-precompiled"];
    for file in [&["--debug-handles", &keeper][..], &[&debug], &["--debug-handles", &debug]] {
        let arguments = &[&allowed[..], file].concat()[..];
        let kept = said(&[arguments, &["--invoke", "keep()"]].concat());
        assert_eq!((kept.code, kept.out.as_str()), (Some(0), "1\n"), "{}", kept.err);
        for words in ["still alive at the end: 1", "own<r>, index 1 of component instance 0", created, "M!keep at "] {
            assert!(kept.err.contains(words), "`{words}` is not in: {}", kept.err);
        }
        refuses(
            &[arguments, &["--invoke", "drop-twice()"]].concat(),
            134,
            &["unknown handle index 1", created, dropped],
        );
    }
    prints(&["run", "--invoke", "keep()", &keeper], "1\n");
    prints(&["run", "--allow-precompiled", "--invoke", "keep()", &plain], "1\n");
    refuses(&["run", "--allow-precompiled", "--debug-handles", "--invoke", "keep()", &plain], 1, &["compile it again"]);
}

#[test]
fn imported_modules_and_components_are_compiled_in() {
    let folder = Folder::new("provide");
    let app = folder.file(
        "app.wat",
        r#"(component
        (import "math" (core module $math (export "double" (func (param i32) (result i32)))))
        (import "text" (component $text (export "length" (func (result u32)))))
        (core instance $m (instantiate $math))
        (instance $t (instantiate $text))
        (func (export "double") (param "n" u32) (result u32) (canon lift (core func $m "double")))
        (export "length" (func $t "length")))"#,
    );
    let math = folder.file(
        "math.wat",
        r#"(module (func (export "double") (param i32) (result i32)
        (i32.mul (local.get 0) (i32.const 2))))"#,
    );
    let text = folder.file(
        "text.wat",
        r#"(component
        (core module $M (func (export "length") (result i32) (i32.const 5)))
        (core instance $m (instantiate $M))
        (func (export "length") (result u32) (canon lift (core func $m "length"))))"#,
    );
    let (math_is, text_is) = (format!("math={math}"), format!("text={text}"));
    prints(&["run", "--invoke", "double(21)", "--provide", &math_is, "--provide", &text_is, &app], "42\n");
    let object = folder.path("app.o");
    prints(&["compile", &app, "-o", &object, "--provide", &math_is, "--provide", &text_is], "");
    prints(&["run", "--allow-precompiled", "--invoke", "length()", &object], "5\n");
    refuses(&["run", "--invoke", "double(1)", "--provide", &text_is, &app], 1, &["`math`", "--provide NAME=FILE"]);
    refuses(&["run", "--invoke", "double(1)", "--provide", &math_is, &app], 1, &["`text`", "--provide NAME=FILE"]);
    let swapped = format!("math={text}");
    refuses(
        &["compile", &app, "-o", &object, "--provide", &swapped],
        1,
        &["`math`", "expected module, found component"],
    );
    refuses(&["compile", &app, "-o", &object, "--provide", "math"], 1, &["--provide math=math.wasm"]);
}

#[test]
fn every_target_compiles() {
    let folder = Folder::new("targets");
    let adder = folder.file("adder.wat", ADDER);
    for (target, machine) in [("x86_64", 62u16), ("aarch64", 183), ("riscv64gc", 243), ("s390x", 22)] {
        let object = folder.path("adder.o");
        prints(&["compile", &adder, "-o", &object, "--target", &format!("{target}-unknown-linux-gnu")], "");
        let bytes = std::fs::read(&object).unwrap();
        assert_eq!(&bytes[..4], b"\x7fELF");
        let big_endian = bytes[5] == 2;
        let field = [bytes[18], bytes[19]];
        let found = if big_endian { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) };
        assert_eq!(found, machine, "{target}");
        assert_eq!(big_endian, target == "s390x");
        let inspected = said(&["inspect", &object]);
        assert!(inspected.out.contains(target.trim_end_matches("gc")), "{}", inspected.out);
    }
}

#[test]
fn code_is_printed() {
    let folder = Folder::new("emit");
    let adder = folder.file("adder.wat", ADDER);
    let clif = said(&["compile", &adder, "--emit", "clif"]);
    assert_eq!(clif.code, Some(0), "{}", clif.err);
    assert!(clif.out.contains("function ") && clif.out.contains("iadd"), "{}", clif.out);
    let asm = said(&["compile", &adder, "--emit", "asm", "--function", "divide"]);
    assert_eq!(asm.code, Some(0), "{}", asm.err);
    assert!(asm.out.len() < clif.out.len() * 4 && !asm.out.is_empty());
    refuses(&["compile", &adder, "--emit", "clif", "--function", "nowhere"], 1, &["nowhere"]);
}

#[test]
fn inspect_shows_both_sides() {
    let folder = Folder::new("inspect");
    let adder = folder.file("adder.wat", ADDER);
    let said = said(&["inspect", &adder]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for word in ["add: func(a: u32, b: u32) -> u32", "[i32 i32] -> [i32]", "text: func() -> string", "memory"] {
        assert!(said.out.contains(word), "`{word}` is not in: {}", said.out);
    }
}

#[test]
fn memories_in_scripts_may_be_larger_than_4_gib() {
    let folder = Folder::new("large-memory");
    let script = folder.file(
        "large.wast",
        r#"(module
  (memory i64 0x10001)
  (func (export "size") (result i64) (memory.size))
  (func (export "top") (result i32) (i32.load8_u (i64.const 0x10000ffff))))
(assert_return (invoke "size") (i64.const 0x10001))
(assert_return (invoke "top") (i32.const 0))
(component
  (core module $M
    (memory i64 0x10001)
    (func (export "top") (result i32) (i32.load8_u (i64.const 0x10000ffff))))
  (core instance $m (instantiate $M))
  (func (export "top") (result u32) (canon lift (core func $m "top"))))
(assert_return (invoke "top") (u32.const 0))
"#,
    );
    prints(&["wast", &script], &format!("ok {script}\n1 passed, 0 failed\n"));
}

#[test]
fn wast_reports_each_file() {
    let folder = Folder::new("wast");
    let good = folder.file(
        "good.wast",
        r#"(component
  (core module $M (func (export "f") (result i32) (i32.const 7)) (func (export "g") (unreachable)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f")))
  (func (export "g") (canon lift (core func $m "g"))))
(assert_return (invoke "f") (u32.const 7))
(assert_trap (invoke "g") "unreachable")
(assert_invalid (component (core module (func (result i32)))) "type mismatch")
(module (func (export "nan") (result f32) (f32.const nan)) (global (export "x") i64 (i64.const 9)))
(assert_return (invoke "nan") (f32.const nan:canonical))
(assert_return (get "x") (i64.const 9))
(register "m")
(module (import "m" "nan" (func (result f32))) (import "spectest" "memory" (memory 1)))
(assert_unlinkable (module (import "m" "nope" (func))) "unknown import")
"#,
    );
    prints(&["wast", &good], &format!("ok {good}\n1 passed, 0 failed\n"));
    let bad = folder.file(
        "bad.wast",
        "(module (func (export \"f\") (result i32) (i32.const 7)))\n\n(assert_return (invoke \"f\") (i32.const 8))\n",
    );
    let said = said(&["wast", &good, &bad]);
    assert_eq!(said.code, Some(1));
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", said.out);
    assert_eq!(lines[0], format!("ok {good}"));
    assert!(lines[1].starts_with(&format!("FAIL {bad}:3: ")), "{}", lines[1]);
    assert_eq!(lines[2], "1 passed, 1 failed");
}

#[test]
fn wording_counts_unless_it_is_ignored() {
    let folder = Folder::new("wording");
    let script =
        folder.file("wording.wast", "(assert_invalid (component (core module (func (result i32)))) \"no such words\")");
    assert_eq!(said(&["wast", &script]).code, Some(1));
    assert_eq!(said(&["wast", "--ignore-error-messages", &script]).code, Some(0));
}

/// `spin` never ends; `count` does.
const SPINNER: &str = r#"(component
  (core module $M
    (func (export "spin") (loop (br 0)))
    (func (export "count") (param i32) (result i32)
      (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0)))
  (core instance $m (instantiate $M))
  (func (export "spin") (canon lift (core func $m "spin")))
  (func (export "count") (param "n" u32) (result u32) (canon lift (core func $m "count"))))"#;

#[test]
fn a_timeout_is_124() {
    let folder = Folder::new("timeout");
    let spinner = folder.file("spinner.wat", SPINNER);
    let allowed = ["run", "--allow-precompiled", "--timeout", "0.05", "--invoke", "spin()"];
    let timeout = |file: &str| refuses(&[&allowed[..], &[file]].concat(), 124, &["spin"]);
    timeout(&spinner);
    prints(&["run", "--timeout", "3600", "--invoke", "count(9)", &spinner], "0\n");
    let (plain, object) = (folder.path("plain.o"), folder.path("interruptible.o"));
    prints(&["compile", &spinner, "-o", &plain], "");
    refuses(
        &["run", "--allow-precompiled", "--timeout", "9", "--invoke", "count(9)", &plain],
        1,
        &["plain.o", "--interruptible"],
    );
    prints(&["compile", &spinner, "-o", &object, "--interruptible"], "");
    timeout(&object);
    assert!(said(&["inspect", &object]).out.contains("can be interrupted"));
    let start = folder.file(
        "start.wat",
        r#"(component
          (core module $M (func $f (loop (br 0))) (start $f) (func (export "f")))
          (core instance $m (instantiate $M))
          (func (export "f") (canon lift (core func $m "f"))))"#,
    );
    refuses(&["run", "--timeout", "0.05", "--invoke", "f()", &start], 124, &["ran for too long"]);
    refuses(&["run", "--timeout", "soon", "--invoke", "spin()", &spinner], 2, &["--timeout"]);
    refuses(&["run", "--timeout=-1", "--invoke", "spin()", &spinner], 2, &["--timeout"]);
}

#[test]
fn fuel_runs_out() {
    let folder = Folder::new("fuel");
    let spinner = folder.file("spinner.wat", SPINNER);
    refuses(&["run", "--fuel", "1000", "--invoke", "spin()", &spinner], 134, &["all fuel consumed", "spin"]);
    prints(&["run", "--fuel", "1000", "--invoke", "count(9)", &spinner], "0\n");
    let (plain, object) = (folder.path("plain.o"), folder.path("counting.o"));
    prints(&["compile", &spinner, "-o", &plain], "");
    refuses(
        &["run", "--allow-precompiled", "--fuel", "9", "--invoke", "count(9)", &plain],
        1,
        &["plain.o", "--count-fuel"],
    );
    prints(&["compile", &spinner, "-o", &object, "--count-fuel"], "");
    refuses(
        &["run", "--allow-precompiled", "--fuel", "9", "--invoke", "count(9)", &object],
        134,
        &["all fuel consumed"],
    );
    prints(&["run", "--allow-precompiled", "--invoke", "count(9)", &object], "0\n");
}

/// Runs the command with a limit that `ulimit` sets, in KiB.
#[cfg(target_os = "linux")]
fn limited(limit: &str, arguments: &[&str]) -> Said {
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_cantilever")])
        .args(arguments)
        // What a thread takes does not count, however many processors there are.
        .env("RAYON_NUM_THREADS", "1")
        .env("CANTILEVER_CACHE_DIR", cache_directory())
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    Said { code: output.status.code(), out, err }
}

/// `deep` calls itself so often, and uses no other resource.
const DEEP: &str = r#"(component
  (core module $M
    (func $deep (export "deep") (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0))
        (then (i32.const 0))
        (else (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1))))))))
  (core instance $m (instantiate $M))
  (func (export "deep") (param "n" u32) (result u32) (canon lift (core func $m "deep"))))"#;

#[test]
fn guests_have_as_much_stack_as_they_are_given() {
    let folder = Folder::new("stack");
    let deep = folder.file("deep.wat", DEEP);
    prints(&["run", "--invoke", "deep(1000)", &deep], "1000\n");
    refuses(&["run", "--invoke", "deep(1000000)", &deep], 134, &["call stack exhausted"]);
    // More than the main thread has.
    prints(&["run", "--max-wasm-stack", "134217728", "--invoke", "deep(1000000)", &deep], "1000000\n");
    refuses(&["run", "--max-wasm-stack", "0", "--invoke", "deep(100000)", &deep], 134, &["call stack exhausted"]);
    refuses(&["run", "--max-wasm-stack", "1000000000000", "--invoke", "deep(1)", &deep], 2, &["--max-wasm-stack"]);
}

#[cfg(target_os = "linux")]
#[test]
fn recursion_ends_whatever_the_size_of_the_stack() {
    let folder = Folder::new("recursion");
    let deep = folder.file("deep.wat", DEEP);
    let script = folder.file(
        "deep.wast",
        r#"(module (func $f (export "f") (result i32) (i32.add (i32.const 1) (call $f))))
(assert_exhaustion (invoke "f") "call stack exhausted")"#,
    );
    for size in ["-s unlimited", "-s 65536", "-s 1024"] {
        let said = limited(size, &["run", "--invoke", "deep(4000000000)", &deep]);
        assert!(said.err.contains("call stack exhausted"), "{size}: {}", said.err);
        assert_eq!(said.code, Some(134), "{size}");
        // Scripts run on the main thread.
        let said = limited(size, &["wast", &script]);
        assert_eq!(said.code, Some(0), "{size}: {}{}", said.out, said.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_refusal_of_the_system_is_a_result_or_an_error() {
    let folder = Folder::new("memory");
    let grower = folder.file(
        "grower.wat",
        r#"(component
          (core module $M (memory 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
          (core instance $m (instantiate $M))
          (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $m "grow"))))"#,
    );
    // 1 GiB cannot be had, but there is address space for it.
    let said = limited("-d 700000", &["run", "--invoke", "grow(16384)", &grower]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "-1\n"), "{}", said.err);
    let said = limited("-d 700000", &["run", "--invoke", "grow(1)", &grower]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "1\n"), "{}", said.err);
    // There is no address space for 4 GiB, but for less.
    let said = limited("-v 3000000", &["run", "--invoke", "grow(1)", &grower]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("no memory for a linear memory"), "{}", said.err);
    let small = ["run", "--memory-reservation", "131072", "--invoke"];
    let said = limited("-v 3000000", &[&small[..], &["grow(1)", &grower]].concat());
    assert_eq!((said.code, said.out.as_str()), (Some(0), "1\n"), "{}", said.err);
    let said = limited("-v 3000000", &[&small[..], &["grow(2)", &grower]].concat());
    assert_eq!((said.code, said.out.as_str()), (Some(0), "-1\n"), "{}", said.err);
}

#[test]
fn help_teaches() {
    for command in ["", "run", "compile", "wast", "inspect", "bindgen"] {
        let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let said = said(&arguments);
        assert_eq!(said.code, Some(0));
        assert!(said.out.contains("Examples:"), "{command:?}: {}", said.out);
    }
}

/// Components that real toolchains made; what they print was recorded under another engine.
#[test]
fn real_components_print_what_was_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/components");
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "{} must be there in continuous integration", folder.display());
        println!("SKIPPED: the components are not there: {}", folder.display());
        return;
    }
    let component = folder.join("kv-c-c.wasm");
    let recorded = std::fs::read_to_string(folder.join("kv-c-c.run-5000.txt")).unwrap();
    let component = component.to_str().unwrap();
    let raw = said(&["run", "--raw", "--invoke", "run(5000)", component]);
    assert_eq!(raw.code, Some(0), "{}", raw.err);
    assert_eq!(raw.out, recorded);
    let wave = said(&["run", "--invoke", "run(5000)", component]);
    let ty = wasm_wave::value::Type::STRING;
    let text: wasm_wave::value::Value = wasm_wave::from_str(&ty, wave.out.trim_end()).unwrap();
    assert_eq!(wasm_wave::wasm::WasmValue::unwrap_string(&text), recorded);
    prints(&["run", "--invoke", "live()", component.replace("kv-c-c", "kv-provider").as_str()], "(0, 0)\n");
}
