//! Names in directories.

use super::*;
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;

fn names(dir: &Descriptor) -> BTreeMap<String, Kind> {
    let mut listing = dir.read_directory().unwrap();
    std::iter::from_fn(|| listing.next_entry().unwrap()).map(|entry| (entry.name, entry.kind)).collect()
}

#[test]
fn names_come_with_kinds() {
    with_each_resolver(Rights::ALL, |place| {
        assert!(names(&place.base).is_empty());
        place.file("f", "");
        place.dirs("d");
        place.link("nowhere", "link");
        let expected = [("f", Kind::RegularFile), ("d", Kind::Directory), ("link", Kind::SymbolicLink)];
        assert_eq!(names(&place.base), expected.map(|(name, kind)| (name.to_owned(), kind)).into());
        let dir = place.base.open_at(Follow::Yes, "d", &DIRECTORY).unwrap();
        assert!(names(&dir).is_empty());
        let file = place.base.open_at(Follow::Yes, "f", &Open::READ).unwrap();
        assert_eq!(file.read_directory().unwrap_err(), Errno::NOTDIR);
    });
}

#[test]
fn directories_of_many_chunks_are_complete() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    // Long names and short ones, so that chunks end anywhere.
    let made: BTreeMap<_, _> =
        (0..2000).map(|index| ("n".repeat(1 + index * 7 % 240) + &index.to_string(), Kind::RegularFile)).collect();
    made.keys().for_each(|name| place.file(name, ""));
    assert_eq!(names(&place.base), made);
}

#[test]
fn listings_have_positions_of_their_own() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    (0..600).for_each(|index| place.file(&format!("a name of some length {index}"), ""));
    let (mut one, mut other) = (place.base.read_directory().unwrap(), place.base.read_directory().unwrap());
    let mut count = 0;
    while let Some(entry) = one.next_entry().unwrap() {
        assert_eq!(other.next_entry().unwrap(), Some(entry));
        count += 1;
    }
    assert_eq!(count, 600);
    assert_eq!([other.next_entry(), other.next_entry()], [Ok(None), Ok(None)]);
    assert_eq!(names(&place.base).len(), 600);
}

#[test]
fn a_name_that_is_no_text_is_an_error_and_others_follow() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    for name in [b"a".as_slice(), b"\xff\xfe", b"z", "ä".as_bytes()] {
        fs::write(place.host("").join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
    }
    let mut listing = place.base.read_directory().unwrap();
    let (mut names, mut errors) = (Vec::new(), 0);
    loop {
        match listing.next_entry() {
            Ok(None) => break,
            Ok(Some(entry)) => names.push(entry.name),
            Err(errno) => {
                assert_eq!(errno, Errno::ILSEQ);
                errors += 1;
            }
        }
    }
    names.sort();
    assert_eq!((names, errors), (vec!["a".into(), "z".into(), "ä".into()], 1));
}

#[test]
fn a_directory_that_is_gone_is_empty() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    place.dirs("d");
    let dir = place.base.open_at(Follow::Yes, "d", &DIRECTORY).unwrap();
    let mut before = dir.read_directory().unwrap();
    place.base.remove_directory_at("d").unwrap();
    assert_eq!(before.next_entry(), Ok(None));
    assert_eq!(dir.read_directory().unwrap().next_entry(), Ok(None));
}

#[test]
fn programs_can_remove_what_they_list() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    (0..1000).for_each(|index| place.file(&format!("some file {index}"), ""));
    let mut listing = place.base.read_directory().unwrap();
    while let Some(entry) = listing.next_entry().unwrap() {
        place.base.unlink_file_at(&entry.name).unwrap();
    }
    assert!(names(&place.base).is_empty());
}
