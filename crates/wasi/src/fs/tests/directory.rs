//! Each function that takes a path.

use super::*;
use std::os::unix::ffi::OsStrExt;

const ALL: Rights = Rights::ALL;

#[test]
fn the_system_has_openat2() {
    // Else the tests with `Resolver::Kernel` would prove nothing.
    let place = Place::new(ALL, Resolver::Walk);
    assert_eq!(Resolver::for_system(place.base.fd()), Resolver::Kernel);
}

#[test]
fn files_are_opened_created_and_emptied() {
    with_each_resolver(ALL, |place| {
        let open = |path, how: &Open| place.base.open_at(Follow::Yes, path, how);
        assert_eq!(open("new", &Open::READ).unwrap_err(), Errno::NOENT);
        assert_eq!(open("new", &CREATE).unwrap().write(b"words", 0), Ok(5));
        assert_eq!(place.contents("new").unwrap(), "words");
        assert_eq!(open("new", &Open { exclusive: true, ..CREATE }).unwrap_err(), Errno::EXIST);
        open("new", &Open { exclusive: true, ..Open::READ }).unwrap();
        open("new", &Open { truncate: true, ..WRITE }).unwrap();
        assert_eq!(place.contents("new").unwrap(), "");
        // Creating needs no right to write to what is created.
        let created = open("other", &Open { create: true, ..Open::READ }).unwrap();
        assert_eq!(created.write(b"x", 0).unwrap_err(), Errno::BADF);
    });
}

#[test]
fn directories_are_opened_and_start_paths() {
    with_each_resolver(ALL, |place| {
        place.dirs("a/b");
        place.file("a/b/f", "deep");
        let open = |path, how: &Open| place.base.open_at(Follow::Yes, path, how);
        let dir = open("a", &DIRECTORY).unwrap();
        assert_eq!(contents(&dir.open_at(Follow::Yes, "b/f", &Open::READ).unwrap()), Ok("deep".into()));
        assert_eq!(contents(&dir.open_at(Follow::Yes, "./b/../b//f", &Open::READ).unwrap()), Ok("deep".into()));
        // Made to read, and yet files can be made in it.
        dir.open_at(Follow::Yes, "made", &CREATE).unwrap();
        assert_eq!(open("a/b/f", &DIRECTORY).unwrap_err(), Errno::NOTDIR);
        assert_eq!(open("a", &WRITE).unwrap_err(), Errno::ISDIR);
        assert_eq!(open("a/b/f/", &Open::READ).unwrap_err(), Errno::NOTDIR);
        assert_eq!(open("a/b/f/.", &Open::READ).unwrap_err(), Errno::NOTDIR);
        assert_eq!(open("a/b/f/..", &Open::READ).unwrap_err(), Errno::NOTDIR);
        assert_eq!(open("none/", &CREATE).unwrap_err(), Errno::ISDIR);
        for how in [Open { create: true, ..DIRECTORY }, Open { truncate: true, ..DIRECTORY }] {
            assert_eq!(open("a", &how).unwrap_err(), Errno::INVAL);
        }
        let file = open("a/b/f", &Open::READ).unwrap();
        assert_eq!(file.open_at(Follow::Yes, "x", &Open::READ).unwrap_err(), Errno::NOTDIR);
        assert_eq!(file.create_directory_at("x").unwrap_err(), Errno::NOTDIR);
    });
}

#[test]
fn links_at_the_end_are_followed_on_demand() {
    with_each_resolver(ALL, |place| {
        place.dirs("d");
        place.file("d/f", "there");
        place.link("d/f", "link");
        place.link("d", "dir");
        place.link("new", "dangling");
        assert_eq!(place.contents("link").unwrap(), "there");
        assert_eq!(place.contents("dir/f").unwrap(), "there");
        let open = |path, how: &Open| place.base.open_at(Follow::No, path, how).map(|_| ());
        assert_eq!(open("link", &Open::READ), Err(Errno::LOOP));
        // Links before the end are followed always, and a slash makes the end of it.
        assert_eq!(open("dir/f", &Open::READ), Ok(()));
        assert_eq!(open("dir/", &DIRECTORY), Ok(()));
        assert_eq!(open("dir/.", &DIRECTORY), Ok(()));
        assert_eq!(open("link/", &Open::READ), Err(Errno::NOTDIR));
        // A file is created where a link leads, if that is beneath.
        assert_eq!(place.base.open_at(Follow::Yes, "dangling", &CREATE).unwrap().write(b"x", 0), Ok(1));
        assert_eq!(fs::read_to_string(place.host("new")).unwrap(), "x");
        let exclusive = Open { exclusive: true, ..CREATE };
        assert_eq!(place.base.open_at(Follow::Yes, "dangling", &exclusive).unwrap_err(), Errno::EXIST);
    });
}

