//! Paths that lead out of the base, by each function.

use super::*;

/// Paths to what lies outside, however they are written. `up` and the others are links.
const WAYS_OUT: &[&str] = &[
    "../secret",
    "..",
    "../",
    "../.",
    "./..",
    "d/../../secret",
    "d/../..",
    "d/../../",
    "d//..//..//secret",
    "d/./.././../secret",
    "../base/d",
    "/",
    "/etc",
    "//etc",
    "up/secret",
    "up/",
    "up/.",
    "up/..",
    "d/deepup/secret",
    "d/deepup/",
    "absolute/passwd",
    "absolute/",
    "absolute/.",
    "chain/secret",
    "chain/",
    "slashed/secret",
    "slashed/",
    "up/base/d",
];

/// Links that are themselves inside, and whose targets are outside.
const LINKS_OUT: &[&str] = &["up", "file", "absolute", "chain", "slashed", "d/deepup"];

fn prepare(place: &Place) {
    place.dirs("d");
    place.link("..", "up");
    place.link("../secret", "file");
    place.link("/etc", "absolute");
    place.link("../..", "d/deepup");
    place.link("d/deepup", "chain");
    place.link("../", "slashed");
}

#[test]
fn no_function_leaves_the_base() {
    let (now, key) = (NewTime::Now, HashKey::default());
    with_each_resolver(Rights::ALL, |place| {
        prepare(place);
        let base = &place.base;
        for path in WAYS_OUT {
            eprintln!("{path}");
            let refused = |result: Result<(), Errno>| assert_eq!(result, Err(Errno::PERM), "{path}");
            for follow in [Follow::Yes, Follow::No] {
                for how in [Open::READ, WRITE, DIRECTORY] {
                    refused(base.open_at(follow, path, &how).map(|_| ()));
                }
                for how in [CREATE, Open { exclusive: true, ..CREATE }] {
                    let errno = base.open_at(follow, path, &how).unwrap_err();
                    let expected = if path.ends_with('/') && *path != "/" { Errno::ISDIR } else { Errno::PERM };
                    assert_eq!(errno, expected, "{path}");
                }
                refused(base.stat_at(follow, path).map(|_| ()));
                refused(base.metadata_hash_at(follow, path, &key).map(|_| ()));
                refused(base.set_times_at(follow, path, now, now));
                refused(base.link_at(follow, path, base, "x"));
            }
            // A link with a slash behind it is no directory, so it is not moved as one.
            let renamed = base.rename_at(path, base, "x").unwrap_err();
            assert!(matches!(renamed, Errno::PERM | Errno::NOTDIR), "{path}: {renamed}");
            refused(base.readlink_at(path).map(|_| ()));
        }
        assert_eq!(fs::read_to_string(place.folder.path().join("secret")).unwrap(), SECRET);
    });
}

#[test]
fn nothing_is_made_or_removed_outside() {
    with_each_resolver(Rights::ALL, |place| {
        prepare(place);
        place.file("f", "");
        let base = &place.base;
        for out in ["..", "up", "d/deepup", "chain", "slashed", "d/../..", "absolute"] {
            let refused = |result| assert_eq!(result, Err(Errno::PERM), "{out}");
            for made in ["x", "x/", "secret", ".", ".."] {
                let path = format!("{out}/{made}");
                refused(base.create_directory_at(&path));
                refused(base.remove_directory_at(&path));
                refused(base.unlink_file_at(&path));
                refused(base.symlink_at("a", &path));
                refused(base.rename_at("f", base, &path));
                refused(base.link_at(Follow::No, "f", base, &path));
            }
        }
        let left = fs::read_dir(place.folder.path()).unwrap().count();
        assert_eq!(left, 2, "the base and the secret");
    });
}

