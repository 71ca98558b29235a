//! Objects are native code: no command runs one unless it is told that it may.

use super::command;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};

const ANSWER: &str = r#"(component
  (core module $M (func (export "answer") (result i32) (i32.const 42)))
  (core instance $m (instantiate $M))
  (func (export "answer") (result u32) (canon lift (core func $m "answer"))))"#;

/// An object in a file of this name, which is removed when the test ends.
struct ObjectFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl ObjectFile {
    fn new(name: &str) -> Self {
        let options = cantilever::CompileOptions::default();
        let bytes = cantilever::compile(&wat::parse_str(ANSWER).unwrap(), &options, &()).unwrap();
        let path = std::env::temp_dir().join(format!("cantilever-{}-{name}", std::process::id()));
        std::fs::write(&path, &bytes).unwrap();
        ObjectFile { path, bytes }
    }

    /// Runs a command with this file's name after the arguments, and with its contents as standard
    /// input.
    fn given_to(&self, arguments: &[&str], file: &str) -> Output {
        let mut child = command()
            .args(arguments)
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads no input may have ended by now.
        let _ = child.stdin.take().unwrap().write_all(&self.bytes);
        child.wait_with_output().unwrap()
    }
}

impl Drop for ObjectFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[test]
fn an_object_runs_only_if_that_is_allowed() {
    // Whatever the name says, the contents decide.
    for name in ["answer.o", "answer.wasm", "answer.wat"] {
        let object = ObjectFile::new(name);
        for file in [object.path.to_str().unwrap(), "-"] {
            for arguments in [&["run"][..], &["run", "--invoke", "answer()"]] {
                let output = object.given_to(arguments, file);
                let error = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(1), "{file}: {error}");
                assert!(output.stdout.is_empty(), "{file}");
                assert!(error.contains("native code") && error.contains("--allow-precompiled"), "{file}: {error}");
            }
            let output = object.given_to(&["run", "--allow-precompiled", "--invoke", "answer()"], file);
            assert_eq!(output.stdout, b"42\n", "{file}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn no_other_command_runs_an_object() {
    let object = ObjectFile::new("other.o");
    for arguments in [&["compile", "-o", "/dev/null"][..], &["wast"], &["compile", "--emit", "clif"]] {
        let output = object.given_to(arguments, object.path.to_str().unwrap());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
    let output = object.given_to(&["inspect"], "-");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("answer: func() -> u32"));
}

#[test]
fn a_damaged_object_is_refused_with_the_place() {
    let mut object = ObjectFile::new("damaged.o");
    object.bytes[100] ^= 1;
    for arguments in [&["run", "--allow-precompiled", "--invoke", "answer()"][..], &["inspect"]] {
        let output = object.given_to(arguments, "-");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains("damaged") && error.contains("from offset 0x0 to "), "{error}");
    }
}
