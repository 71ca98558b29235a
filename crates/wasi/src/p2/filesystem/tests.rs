//! Each function of `wasi:filesystem` as a guest would call it, and a program in C.

use super::*;
use crate::bindings::wasi::filesystem::preopens::Preopens as _;
use crate::bindings::wasi::filesystem::types::*;
use crate::bindings::wasi::io::streams::{StreamError, Streams};
use std::fs;
use tempfile::TempDir;

mod program;

const NOFOLLOW: PathFlags = PathFlags { symlink_follow: false };
const FOLLOW: PathFlags = PathFlags { symlink_follow: true };

/// Flags of a descriptor that is to be read.
fn read() -> DescriptorFlags {
    DescriptorFlags { read: true, ..Default::default() }
}

/// Flags of a descriptor that is to be read and written.
fn write() -> DescriptorFlags {
    DescriptorFlags { write: true, ..read() }
}

/// Creates what is not there.
fn create() -> OpenFlags {
    OpenFlags { create: true, ..Default::default() }
}

/// Opens a directory.
fn directory() -> OpenFlags {
    OpenFlags { directory: true, ..Default::default() }
}

/// A borrow of the same resource, as a guest lends it for each call.
fn lend<T>(handle: &Resource<T>) -> Resource<T> {
    Resource::borrowed(handle.rep())
}

/// A guest with a directory of its own.
struct Guest {
    folder: TempDir,
    ctx: WasiCtx,
    dir: Handle,
}

impl Guest {
    fn new(rights: Rights) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut ctx = WasiCtxBuilder::new().preopened_dir(folder.path(), "/guest", rights).unwrap().build();
        let (dir, path) = ctx.get_directories().unwrap().pop().unwrap();
        assert_eq!(path, "/guest");
        Guest { folder, ctx, dir }
    }

    fn open(&mut self, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<Handle, ErrorCode> {
        self.ctx.descriptor_open_at(lend(&self.dir), FOLLOW, path, open, flags).unwrap()
    }
}

#[test]
fn files_are_opened_read_and_written() {
    let mut guest = Guest::new(Rights::ALL);
    let file = guest.open("f", create(), write()).unwrap();
    let ctx = &mut guest.ctx;
    assert_eq!(ctx.descriptor_write(lend(&file), b"0123456789", 0).unwrap(), Ok(10));
    assert_eq!(ctx.descriptor_read(lend(&file), 4, 2).unwrap(), Ok((b"2345".to_vec(), false)));
    assert_eq!(ctx.descriptor_read(lend(&file), u64::MAX, 8).unwrap(), Ok((b"89".to_vec(), true)));
    assert_eq!(ctx.descriptor_read(lend(&file), 9, 8).unwrap(), Ok((b"89".to_vec(), false)));
    assert_eq!(ctx.descriptor_read(lend(&file), 1, 10).unwrap(), Ok((vec![], true)));
    assert_eq!(ctx.descriptor_read(lend(&file), 0, 0).unwrap(), Ok((vec![], false)));
    assert_eq!(ctx.descriptor_read(lend(&file), 1, u64::MAX).unwrap(), Err(ErrorCode::Invalid));
    assert_eq!(ctx.descriptor_read(lend(&file), 1, 1 << 40).unwrap(), Ok((vec![], true)));
    assert_eq!(ctx.descriptor_read(lend(&file), u64::MAX, u64::MAX).unwrap(), Err(ErrorCode::Invalid));
    assert_eq!(ctx.descriptor_set_size(lend(&file), 3).unwrap(), Ok(()));
    let stat = ctx.descriptor_stat(lend(&file)).unwrap().unwrap();
    assert_eq!((stat.r#type, stat.size, stat.link_count), (DescriptorType::RegularFile, 3, 1));
    assert_eq!(ctx.descriptor_get_flags(lend(&file)).unwrap(), Ok(write()));
    assert_eq!(ctx.descriptor_get_type(lend(&file)).unwrap(), Ok(DescriptorType::RegularFile));
    assert_eq!(ctx.descriptor_sync(lend(&file)).unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_sync_data(lend(&file)).unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_advise(lend(&file), 0, 0, Advice::WillNeed).unwrap(), Ok(()));
    ctx.drop_descriptor(file).unwrap();
}

#[test]
fn a_read_gives_no_more_than_the_host_has_room_for() {
    let mut guest = Guest::new(Rights::ALL);
    let file = guest.open("f", create(), write()).unwrap();
    guest.ctx.descriptor_set_size(lend(&file), 1 << 40).unwrap().unwrap();
    let (bytes, is_end) = guest.ctx.descriptor_read(file, u64::MAX, 5).unwrap().unwrap();
    assert_eq!((bytes.len() as u64, is_end), (MAX_READ, false));
    let mut ctx = WasiCtxBuilder::new().preopened_dir("/dev", "/", Rights::READ_ONLY).unwrap().build();
    let (devices, _) = ctx.get_directories().unwrap().pop().unwrap();
    let zero = ctx.descriptor_open_at(devices, FOLLOW, "zero", OpenFlags::default(), read()).unwrap().unwrap();
    let (bytes, is_end) = ctx.descriptor_read(zero, u64::MAX, 5).unwrap().unwrap();
    assert_eq!((bytes.len() as u64, is_end), (MAX_UNKNOWN, false));
}

#[test]
fn streams_of_files_are_streams() {
    let mut guest = Guest::new(Rights::ALL);
    let file = guest.open("f", create(), write()).unwrap();
    let ctx = &mut guest.ctx;
    let output = ctx.descriptor_write_via_stream(lend(&file), 1).unwrap().unwrap();
    assert!(ctx.output_stream_check_write(lend(&output)).unwrap().unwrap() >= 4096);
    assert!(ctx.output_stream_write(output, b"abc").unwrap().is_ok());
    let output = ctx.descriptor_append_via_stream(lend(&file)).unwrap().unwrap();
    assert!(ctx.output_stream_blocking_write_and_flush(output, b"de").unwrap().is_ok());
    let input = ctx.descriptor_read_via_stream(lend(&file), 2).unwrap().unwrap();
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), 100).unwrap().unwrap(), b"bcde");
    assert!(matches!(ctx.input_stream_read(input, 100).unwrap(), Err(StreamError::Closed)));
}