#[test]
fn links_out_are_seen_and_not_followed() {
    let now = NewTime::Now;
    with_each_resolver(Rights::ALL, |place| {
        prepare(place);
        let base = &place.base;
        for link in LINKS_OUT {
            for how in [Open::READ, CREATE, WRITE] {
                assert_eq!(base.open_at(Follow::Yes, link, &how).unwrap_err(), Errno::PERM, "{link}");
                assert_eq!(base.open_at(Follow::No, link, &how).unwrap_err(), Errno::LOOP, "{link}");
            }
            assert_eq!(base.stat_at(Follow::Yes, link).unwrap_err(), Errno::PERM);
            assert_eq!(base.stat_at(Follow::No, link).unwrap().kind, Kind::SymbolicLink);
            assert_eq!(base.set_times_at(Follow::Yes, link, now, now), Err(Errno::PERM));
            assert_eq!(base.set_times_at(Follow::No, link, now, now), Ok(()));
            assert_eq!(base.link_at(Follow::Yes, link, base, "x"), Err(Errno::PERM));
        }
        // A link to nowhere outside creates nothing there.
        place.link("../made", "maker");
        assert_eq!(base.open_at(Follow::Yes, "maker", &CREATE).unwrap_err(), Errno::PERM);
        assert!(!place.folder.path().join("made").exists());
    });
}

#[test]
fn links_without_end_end() {
    with_each_resolver(Rights::ALL, |place| {
        place.link("self", "self");
        place.link("b", "a");
        place.link("a/x", "b");
        // A thousand links, one after the other.
        place.link("chain0", "end");
        for index in 0..1000 {
            place.link(format!("chain{}", index + 1), &format!("chain{index}"));
        }
        // Links that name one another many times over.
        place.dirs("d");
        place.link("d", "twice0");
        for index in 0..30 {
            let target = format!("twice{index}/../").repeat(60) + &format!("twice{index}");
            place.link(target, &format!("twice{}", index + 1));
        }
        for path in ["self", "self/", "self/x", "a", "b/x", "end", "end/x", "twice30", "twice30/x"] {
            assert_eq!(place.base.stat_at(Follow::Yes, path).unwrap_err(), Errno::LOOP, "{path}");
            assert_eq!(place.contents(path), Err(Errno::LOOP), "{path}");
        }
        // Forty are allowed.
        place.file("chain1000", "reached");
        assert_eq!(place.contents("chain961").unwrap(), "reached");
        assert_eq!(place.contents("chain960").unwrap(), "reached");
        assert_eq!(place.contents("chain959"), Err(Errno::LOOP));
    });
}

#[test]
fn targets_of_links_do_not_grow_a_path_without_bound() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("d");
        // Each link doubles what is still to be walked.
        place.link("./".repeat(2040) + "d", "long0");
        for index in 0..39 {
            place.link(format!("long{index}/{}", "./".repeat(2000)), &format!("long{}", index + 1));
        }
        let result = place.base.stat_at(Follow::Yes, "long39");
        assert!(matches!(result, Ok(_) | Err(Errno::NAMETOOLONG)), "{result:?}");
    });
}

#[test]
fn links_of_proc_lead_nowhere() {
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        let process = Descriptor::preopen("/proc/self", Rights::ALL).unwrap().with_resolver(resolver);
        let outside = tempfile::tempdir().unwrap();
        let held = fs::File::open(outside.path()).unwrap();
        let path = format!("fd/{}", std::os::fd::AsRawFd::as_raw_fd(&held));
        for path in ["root", "root/", "root/etc/passwd", "cwd/.", "exe", &path, &format!("{path}/x")] {
            for follow in [Follow::Yes, Follow::No] {
                let errno = process.open_at(follow, path, &Open::READ).unwrap_err();
                assert!(matches!(errno, Errno::LOOP | Errno::PERM), "{path}: {errno}");
            }
        }
        // What is no link is a file like others.
        assert_eq!(process.stat_at(Follow::Yes, "status").unwrap().kind, Kind::RegularFile);
    }
}

#[test]
fn what_is_moved_out_stays_out_of_reach_from_above() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("d/e");
        place.file("f", "inside");
        let inner = place.base.open_at(Follow::Yes, "d/e", &DIRECTORY).unwrap();
        fs::rename(place.host("d/e"), place.folder.path().join("moved")).unwrap();
        // The directory is where it was moved to. What is above it there is outside.
        assert_eq!(inner.stat_at(Follow::Yes, "../secret").unwrap_err(), Errno::PERM);
        assert_eq!(inner.open_at(Follow::Yes, "..", &DIRECTORY).unwrap_err(), Errno::PERM);
        assert_eq!(place.contents("d/e/../../f"), Err(Errno::NOENT));
    });
}