#[test]
fn attributes_are_those_of_the_system() {
    with_each_resolver(ALL, |place| {
        place.dirs("d");
        place.file("d/f", "12345");
        place.link("d/f", "link");
        place.link("d", "dir");
        let stat = |path| place.base.stat_at(Follow::Yes, path).unwrap();
        let stat_link = |path| place.base.stat_at(Follow::No, path).unwrap();
        assert_eq!((stat("d/f").kind, stat("d/f").size, stat("d/f").links), (Kind::RegularFile, 5, 1));
        assert_eq!(stat("link"), stat("d/f"));
        assert_eq!((stat_link("link").kind, stat_link("link").size), (Kind::SymbolicLink, 3));
        assert_eq!(stat_link("dir/f"), stat("d/f"));
        assert_eq!(stat_link("dir/").kind, Kind::Directory);
        assert_eq!(stat_link("dir").kind, Kind::SymbolicLink);
        assert_eq!(stat(".").kind, Kind::Directory);
        assert_eq!(stat("d/.."), stat("."));
        assert_eq!(place.base.stat_at(Follow::Yes, "d/f/").unwrap_err(), Errno::NOTDIR);
        assert_eq!(place.base.stat_at(Follow::Yes, "none").unwrap_err(), Errno::NOENT);
        let key = HashKey::default();
        let hash = |follow, path| place.base.metadata_hash_at(follow, path, &key).unwrap();
        assert_eq!(hash(Follow::Yes, "link"), hash(Follow::Yes, "d/f"));
        assert_ne!(hash(Follow::No, "link"), hash(Follow::Yes, "d/f"));
    });
}

#[test]
fn times_are_set_by_path() {
    let at = |seconds, nanoseconds| NewTime::At(Time { seconds, nanoseconds });
    with_each_resolver(ALL, |place| {
        place.dirs("d");
        place.file("d/f", "");
        place.link("f", "d/link");
        place.link("..", "d/up");
        let set = |follow, path, a, m| place.base.set_times_at(follow, path, a, m);
        let modified = |path| place.base.stat_at(Follow::No, path).unwrap().modified.unwrap();
        let is = |seconds, nanoseconds| Time { seconds, nanoseconds };
        set(Follow::No, "d/f", at(1, 999_999_999), at(2, 3)).unwrap();
        assert_eq!(place.base.stat_at(Follow::No, "d/f").unwrap().accessed, Some(is(1, 999_999_999)));
        assert_eq!(modified("d/f"), is(2, 3));
        set(Follow::Yes, "d/link", NewTime::NoChange, at(4, 0)).unwrap();
        assert_eq!(modified("d/f"), is(4, 0));
        set(Follow::No, "d/link", NewTime::NoChange, at(5, 0)).unwrap();
        assert_eq!((modified("d/f"), modified("d/link")), (is(4, 0), is(5, 0)));
        // A slash follows, whatever the flags say.
        set(Follow::No, "d/up/", NewTime::NoChange, at(6, 0)).unwrap();
        assert_eq!(modified("."), is(6, 0));
        set(Follow::No, "d/.", NewTime::NoChange, at(7, 0)).unwrap();
        assert_eq!(modified("d"), is(7, 0));
        set(Follow::No, "d/f", NewTime::NoChange, NewTime::Now).unwrap();
        assert!(modified("d/f") > is(1_700_000_000, 0));
        assert_eq!(set(Follow::No, "d/f/", NewTime::Now, NewTime::Now), Err(Errno::NOTDIR));
        assert_eq!(set(Follow::Yes, "none", NewTime::Now, NewTime::Now), Err(Errno::NOENT));
        assert_eq!(set(Follow::Yes, "d/f", at(u64::MAX, 0), NewTime::Now), Err(Errno::OVERFLOW));
        // Numbers that the system would take for "now" and "leave it".
        for nanoseconds in [1_000_000_000, (1 << 30) - 1, (1 << 30) - 2, u32::MAX] {
            assert_eq!(set(Follow::Yes, "d/f", at(0, nanoseconds), NewTime::Now), Err(Errno::INVAL));
        }
    });
}