#[test]
fn errors_of_streams_have_codes() {
    let mut ctx = WasiCtxBuilder::new().preopened_dir("/dev", "/", Rights::ALL).unwrap().build();
    let (devices, _) = ctx.get_directories().unwrap().pop().unwrap();
    let full = ctx.descriptor_open_at(devices, FOLLOW, "full", OpenFlags::default(), write()).unwrap().unwrap();
    let output = ctx.descriptor_write_via_stream(full, 0).unwrap().unwrap();
    let Err(StreamError::LastOperationFailed(error)) = ctx.output_stream_write(output, b"x").unwrap() else {
        panic!("the device is full");
    };
    assert_eq!(ctx.filesystem_error_code(error).unwrap(), Some(ErrorCode::InsufficientSpace));
    let other = ctx.io.errors.push(Failure::Other("of no file".to_owned())).unwrap();
    assert_eq!(ctx.filesystem_error_code(other).unwrap(), None);
}

#[test]
fn paths_do_what_they_name() {
    let mut guest = Guest::new(Rights::ALL);
    fs::write(guest.folder.path().join("f"), "text").unwrap();
    let dir = || lend(&guest.dir);
    let ctx = &mut guest.ctx;
    assert_eq!(ctx.descriptor_create_directory_at(dir(), "d").unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_symlink_at(dir(), "../f", "d/link").unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_readlink_at(dir(), "d/link").unwrap(), Ok("../f".into()));
    let kind = |ctx: &mut WasiCtx, flags| ctx.descriptor_stat_at(dir(), flags, "d/link").unwrap().unwrap().r#type;
    assert_eq!(kind(ctx, FOLLOW), DescriptorType::RegularFile);
    assert_eq!(kind(ctx, NOFOLLOW), DescriptorType::SymbolicLink);
    let hash = |ctx: &mut WasiCtx, path| ctx.descriptor_metadata_hash_at(dir(), FOLLOW, path).unwrap().unwrap();
    assert_eq!(hash(ctx, "d/link"), hash(ctx, "f"));
    assert_ne!(hash(ctx, "d"), hash(ctx, "f"));
    assert_eq!(ctx.descriptor_link_at(dir(), NOFOLLOW, "f", dir(), "d/hard").unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_rename_at(dir(), "d/hard", dir(), "moved").unwrap(), Ok(()));
    let at = NewTimestamp::Timestamp(Datetime { seconds: 7, nanoseconds: 8 });
    assert_eq!(ctx.descriptor_set_times_at(dir(), FOLLOW, "moved", NewTimestamp::NoChange, at).unwrap(), Ok(()));
    let modified = ctx.descriptor_stat_at(dir(), FOLLOW, "f").unwrap().unwrap().data_modification_timestamp;
    assert_eq!(modified, Some(Datetime { seconds: 7, nanoseconds: 8 }));
    assert_eq!(ctx.descriptor_remove_directory_at(dir(), "d").unwrap(), Err(ErrorCode::NotEmpty));
    assert_eq!(ctx.descriptor_unlink_file_at(dir(), "d/link").unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_remove_directory_at(dir(), "d").unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_unlink_file_at(dir(), "../f").unwrap(), Err(ErrorCode::NotPermitted));
}

