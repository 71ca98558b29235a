//! Programs of WASI: what they are given, what they are granted, and how they end.

use super::command;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A core module of WASI 0.1 that writes a line and ends with the code 3.
const GREETS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00")
  (data (i32.const 16) "hello\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 3))))"#;

/// One that reads a byte of standard input, and traps if that is an error.
const READS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (func (export "_start")
    (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))))"#;

/// One that opens the file `f` beneath the first directory to write, and ends with the error code.
const OPENS: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "f")
  ;; Create; the right to write.
  (func (export "_start")
    (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 1)
      (i64.const 64) (i64.const 64) (i32.const 0) (i32.const 0)))))"#;

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("programs-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A program in binary form.
    fn program(&self, text: &str) -> String {
        let path = self.0.join("program.wasm");
        std::fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str]) -> Output {
    command().arg("run").args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_module_of_wasi_0_1_runs_and_ends_with_its_code() {
    let folder = Folder::new("module");
    let output = run(&[&folder.program(GREETS)]);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("hello\n", ""));
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_reader_that_goes_away_closes_the_programs_stream() {
    let folder = Folder::new("closed");
    let program = folder.program(GREETS);
    let mut child = command().args(["run", &program]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(3), "the program goes on, as it ignores what `fd_write` says");
}

#[test]
fn a_program_that_waits_is_stopped_in_time() {
    let folder = Folder::new("waits");
    let program = folder.program(READS);
    // Nothing is ever written to the pipe.
    let mut child = command();
    let child = child.args(["run", "--timeout", "0.2", &program]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let unwritten = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(124));
    drop(unwritten);
}

#[test]
fn directories_are_granted_whole_or_to_read() {
    let folder = Folder::new("granted");
    let program = folder.program(OPENS);
    let given = folder.0.join("given");
    std::fs::create_dir(&given).unwrap();
    let host = given.display().to_string();
    // Without a directory there is no descriptor 3: EBADF of WASI 0.1.
    assert_eq!(run(&[&program]).status.code(), Some(8));
    let read_only = run(&["--dir", &format!("{host}::/w::ro"), &program]);
    assert_ne!(read_only.status.code(), Some(0));
    assert!(!given.join("f").exists());
    assert_eq!(run(&["--dir", &format!("{host}::/w"), &program]).status.code(), Some(0));
    assert!(given.join("f").exists());
    let missing = run(&["--dir", "/is/not/there::/w", &program]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("/is/not/there") && text(&missing.stderr).contains("help:"));
}

#[test]
fn grants_are_checked_and_listed() {
    let folder = Folder::new("grants");
    let program = folder.program(GREETS);
    let help = run(&["-S", "help", &program]);
    assert!(help.status.success() && text(&help.stdout).contains("inherit-network"));
    let wrong = run(&["-S", "everything", &program]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("there is no grant `everything`"));
}

/// A program of `../shared`. Absent, the test is skipped, but not on a CI machine.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/components/wasi").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} must be there in continuous integration", path.display());
    println!("skipped: there is no {}", path.display());
    None
}

#[test]
fn arguments_variables_and_codes_are_the_programs_own() {
    let Some(program) = shared("10-rs-hello.wasm") else { return };
    let expected = std::fs::read_to_string(program.with_extension("expected")).unwrap();
    let run = |options: &[&str], arguments: &[&str]| -> Command {
        let mut command = command();
        command.args(["run", "--argv0", "guest.wasm"]).args(options).arg(&program).args(arguments);
        command
    };
    let mut said = String::new();
    let mut note = |mut command: Command, input: &str| {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        said += &format!("{}exit={}\n", text(&output.stdout), output.status.code().unwrap());
    };
    // Everything after the file is the program's, whatever it looks like.
    note(run(&["--env", "B=2", "--env", "A=1"], &["arg1", "arg zwei ü"]), "the quick fox\nthe lazy Dog dog\n");
    note(run(&[], &["exit"]), "");
    note(run(&[], &["panic"]), "");
    assert_eq!(said.trim_end(), expected.trim_end());
}
