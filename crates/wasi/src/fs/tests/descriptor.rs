//! Each function of an open file or directory.

use super::*;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;

#[test]
fn bytes_are_read_and_written_at_offsets() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = place.base.open_at(Follow::Yes, "f", &CREATE).unwrap();
    assert_eq!(file.write(b"world", 5), Ok(5));
    assert_eq!(file.write(b"hello", 0), Ok(5));
    let mut room = [0; 16];
    assert_eq!(file.read(&mut room, 3), Ok(7));
    assert_eq!(&room[..7], b"loworld");
    assert_eq!([file.read(&mut room, 10), file.read(&mut room, 1 << 40)], [Ok(0); 2]);
    assert_eq!(file.read(&mut [], 0), Ok(0));
    assert_eq!(
        [file.available(4, 8), file.available(4, 2), file.available(u64::MAX, 1)],
        [Ok(Some(2)), Ok(Some(4)), Ok(Some(9))]
    );
    assert_eq!([file.available(1, 10), file.available(u64::MAX, u64::MAX)], [Ok(None); 2]);
}

#[test]
fn offsets_that_no_file_has_are_refused() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = place.base.open_at(Follow::Yes, "f", &CREATE).unwrap();
    let mut room = [0; 16];
    let last = i64::MAX as u64;
    assert_eq!([file.read(&mut room, last - 4), file.read(&mut room, last)], [Ok(0); 2]);
    for offset in [last + 1, u64::MAX - 4, u64::MAX] {
        assert_eq!(file.read(&mut room, offset), Err(Errno::INVAL));
        assert_eq!(file.write(&room, offset), Err(Errno::INVAL));
    }
    assert_eq!([file.write(&room, last - 4), file.write(&room, last)], [Err(Errno::FBIG); 2]);
    assert_eq!([file.set_size(u64::MAX), file.set_size(last + 1)], [Err(Errno::INVAL); 2]);
    assert_eq!(file.set_size(last), Err(Errno::FBIG));
    assert_eq!(file.advise(u64::MAX, u64::MAX, Advice::WillNeed), Err(Errno::INVAL));
    assert_eq!(file.stat().unwrap().size, 0);
}

#[test]
fn files_are_cut_and_filled_up() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = place.base.open_at(Follow::Yes, "f", &CREATE).unwrap();
    file.write(b"hello", 0).unwrap();
    assert_eq!(file.set_size(2), Ok(()));
    assert_eq!(file.set_size(4), Ok(()));
    assert_eq!(contents(&file).unwrap(), "he\0\0");
    // Longer than the memory, and nothing of it is kept there.
    assert_eq!(file.set_size(1 << 42), Ok(()));
    assert_eq!(file.available(1 << 40, 1 << 41), Ok(Some(1 << 40)));
}

#[test]
fn attributes_are_told_to_the_nanosecond() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = place.base.open_at(Follow::Yes, "f", &CREATE).unwrap();
    let at = |seconds, nanoseconds| Time { seconds, nanoseconds };
    file.set_times(NewTime::At(at(10, 123_456_789)), NewTime::At(at(20, 1))).unwrap();
    let stat = file.stat().unwrap();
    assert_eq!((stat.accessed, stat.modified), (Some(at(10, 123_456_789)), Some(at(20, 1))));
    let host = fs::metadata(place.host("f")).unwrap();
    assert_eq!(stat.changed, Some(at(host.ctime() as u64, host.ctime_nsec() as u32)));
    file.set_times(NewTime::NoChange, NewTime::Now).unwrap();
    assert_eq!(file.stat().unwrap().accessed, stat.accessed);
    // A file from before 1970.
    let early = std::time::UNIX_EPOCH - std::time::Duration::from_secs(5);
    fs::File::open(place.host("f")).unwrap().set_modified(early).unwrap();
    assert_eq!(file.stat().unwrap().modified, None);
}

#[test]
fn kinds_are_told_apart() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    place.file("f", "");
    let open = |base: &Descriptor, path| base.open_at(Follow::Yes, path, &Open::READ).unwrap().kind();
    assert_eq!(place.base.kind(), Ok(Kind::Directory));
    assert_eq!(open(&place.base, "f"), Ok(Kind::RegularFile));
    let devices = Descriptor::preopen("/dev", Rights::READ_ONLY).unwrap();
    assert_eq!(open(&devices, "null"), Ok(Kind::CharacterDevice));
    let _socket = std::os::unix::net::UnixListener::bind(place.host("socket")).unwrap();
    assert_eq!(place.base.stat_at(Follow::Yes, "socket").unwrap().kind, Kind::Socket);
    assert_eq!(place.base.open_at(Follow::Yes, "socket", &Open::READ).unwrap_err(), Errno::NXIO);
}

#[test]
fn the_same_object_is_known_by_any_name() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    place.file("f", "");
    place.file("g", "");
    fs::hard_link(place.host("f"), place.host("h")).unwrap();
    let open = |path| place.base.open_at(Follow::Yes, path, &Open::READ).unwrap();
    assert!(open("f").is_same_object(&open("f")));
    assert!(open("f").is_same_object(&open("h")));
    assert!(!open("f").is_same_object(&open("g")));
    assert!(open(".").is_same_object(&place.base));
}