#[test]
fn descriptors_know_one_another() {
    let mut guest = Guest::new(Rights::ALL);
    let (f, g) = (guest.open("f", create(), write()).unwrap(), guest.open("g", create(), write()).unwrap());
    let again = guest.open("./f", OpenFlags::default(), read()).unwrap();
    let ctx = &mut guest.ctx;
    assert!(ctx.descriptor_is_same_object(lend(&f), lend(&again)).unwrap());
    assert!(!ctx.descriptor_is_same_object(lend(&f), lend(&g)).unwrap());
    let hash = |ctx: &mut WasiCtx, handle| ctx.descriptor_metadata_hash(lend(handle)).unwrap().unwrap();
    assert_eq!(hash(ctx, &f), hash(ctx, &again));
    let at = NewTimestamp::Timestamp(Datetime { seconds: 9, nanoseconds: 0 });
    assert_eq!(ctx.descriptor_set_times(lend(&f), at, NewTimestamp::Now).unwrap(), Ok(()));
    assert_eq!(ctx.descriptor_stat(f).unwrap().unwrap().data_access_timestamp.unwrap().seconds, 9);
}

#[test]
fn directories_list_their_names() {
    let mut guest = Guest::new(Rights::ALL);
    fs::write(guest.folder.path().join("f"), "").unwrap();
    let listing = guest.ctx.descriptor_read_directory(lend(&guest.dir)).unwrap().unwrap();
    let entry = guest.ctx.directory_entry_stream_read_directory_entry(lend(&listing)).unwrap();
    assert_eq!(entry, Ok(Some(DirectoryEntry { r#type: DescriptorType::RegularFile, name: "f".into() })));
    assert_eq!(guest.ctx.directory_entry_stream_read_directory_entry(lend(&listing)).unwrap(), Ok(None));
    guest.ctx.drop_directory_entry_stream(listing).unwrap();
    assert_eq!(guest.ctx.filesystem.listings.len(), 0);
}

#[test]
fn flags_say_what_may_be_done() {
    let mut guest = Guest::new(Rights::ALL);
    let mutate = DescriptorFlags { mutate_directory: true, ..read() };
    assert_eq!(guest.ctx.descriptor_get_flags(lend(&guest.dir)).unwrap(), Ok(mutate));
    guest.open("f", create(), write()).unwrap();
    let file = guest.open("f", OpenFlags::default(), read()).unwrap();
    assert_eq!(guest.ctx.descriptor_get_flags(file).unwrap(), Ok(read()));
    let syncs = DescriptorFlags { file_integrity_sync: true, data_integrity_sync: true, ..write() };
    let file = guest.open("f", OpenFlags::default(), syncs).unwrap();
    assert_eq!(guest.ctx.descriptor_get_flags(file).unwrap(), Ok(syncs));
    let mut guest = Guest::new(Rights::READ_ONLY);
    assert_eq!(guest.ctx.descriptor_get_flags(lend(&guest.dir)).unwrap(), Ok(read()));
    assert_eq!(guest.open("new", create(), write()).unwrap_err(), ErrorCode::ReadOnly);
    assert_eq!(guest.open(".", directory(), mutate).unwrap_err(), ErrorCode::ReadOnly);
}

#[test]
fn descriptors_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = WasiCtxBuilder::new();
    let mut ctx = builder.max_resources(3).preopened_dir(folder.path(), "/", Rights::ALL).unwrap().build();
    let (dir, _) = ctx.get_directories().unwrap().pop().unwrap();
    let open = |ctx: &mut WasiCtx, path| ctx.descriptor_open_at(lend(&dir), FOLLOW, path, create(), write()).unwrap();
    let first = open(&mut ctx, "a").unwrap();
    open(&mut ctx, "b").unwrap();
    assert_eq!(open(&mut ctx, "c").unwrap_err(), ErrorCode::InsufficientMemory);
    assert!(!folder.path().join("c").exists(), "nothing was created for no descriptor");
    ctx.drop_descriptor(first).unwrap();
    open(&mut ctx, "c").unwrap();
    ctx.get_directories().unwrap_err();
    let mut list = || ctx.descriptor_read_directory(lend(&dir)).unwrap();
    let _listings = [list().unwrap(), list().unwrap(), list().unwrap()];
    assert_eq!(list().unwrap_err(), ErrorCode::InsufficientMemory);
}

#[test]
fn a_directory_that_is_not_there_is_not_given() {
    let error = WasiCtxBuilder::new().preopened_dir("/nowhere", "/", Rights::ALL).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the directory `/nowhere`");
    assert_eq!(error.source.kind(), std::io::ErrorKind::NotFound);
}
