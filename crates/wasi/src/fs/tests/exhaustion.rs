//! What is scarce runs out. Each test runs itself in a process of its own.

use super::*;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::process::Command;

/// Is this the process for the test? If not, runs the test in one that the command starts.
fn in_process_of_its_own(test: &str, mut command: Command) -> bool {
    const MARK: &str = "CANTILEVER_WASI_TEST";
    if std::env::var_os(MARK).is_some_and(|name| name == test) {
        return true;
    }
    let name = format!("fs::tests::exhaustion::{test}");
    let executable = std::env::current_exe().unwrap();
    let output = command.arg(executable).args(["--exact", &name, "--test-threads=1"]).env(MARK, test).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

#[test]
fn descriptors_run_out_and_come_back() {
    if !in_process_of_its_own("descriptors_run_out_and_come_back", Command::new("env")) {
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
    if !in_process_of_its_own("a_walk_needs_few_descriptors", Command::new("env")) {
        return;
    }
    let place = Place::new(Rights::ALL, Resolver::Walk);
    let deep = ["d"; 300].join("/");
    place.dirs(&deep);
    setrlimit(Resource::Nofile, Rlimit { current: Some(32), maximum: Some(32) }).unwrap();
    assert_eq!(place.base.stat_at(Follow::Yes, &deep).unwrap().kind, Kind::Directory);
}

/// Starts processes that may mount, if this system lets us.
fn with_mounts() -> Option<Command> {
    let mut command = Command::new("unshare");
    let may = command.args(["--mount", "true"]).status().is_ok_and(|status| status.success());
    let mut command = Command::new("unshare");
    command.arg("--mount");
    may.then_some(command)
}

#[test]
fn a_small_file_system_fills_up() {
    let Some(command) = with_mounts() else {
        eprintln!("skipped: mounting is not permitted");
        return;
    };
    if !in_process_of_its_own("a_small_file_system_fills_up", command) {
        return;
    }
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        let place = Place::new(Rights::ALL, resolver);
        place.dirs("small");
        place.file("f", "beside");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k,nr_inodes=8", "tmpfs"]).arg(place.host("small"));
        assert!(mount.status().unwrap().success());
        // Paths lead into what is mounted beneath, and back.
        let file = place.base.open_at(Follow::Yes, "small/../small/f", &CREATE).unwrap();
        assert_eq!(place.contents("small/../f").unwrap(), "beside");
        assert_eq!(place.base.rename_at("f", &place.base, "small/g"), Err(Errno::XDEV));
        assert_eq!(place.base.link_at(Follow::No, "f", &place.base, "small/g"), Err(Errno::XDEV));
        let mut offset = 0;
        let errno = loop {
            match file.write(&[1; 5000], offset) {
                Ok(count) => offset += count as u64,
                Err(errno) => break errno,
            }
        };
        assert_eq!((errno, offset), (Errno::NOSPC, 64 << 10));
        let made = (0..9).map(|index| place.base.create_directory_at(&format!("small/{index}")));
        assert_eq!(made.last(), Some(Err(Errno::NOSPC)));
        assert!(Command::new("umount").arg("--lazy").arg(place.host("small")).status().unwrap().success());
    }
}