#[test]
fn hashes_stand_for_objects_and_their_states() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    place.file("f", "a");
    place.file("g", "a");
    let (key, other) = (HashKey::default(), HashKey::default());
    let open = |path| place.base.open_at(Follow::Yes, path, &WRITE).unwrap();
    let (f, g) = (open("f"), open("g"));
    let before = f.metadata_hash(&key).unwrap();
    assert_eq!(f.metadata_hash(&key).unwrap(), before);
    assert_ne!(g.metadata_hash(&key).unwrap().lower, before.lower);
    f.write(b"longer", 0).unwrap();
    let after = f.metadata_hash(&key).unwrap();
    assert_eq!(after.lower, before.lower, "it is an inode number for `wasi-libc`");
    assert_ne!(after.upper, before.upper);
    let with_other = f.metadata_hash(&other).unwrap();
    assert!(with_other.lower != after.lower && with_other.upper != after.upper);
    assert_ne!(after.lower, fs::metadata(place.host("f")).unwrap().ino());
}

#[test]
fn wishes_about_the_disk_are_taken() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = place.base.open_at(Follow::Yes, "f", &CREATE).unwrap();
    let advices =
        [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse];
    for advice in advices {
        assert_eq!([file.advise(0, 0, advice), file.advise(5, 1 << 40, advice)], [Ok(()); 2]);
    }
    assert_eq!([file.sync(), file.sync_data(), place.base.sync(), place.base.sync_data()], [Ok(()); 4]);
    // A device that cannot be synchronised, and was not opened for writing.
    let devices = Descriptor::preopen("/dev", Rights::ALL).unwrap();
    let open = |how| devices.open_at(Follow::Yes, "null", how).unwrap();
    assert_eq!([open(&Open::READ).sync(), open(&Open::READ).sync_data()], [Ok(()); 2]);
    assert_eq!([open(&WRITE).sync(), open(&WRITE).sync_data()], [Err(Errno::INVAL); 2]);
}

#[test]
fn writes_can_be_asked_to_be_on_the_disk() {
    use rustix::fs::{OFlags, fcntl_getfl};
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let none = Integrity::default();
    let cases = [
        (none, OFlags::empty()),
        (Integrity { data: true, ..none }, OFlags::DSYNC),
        (Integrity { file: true, ..none }, OFlags::SYNC),
        (Integrity { data: true, file: true, reads: true }, OFlags::SYNC),
        (Integrity { reads: true, ..none }, OFlags::RSYNC),
    ];
    for (sync, expected) in cases {
        let file = place.base.open_at(Follow::Yes, "f", &Open { sync, ..CREATE }).unwrap();
        assert_eq!(file.integrity(), sync);
        assert_eq!(fcntl_getfl(file.fd()).unwrap() & (OFlags::SYNC | OFlags::DSYNC | OFlags::RSYNC), expected);
    }
}

#[test]
fn directories_are_no_files() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let dir = &place.base;
    assert_eq!(dir.read(&mut [0; 4], 0), Err(Errno::ISDIR));
    assert_eq!(dir.write(b"x", 0), Err(Errno::BADF));
    assert_eq!(dir.set_size(0), Err(Errno::INVAL));
    assert_eq!(dir.read_via_stream(0).unwrap_err(), Errno::ISDIR);
    assert_eq!(dir.write_via_stream(0).unwrap_err(), Errno::ISDIR);
    assert_eq!(dir.append_via_stream().unwrap_err(), Errno::ISDIR);
    assert_eq!(dir.available(4, 0), Ok(None));
}

#[test]
fn a_full_device_is_full() {
    let devices = Descriptor::preopen("/dev", Rights::ALL).unwrap();
    let full = devices.open_at(Follow::Yes, "full", &WRITE).unwrap();
    assert_eq!(full.write(b"x", 0), Err(Errno::NOSPC));
    let mut stream = full.write_via_stream(0).unwrap();
    let stop = crate::stream::OutputStream::write(&mut stream, b"x", crate::stream::Mode::Block).unwrap_err();
    assert!(matches!(stop, crate::stream::Stop::Failed(crate::stream::Failure::Os(Errno::NOSPC))));
}

#[test]
fn other_users_of_a_file_share_no_position() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = place.base.open_at(Follow::Yes, "f", &CREATE).unwrap();
    let mut host = fs::File::options().write(true).open(place.host("f")).unwrap();
    host.write_all(b"abc").unwrap();
    host.seek(SeekFrom::Start(1)).unwrap();
    assert_eq!(file.write(b"X", 0), Ok(1));
    host.write_all(b"Y").unwrap();
    assert_eq!(contents(&file).unwrap(), "XYc");
}

#[test]
fn a_preopened_path_must_be_a_directory() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let open = |path| Descriptor::preopen(path, Rights::ALL).unwrap_err();
    assert_eq!(open(place.folder.path().join("secret")), Errno::NOTDIR);
    assert_eq!(open(place.folder.path().join("none")), Errno::NOENT);
}