#[test]
fn directories_are_made_and_removed() {
    with_each_resolver(ALL, |place| {
        let make = |path| place.base.create_directory_at(path);
        let remove = |path| place.base.remove_directory_at(path);
        assert_eq!([make("a"), make("a/b/"), make("a//c")], [Ok(()); 3]);
        assert_eq!([make("a"), make("."), make("a/."), make("a/..")], [Err(Errno::EXIST); 4]);
        assert_eq!([make("x/y"), make("x/."), make("x/..")], [Err(Errno::NOENT); 3]);
        place.file("f", "");
        place.link("a", "link");
        place.link("none", "dangling");
        assert_eq!([make("dangling"), make("dangling/"), make("link/"), make("f/")], [Err(Errno::EXIST); 4]);
        assert_eq!(make("f/x"), Err(Errno::NOTDIR));
        assert_eq!(remove("a"), Err(Errno::NOTEMPTY));
        assert_eq!([remove("f"), remove("f/"), remove("link"), remove("link/")], [Err(Errno::NOTDIR); 4]);
        assert_eq!([remove("a/."), remove(".")], [Err(Errno::INVAL); 2]);
        assert_eq!(remove("a/b/.."), Err(Errno::NOTEMPTY));
        assert_eq!([remove("link/b/"), remove("a/c"), remove("a")], [Ok(()); 3]);
    });
}

#[test]
fn files_are_unlinked_and_directories_are_not() {
    with_each_resolver(ALL, |place| {
        place.dirs("d");
        place.file("f", "");
        place.link("d", "link");
        let unlink = |path| place.base.unlink_file_at(path);
        assert_eq!([unlink("d"), unlink("d/"), unlink("d/."), unlink("link/.")], [Err(Errno::ISDIR); 4]);
        assert_eq!([unlink("f/"), unlink("link/"), unlink("f/x")], [Err(Errno::NOTDIR); 3]);
        assert_eq!([unlink("none"), unlink("none/")], [Err(Errno::NOENT); 2]);
        assert_eq!([unlink("link"), unlink("f")], [Ok(()); 2]);
        assert!(place.host("d").is_dir());
    });
}

#[test]
fn files_get_other_names() {
    with_each_resolver(ALL, |place| {
        place.dirs("d/e");
        place.file("f", "f");
        place.file("g", "g");
        place.link("d", "link");
        let rename = |old, new| place.base.rename_at(old, &place.base, new);
        assert_eq!(
            [rename("f/", "x"), rename("f", "x/"), rename("link/", "x"), rename("f", "d/e/")],
            [Err(Errno::NOTDIR); 4]
        );
        assert_eq!(
            [rename(".", "x"), rename("d/..", "x"), rename("f", "."), rename("f", "d/..")],
            [Err(Errno::BUSY); 4]
        );
        assert_eq!(rename("d", "d/e/x"), Err(Errno::INVAL));
        assert_eq!(rename("f", "d"), Err(Errno::ISDIR));
        assert_eq!(rename("none", "x"), Err(Errno::NOENT));
        assert_eq!([rename("f", "link/g"), rename("d/g", "g"), rename("d/e/", "e//")], [Ok(()); 3]);
        assert_eq!(fs::read_to_string(place.host("g")).unwrap(), "f");
        // From one descriptor to another.
        let dir = place.base.open_at(Follow::Yes, "d", &DIRECTORY).unwrap();
        assert_eq!(place.base.rename_at("g", &dir, "h"), Ok(()));
        assert!(place.host("d/h").is_file() && place.host("e").is_dir());
    });
}

