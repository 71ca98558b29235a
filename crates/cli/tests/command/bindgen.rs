//! Bindings are written, compared and refused.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const WIT: &str = "package demo:clock;
interface clock { resource zone; now: func() -> u64; }
world watch { import clock; }
";

/// A folder with a WIT file, which is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cantilever-bindgen-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("clock.wit"), WIT).unwrap();
        Folder(path)
    }

    /// Runs the command in the folder.
    fn bindgen(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cantilever"));
        command.current_dir(&self.0).args(["bindgen", "clock.wit", "-o", "bindings"]).args(arguments);
        command.output().unwrap()
    }

    /// It fails with exit code 1, and says these words.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], words: &[&str]) {
        let output = self.bindgen(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_are_written_and_compared() {
    let folder = Folder::new("check");
    folder.refuses(&["--check"], &["out of date", "bindings/mod.rs", "bindings/demo/clock/clock.rs", "--check"]);
    assert!(!folder.0.join("bindings").exists(), "a check writes nothing");
    assert!(folder.bindgen(&[]).status.success());
    assert!(folder.bindgen(&["--check"]).status.success());
    let file = folder.0.join("bindings/demo/clock/clock.rs");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("pub trait Clock {"), "{text}");
    fs::write(&file, text + "// mine\n").unwrap();
    folder.refuses(&["--check"], &["out of date: bindings/demo/clock/clock.rs\n"]);
}

#[test]
fn types_and_the_crate_are_chosen() {
    let folder = Folder::new("options");
    let resource = "demo:clock/clock/zone=crate::zones::Zone";
    assert!(folder.bindgen(&["--resource", resource, "--crate", "cantilever::runtime"]).status.success());
    let text = fs::read_to_string(folder.0.join("bindings/demo/clock/clock.rs")).unwrap();
    assert!(text.contains("pub use crate::zones::Zone;") && text.contains("use cantilever::runtime::{"), "{text}");
}

#[test]
fn what_is_wrong_is_said() {
    let folder = Folder::new("errors");
    folder.refuses(&["--resource", "zone"], &["there is no type"]);
    folder.refuses(&["--resource", "demo:clock/clock/hour=H"], &["`demo:clock/clock/hour`", "no such resource"]);
    folder.refuses(&["--world", "sundial"], &["`sundial`"]);
    fs::write(folder.0.join("clock.wit"), "package demo:clock;\ninterface clock { now: func( }").unwrap();
    folder.refuses(&[], &["clock.wit:2:"]);
}
