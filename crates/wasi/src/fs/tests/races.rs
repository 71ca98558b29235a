//! Threads that change what a path leads through while it is walked. No path may be seen to lead
//! out, whoever wins.

use super::*;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// How often each race is run.
const ROUNDS: usize = 4_000;

/// Is set when it goes, even if that is by a panic: the other thread must not go on for ever.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Runs `change` again and again on another thread while `attempt` is tried.
fn race(change: impl Fn() + Sync, attempt: impl Fn()) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Relaxed) {
                change();
            }
        });
        let _done = Done(&done);
        (0..ROUNDS).for_each(|_| attempt());
    });
}

/// What was found is inside, or an error that says why nothing was found.
fn is_inside(found: Result<String, Errno>) -> bool {
    match found {
        Ok(text) => text == "inside",
        Err(errno) => {
            matches!(errno, Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::PERM | Errno::AGAIN | Errno::EXIST)
        }
    }
}

/// Exchanges two names of the host in one step.
fn exchange(one: &Path, other: &Path) {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
}

#[test]
fn a_directory_becomes_a_link_out() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("d");
        place.file("d/secret", "inside");
        place.link("..", "out");
        let (dir, link) = (place.host("d"), place.host("out"));
        race(
            || exchange(&dir, &link),
            || {
                let found = place.contents("d/secret");
                assert!(is_inside(found.clone()), "{found:?}");
                let size = place.base.stat_at(Follow::Yes, "d/secret").map(|stat| stat.size);
                assert!(matches!(size, Ok(6) | Err(_)), "{size:?}");
                let _ = place.base.create_directory_at("d/made");
                let _ = place.base.rename_at("d/made", &place.base, "out/made");
                let _ = place.base.unlink_file_at("d/none");
            },
        );
        assert!(!place.folder.path().join("made").exists());
        assert_eq!(fs::read_to_string(place.folder.path().join("secret")).unwrap(), SECRET);
    });
}

#[test]
fn a_file_becomes_a_link_out() {
    with_each_resolver(Rights::ALL, |place| {
        place.file("f", "inside");
        place.link("../secret", "out");
        let (file, link) = (place.host("f"), place.host("out"));
        race(
            || exchange(&file, &link),
            || {
                let found = place.contents("f");
                assert!(is_inside(found.clone()), "{found:?}");
                let opened = place.base.open_at(Follow::Yes, "f", &CREATE);
                if let Ok(file) = opened {
                    assert_eq!(file.write(b"inside", 0), Ok(6));
                }
                let _ = place.base.set_times_at(Follow::Yes, "f", NewTime::NoChange, NewTime::Now);
                if place.base.link_at(Follow::Yes, "f", &place.base, "linked").is_ok() {
                    let found = place.contents("linked");
                    assert!(is_inside(found.clone()), "{found:?}");
                    place.base.unlink_file_at("linked").unwrap();
                }
            },
        );
        assert_eq!(fs::read_to_string(place.folder.path().join("secret")).unwrap(), SECRET);
    });
}

#[test]
fn a_directory_is_moved_out_and_back() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("a/b/c");
        place.file("secret", "inside");
        // Deep enough outside that as many steps up as the path has stay outside.
        let outside = place.folder.path().join("x/y/z");
        fs::create_dir_all(&outside).unwrap();
        for folder in ["x/y/z", "x/y", "x"] {
            fs::write(place.folder.path().join(folder).join("secret"), SECRET).unwrap();
        }
        let (inside, moved) = (place.host("a/b"), outside.join("b"));
        race(
            || {
                fs::rename(&inside, &moved).unwrap();
                fs::rename(&moved, &inside).unwrap();
            },
            || {
                for path in ["a/b/c/../../../secret", "a/b/../../secret", "a/b/c/../../../a/../secret"] {
                    let found = place.contents(path);
                    assert!(is_inside(found.clone()), "{path}: {found:?}");
                }
            },
        );
    });
}

#[test]
fn links_lead_elsewhere_each_time() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("d/e");
        place.file("d/secret", "inside");
        place.link("d/e", "one");
        place.link("../..", "other");
        let (one, other) = (place.host("one"), place.host("other"));
        race(
            || exchange(&one, &other),
            || {
                let found = place.contents("one/../secret");
                assert!(is_inside(found.clone()), "{found:?}");
                let found = place.base.readlink_at("one");
                assert!(matches!(found.as_deref(), Ok("d/e" | "../..")), "{found:?}");
            },
        );
    });
}

#[test]
fn what_guests_race_with_themselves_stays_inside() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("a/b");
        place.file("a/b/secret", "inside");
        let base = &place.base;
        race(
            || {
                let _ = base.rename_at("a/b", base, "moved");
                let _ = base.symlink_at("..", "a/b");
                let _ = base.unlink_file_at("a/b");
                let _ = base.rename_at("moved", base, "a/b");
            },
            || {
                for path in ["a/b/secret", "a/b/../b/secret", "a/b/../../secret"] {
                    let found = place.contents(path);
                    assert!(is_inside(found.clone()), "{path}: {found:?}");
                }
            },
        );
    });
}