#[test]
fn files_get_more_names() {
    with_each_resolver(ALL, |place| {
        place.dirs("d");
        place.file("f", "f");
        place.link("f", "link");
        let link = |follow, old, new| place.base.link_at(follow, old, &place.base, new);
        assert_eq!(link(Follow::No, "f", "d/f"), Ok(()));
        assert_eq!(place.base.stat_at(Follow::No, "f").unwrap().links, 2);
        assert_eq!(link(Follow::No, "link", "d/link"), Ok(()));
        assert_eq!(place.base.stat_at(Follow::No, "d/link").unwrap().kind, Kind::SymbolicLink);
        assert_eq!(link(Follow::Yes, "link", "d/followed"), Ok(()));
        assert_eq!(place.base.stat_at(Follow::No, "d/followed").unwrap().links, 3);
        assert_eq!(link(Follow::No, "f", "d/f"), Err(Errno::EXIST));
        assert_eq!([link(Follow::No, "d", "x"), link(Follow::No, ".", "x")], [Err(Errno::PERM); 2]);
        assert_eq!([link(Follow::No, "f", "."), link(Follow::No, "f", "d/")], [Err(Errno::EXIST); 2]);
        assert_eq!([link(Follow::No, "f", "x/"), link(Follow::No, "none", "x")], [Err(Errno::NOENT); 2]);
        assert_eq!([link(Follow::No, "f/", "x"), link(Follow::No, "link/", "x")], [Err(Errno::NOTDIR); 2]);
    });
}

#[test]
fn links_are_made_and_read() {
    with_each_resolver(ALL, |place| {
        place.dirs("d");
        place.file("f", "f");
        let (link, read) = (|to, at| place.base.symlink_at(to, at), |at| place.base.readlink_at(at));
        assert_eq!([link("../f", "d/link"), link("none/", "dangling")], [Ok(()); 2]);
        assert_eq!(read("d/link").unwrap(), "../f");
        assert_eq!(read("dangling").unwrap(), "none/");
        assert_eq!(place.contents("d/link").unwrap(), "f");
        assert_eq!([link("/f", "x"), link("/", "x")], [Err(Errno::PERM); 2]);
        assert_eq!([link("", "x"), link("a", "x/"), link("a", "x/y")], [Err(Errno::NOENT); 3]);
        assert_eq!([link("a", "f"), link("a", "d/"), link("a", ".")], [Err(Errno::EXIST); 3]);
        assert_eq!(link("a\0", "x"), Err(Errno::INVAL));
        assert_eq!([read("f"), read("d"), read("d/"), read(".")], [const { Err(Errno::INVAL) }; 4]);
        assert_eq!([read("none"), read("dangling/")], [const { Err(Errno::NOENT) }; 2]);
        assert_eq!([read("f/"), read("d/link/")], [const { Err(Errno::NOTDIR) }; 2]);
        place.link(std::ffi::OsStr::from_bytes(b"\xff"), "bytes");
        place.link("/etc", "absolute");
        place.link(std::ffi::OsStr::from_bytes(b"/\xff"), "both");
        assert_eq!(read("bytes"), Err(Errno::ILSEQ));
        assert_eq!([read("absolute"), read("both")], [const { Err(Errno::PERM) }; 2]);
    });
}

#[test]
fn long_names_and_paths_are_refused_or_work() {
    with_each_resolver(ALL, |place| {
        let name = "n".repeat(255);
        place.base.open_at(Follow::Yes, &name, &CREATE).unwrap();
        place.base.stat_at(Follow::Yes, &name).unwrap();
        let long = "n".repeat(256);
        assert_eq!(place.base.stat_at(Follow::Yes, &long).unwrap_err(), Errno::NAMETOOLONG);
        assert_eq!(place.base.create_directory_at(&long).unwrap_err(), Errno::NAMETOOLONG);
        let path = "n/".repeat(1 << 20);
        assert_eq!(place.base.stat_at(Follow::Yes, &path).unwrap_err(), Errno::NAMETOOLONG);
        assert_eq!(place.base.symlink_at(&path, "x").unwrap_err(), Errno::NAMETOOLONG);
        // As long as a path can be.
        let maker = place.base.share().with_resolver(Resolver::Kernel);
        let mut deep = String::from("directory");
        while deep.len() + 10 < 4095 {
            maker.create_directory_at(&deep).unwrap();
            deep.push_str("/directory");
        }
        assert_eq!(place.base.stat_at(Follow::Yes, &deep).unwrap_err(), Errno::NOENT);
        // And back.
        let there_and_back = format!("{}{}.", "directory/".repeat(300), "../".repeat(300));
        assert_eq!(place.base.stat_at(Follow::Yes, &there_and_back).unwrap(), place.base.stat().unwrap());
    });
}
