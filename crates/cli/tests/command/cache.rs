//! The command and its cache: what is kept where, and what happens when nothing can be.

use super::command;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A component whose function `answer` returns 42.
const ANSWER: &str = r#"(component
  (core module $M (func (export "answer") (result i32) (i32.const 42)))
  (core instance $m (instantiate $M))
  (func (export "answer") (result u32) (canon lift (core func $m "answer"))))"#;

/// A folder with the component, and a place for a cache. It is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cantilever-{}-cache-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("answer.wat"), ANSWER).unwrap();
        Folder(path)
    }

    fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    /// The command with the cache of this folder, in this folder.
    fn command(&self) -> Command {
        let mut command = command();
        command.env("CANTILEVER_CACHE_DIR", self.cache()).current_dir(&self.0);
        command
    }

    fn said(&self, arguments: &[&str]) -> String {
        succeeds(self.command().args(arguments).output().unwrap())
    }

    /// How many objects there are in the cache.
    fn objects(&self) -> usize {
        objects(&self.cache())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn objects(cache: &Path) -> usize {
    let files = std::fs::read_dir(cache).into_iter().flatten().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "object")).count()
}

const RUN: [&str; 4] = ["run", "--invoke", "answer()", "answer.wat"];

/// It succeeded without a word of warning, and printed this.
#[track_caller]
fn succeeds(output: Output) -> String {
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    out
}

/// It ran the component, and warned with these words.
#[track_caller]
fn runs_with_warning(command: &mut Command, word: &str) {
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!((output.status.code(), out.as_str()), (Some(0), "42\n"), "{err}");
    assert!(err.starts_with("warning: ") && err.contains(word), "{err}");
}

#[test]
fn what_is_run_or_compiled_is_kept() {
    let folder = Folder::new("kept");
    assert_eq!(folder.said(&["cache", "path"]).trim_end(), folder.cache().to_str().unwrap());
    assert_eq!(folder.said(&RUN), "42\n");
    assert_eq!(folder.objects(), 1);
    assert_eq!(folder.said(&RUN), "42\n");
    folder.said(&["compile", "answer.wat", "-o", "answer.o"]);
    assert_eq!(folder.objects(), 1);
    folder.said(&["compile", "answer.wat", "-o", "other.o", "--no-inlining"]);
    assert_eq!(folder.objects(), 2);
    let list = folder.said(&["cache", "list"]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(lines[..2].iter().all(|line| line.contains("answer.wat") && line.contains("now")), "{list}");
    assert_eq!(lines.iter().filter(|line| line.ends_with("no-inlining")).count(), 1, "{list}");
    assert!(lines[2].starts_with("2 files, "), "{list}");
    // The object that was kept is the one that is made without a cache.
    folder.said(&["compile", "answer.wat", "-o", "fresh.o", "--no-cache"]);
    let read = |name| std::fs::read(folder.0.join(name)).unwrap();
    assert_eq!(read("answer.o"), read("fresh.o"));
    assert!(folder.said(&["cache", "prune", "--size", "1"]).starts_with("removed 2 files, "));
    assert_eq!(folder.said(&["cache", "list"]), "0 files, 0.0 KiB\n");
}

#[test]
fn nothing_is_kept_if_nothing_shall_be() {
    let folder = Folder::new("nothing");
    assert_eq!(folder.said(&["run", "--no-cache", "--invoke", "answer()", "answer.wat"]), "42\n");
    assert!(!folder.cache().exists());
    assert_eq!(folder.said(&["run", "--cache-dir", "elsewhere", "--invoke", "answer()", "answer.wat"]), "42\n");
    assert!(!folder.cache().exists());
    assert_eq!(objects(&folder.0.join("elsewhere")), 1);
    assert!(folder.said(&["cache", "clear", "--cache-dir", "elsewhere"]).starts_with("removed 1 file, "));
}

#[test]
fn the_environment_says_where_it_is() {
    let folder = Folder::new("environment");
    let path = |variables: &[(&str, &str)]| {
        let mut command = folder.command();
        ["CANTILEVER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"].iter().for_each(|name| {
            command.env_remove(name);
        });
        command.envs(variables.iter().copied()).args(["cache", "path"]).output().unwrap()
    };
    let home = ("HOME", "/home/ada");
    assert_eq!(succeeds(path(&[home])), "/home/ada/.cache/cantilever\n");
    assert_eq!(succeeds(path(&[home, ("XDG_CACHE_HOME", "/var/ada")])), "/var/ada/cantilever\n");
    assert_eq!(succeeds(path(&[home, ("XDG_CACHE_HOME", "relative")])), "/home/ada/.cache/cantilever\n");
    assert_eq!(succeeds(path(&[home, ("CANTILEVER_CACHE_DIR", "here")])), "here\n");
    let nowhere = path(&[("HOME", "")]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8(nowhere.stderr).unwrap().contains("CANTILEVER_CACHE_DIR"));
    let mut command = folder.command();
    command.env_remove("CANTILEVER_CACHE_DIR").env_remove("XDG_CACHE_HOME").env_remove("HOME").args(RUN);
    runs_with_warning(&mut command, "HOME");
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("others");
    std::fs::create_dir(folder.cache()).unwrap();
    std::fs::set_permissions(folder.cache(), std::fs::Permissions::from_mode(0o777)).unwrap();
    runs_with_warning(folder.command().args(RUN), "0777");
    assert_eq!(folder.objects(), 0);
    let refused = folder.command().args(["cache", "list"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
}

/// A file cannot grow, as on a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_keeps_nothing_from_running() {
    let folder = Folder::new("full");
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 0 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_cantilever")])
        .args(RUN)
        .env("CANTILEVER_CACHE_DIR", folder.cache())
        .current_dir(&folder.0);
    runs_with_warning(&mut command, "cannot write the file");
    let left = std::fs::read_dir(folder.cache()).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| name == "lock"), "an unfinished file is left");
    assert_eq!(folder.said(&RUN), "42\n");
    assert_eq!(folder.objects(), 1);
}

#[test]
fn processes_share_a_cache() {
    let folder = Folder::new("processes");
    let start = |number: usize| {
        let output = format!("{number}.o");
        let arguments = ["compile", "answer.wat", "-o", &output];
        folder.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(start).collect();
    for child in children {
        assert_eq!(succeeds(child.wait_with_output().unwrap()), "");
    }
    assert_eq!(folder.objects(), 1);
    let first = std::fs::read(folder.0.join("0.o")).unwrap();
    assert!((1..6).all(|number| std::fs::read(folder.0.join(format!("{number}.o"))).unwrap() == first));
    assert_eq!(folder.said(&RUN), "42\n");
}
