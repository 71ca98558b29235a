//! Rights are what a directory was given for, and never grow.

use super::*;

#[test]
fn what_is_given_for_reading_can_only_be_read() {
    let now = NewTime::Now;
    with_each_resolver(Rights::READ_ONLY, |place| {
        place.dirs("d/e");
        place.file("d/f", "text");
        let open = |base: &Descriptor, how: &Open| base.open_at(Follow::Yes, "d/f", how).map(|_| ());
        let read_only: Result<(), Errno> = Err(Errno::ROFS);
        let base = &place.base;
        assert_eq!(open(base, &Open::READ), Ok(()));
        for how in [WRITE, CREATE, Open { create: true, ..Open::READ }, Open { truncate: true, ..Open::READ }] {
            assert_eq!(open(base, &how), read_only);
        }
        let mutate = Rights { mutate: true, ..Rights::READ_ONLY };
        assert_eq!(base.open_at(Follow::Yes, "d", &Open { rights: mutate, ..DIRECTORY }).unwrap_err(), Errno::ROFS);
        let dir = base.open_at(Follow::Yes, "d", &DIRECTORY).unwrap();
        assert_eq!(dir.rights(), Rights::READ_ONLY);
        for base in [base, &dir] {
            assert_eq!(base.create_directory_at("x"), read_only);
            assert_eq!(base.remove_directory_at("e"), read_only);
            assert_eq!(base.unlink_file_at("f"), read_only);
            assert_eq!(base.symlink_at("a", "x"), read_only);
            assert_eq!(base.set_times_at(Follow::Yes, "f", now, now), read_only);
            assert_eq!(base.set_times(now, now), read_only);
            assert_eq!(base.rename_at("f", base, "x"), read_only);
            assert_eq!(base.link_at(Follow::No, "f", base, "x"), read_only);
            assert_eq!(base.open_at(Follow::Yes, "x", &CREATE).unwrap_err(), Errno::ROFS);
        }
        let file = dir.open_at(Follow::Yes, "f", &Open::READ).unwrap();
        assert_eq!(contents(&file).unwrap(), "text");
        assert_eq!(file.set_times(now, now), read_only);
        for result in [file.write(b"x", 0).map(|_| ()), file.set_size(0), file.write_via_stream(0).map(|_| ())] {
            assert_eq!(result, Err(Errno::BADF));
        }
        assert_eq!(file.append_via_stream().unwrap_err(), Errno::BADF);
        assert_eq!(fs::read_to_string(place.host("d/f")).unwrap(), "text");
    });
}

#[test]
fn what_was_not_opened_for_reading_cannot_be_read() {
    with_each_resolver(Rights::ALL, |place| {
        place.file("f", "text");
        place.dirs("d");
        let write = Open { rights: Rights { write: true, ..Rights::NONE }, ..Open::READ };
        for how in [write, Open { rights: Rights::NONE, ..Open::READ }] {
            let file = place.base.open_at(Follow::Yes, "f", &how).unwrap();
            assert_eq!(file.read(&mut [0; 4], 0).unwrap_err(), Errno::BADF);
            assert_eq!(file.available(4, 0).unwrap_err(), Errno::BADF);
            assert_eq!(file.read_via_stream(0).unwrap_err(), Errno::BADF);
            // Attributes are no contents.
            assert_eq!(file.stat().unwrap().size, 4);
        }
        let closed = Open { rights: Rights::NONE, ..DIRECTORY };
        let dir = place.base.open_at(Follow::Yes, "d", &closed).unwrap();
        assert_eq!(dir.read_directory().unwrap_err(), Errno::BADF);
    });
}

#[test]
fn a_directory_without_reading_gives_nothing_to_read() {
    let drop_box = Rights { read: false, ..Rights::ALL };
    with_each_resolver(drop_box, |place| {
        place.file("f", "text");
        assert_eq!(place.contents("f"), Err(Errno::PERM));
        assert_eq!(place.base.read_directory().unwrap_err(), Errno::BADF);
        let write = Open { create: true, rights: Rights { write: true, ..Rights::NONE }, ..Open::READ };
        assert_eq!(place.base.open_at(Follow::Yes, "new", &write).unwrap().write(b"x", 0), Ok(1));
    });
}

#[test]
fn files_may_not_be_written_where_only_names_may_change() {
    let names = Rights { write: false, ..Rights::ALL };
    with_each_resolver(names, |place| {
        place.file("f", "text");
        for how in [WRITE, CREATE, Open { truncate: true, ..Open::READ }] {
            assert_eq!(place.base.open_at(Follow::Yes, "f", &how).unwrap_err(), Errno::ROFS);
        }
        assert_eq!(place.base.rename_at("f", &place.base, "g"), Ok(()));
        assert_eq!(place.contents("g").unwrap(), "text");
    });
}

#[test]
fn moving_and_linking_need_both_ends_and_give_no_rights() {
    with_each_resolver(Rights::ALL, |place| {
        place.dirs("a");
        place.dirs("b");
        place.file("a/f", "text");
        let open = |path, rights| Descriptor::preopen(place.host(path), rights).unwrap();
        let b = open("b", Rights::ALL);
        let both = |a: &Descriptor, b: &Descriptor| {
            [a.rename_at("f", b, "f"), a.link_at(Follow::No, "f", b, "g"), a.link_at(Follow::Yes, "f", b, "g")]
        };
        assert_eq!(both(&open("a", Rights::READ_ONLY), &b), [Err(Errno::ROFS); 3]);
        assert_eq!(both(&open("a", Rights::ALL), &open("b", Rights::READ_ONLY)), [Err(Errno::ROFS); 3]);
        // What may not be written in `a` could be written in `b`.
        assert_eq!(both(&open("a", Rights { write: false, ..Rights::ALL }), &b), [Err(Errno::PERM); 3]);
        assert_eq!(both(&open("a", Rights { read: false, ..Rights::ALL }), &b), [Err(Errno::PERM); 3]);
        // The other way nothing is gained.
        let less = open("b", Rights { write: false, ..Rights::ALL });
        assert_eq!(open("a", Rights::ALL).link_at(Follow::No, "f", &less, "g"), Ok(()));
    });
}

#[test]
fn rights_are_the_same_for_shared_descriptors() {
    let place = Place::new(Rights::READ_ONLY, Resolver::Kernel);
    let shared = place.base.share();
    assert_eq!(shared.rights(), Rights::READ_ONLY);
    assert!(shared.is_same_object(&place.base));
    assert_eq!(shared.create_directory_at("x"), Err(Errno::ROFS));
}
