//! What is scarce runs out. Each test runs itself in a process of its own.

use super::*;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::process::Command;

/// Is this the process for the test? If not, runs the test in one.
fn in_process_of_its_own(test: &str) -> bool {
    const MARK: &str = "CANTILEVER_WASI_TEST";
    if std::env::var_os(MARK).is_some_and(|name| name == test) {
        return true;
    }
    let name = format!("fs::tests::exhaustion::{test}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", &name, "--test-threads=1"]).env(MARK, test).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

#[test]
fn descriptors_run_out_and_come_back() {
    if !in_process_of_its_own("descriptors_run_out_and_come_back") {
        return;
    }
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        let place = Place::new(Rights::ALL, resolver);
        place.dirs("d/e");
        place.file("d/e/f", "text");
        let limit = Rlimit { current: Some(64), maximum: Some(64) };
        setrlimit(Resource::Nofile, limit).unwrap();
        let mut held = Vec::new();
        let errno = loop {
            match place.base.open_at(Follow::Yes, "d/e/f", &Open::READ) {
                Ok(file) => held.push(file),
                Err(errno) => break errno,
            }
        };
        assert_eq!(errno, Errno::MFILE);
        let base = &place.base;
        // A walk has another descriptor open on its way.
        let listings: Vec<_> = std::iter::from_fn(|| base.read_directory().ok()).collect();
        assert_eq!(base.read_directory().unwrap_err(), Errno::MFILE);
        assert_eq!(base.open_at(Follow::Yes, "new", &CREATE).unwrap_err(), Errno::MFILE);
        assert_eq!(base.stat_at(Follow::Yes, "d").unwrap().kind, Kind::Directory);
        assert_eq!(base.create_directory_at("d/x").unwrap_err(), Errno::MFILE);
        assert_eq!(contents(&held[0]).unwrap(), "text");
        drop((held, listings));
        assert_eq!(place.contents("d/e/f").unwrap(), "text");
        assert_eq!(base.read_directory().unwrap().next_entry().unwrap().unwrap().name, "d");
    }
}

#[test]
fn a_walk_needs_few_descriptors() {
    if !in_process_of_its_own("a_walk_needs_few_descriptors") {
        return;
    }
    let place = Place::new(Rights::ALL, Resolver::Walk);
    let deep = ["d"; 300].join("/");
    place.dirs(&deep);
    setrlimit(Resource::Nofile, Rlimit { current: Some(32), maximum: Some(32) }).unwrap();
    assert_eq!(place.base.stat_at(Follow::Yes, &deep).unwrap().kind, Kind::Directory);
}
