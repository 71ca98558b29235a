//! Streams: what they give and take without waiting, and how they end.

use super::descriptor::{DescriptorInput, DescriptorOutput};
use super::memory::{Bytes, Collected};
use super::null::{Closed, Empty, Sink};
use super::pipe::pipe as memory_pipe;
use super::shared::{SharedInput, SharedOutput};
use super::splice::transfer;
use super::*;
use crate::wait::Waiter;
use rustix::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use rustix::fs::{MemfdFlags, Mode as FileMode, OFlags, SeekFrom, fcntl_getfl, memfd_create, open, seek};
use rustix::io::{read, write};
use rustix::pipe::pipe;
use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

fn wait_for(pollable: &Pollable) {
    Waiter::default().wait_for(pollable, None).unwrap();
}

fn is_closed<T>(outcome: Result<T, Stop>) -> bool {
    matches!(outcome, Err(Stop::Closed))
}

fn would_block<T>(outcome: Result<T, Stop>) -> bool {
    matches!(outcome, Err(Stop::WouldBlock))
}

/// What is read with one call.
fn some(input: &mut dyn InputStream, len: usize) -> Result<Vec<u8>, Stop> {
    let mut room = vec![0; len];
    let len = input.read(&mut room, Mode::Try)?;
    room.truncate(len);
    Ok(room)
}

fn file(contents: &[u8]) -> OwnedFd {
    let file = memfd_create(c"test", MemfdFlags::CLOEXEC).unwrap();
    assert_eq!(write(&file, contents).unwrap(), contents.len());
    seek(&file, SeekFrom::Start(0)).unwrap();
    file
}

fn device(path: &str) -> OwnedFd {
    open(path, OFlags::RDWR, FileMode::empty()).unwrap()
}

/// A terminal: its own side, and the side that a program has.
fn terminal() -> (OwnedFd, OwnedFd) {
    let (mut own, mut program) = (0, 0);
    // SAFETY: both are places for a descriptor, and the other parameters may be null.
    let outcome =
        unsafe { libc::openpty(&mut own, &mut program, std::ptr::null_mut(), std::ptr::null(), std::ptr::null()) };
    assert_eq!(outcome, 0);
    // SAFETY: the system has just made them, and nobody else has them.
    unsafe { (OwnedFd::from_raw_fd(own), OwnedFd::from_raw_fd(program)) }
}

#[test]
fn null_streams() {
    assert!(is_closed(Empty.read(&mut [0], Mode::Try)) && is_closed(Empty.skip(1, Mode::Block)));
    assert_eq!(Sink.check_write().unwrap(), u64::MAX);
    assert!(Sink.write(b"gone", Mode::Try).is_ok() && Sink.flush(Mode::Block).is_ok());
    assert!(is_closed(Closed.check_write()) && is_closed(Closed.write(b"", Mode::Try)));
    assert!(InputStream::pollable(&Empty).is_ready() && OutputStream::pollable(&Closed).is_ready());
}

#[test]
fn bytes_of_memory_end() {
    let mut bytes = Bytes::new(*b"0123456789");
    assert_eq!(bytes.certain(u64::MAX), Some(10));
    assert_eq!(some(&mut bytes, 3).unwrap(), b"012");
    assert_eq!(some(&mut bytes, 0).unwrap(), b"");
    assert_eq!(bytes.skip(2, Mode::Try).unwrap(), 2);
    assert_eq!(some(&mut bytes, 100).unwrap(), b"56789");
    assert!(
        is_closed(some(&mut bytes, 1)) && is_closed(some(&mut bytes, 0)) && is_closed(bytes.skip(u64::MAX, Mode::Try))
    );
    assert_eq!(bytes.certain(1), None);
}

#[test]
fn collected_bytes_have_a_limit() {
    let collected = Collected::new(5);
    let mut output = collected.clone();
    assert_eq!(output.check_write().unwrap(), 5);
    output.write(b"abc", Mode::Try).unwrap();
    assert_eq!(output.check_write().unwrap(), 2);
    assert!(matches!(output.write(b"def", Mode::Try), Err(Stop::Failed(Failure::Other(_)))));
    output.write(b"de", Mode::Try).unwrap();
    assert!(matches!(output.check_write(), Err(Stop::Failed(_))));
    assert_eq!(collected.contents(), b"abcde");
    assert_eq!(collected.take(), b"abcde");
    assert_eq!(output.check_write().unwrap(), 5);
}

#[test]
fn a_memory_pipe_is_bounded() {
    let (mut reader, mut writer) = memory_pipe(4);
    let (readable, writable) = (InputStream::pollable(&reader), OutputStream::pollable(&writer));
    assert!(would_block(some(&mut reader, 1)) && !readable.is_ready() && writable.is_ready());
    OutputStream::write(&mut writer, b"abcd", Mode::Try).unwrap();
    assert_eq!(writer.check_write().unwrap(), 0);
    assert!(readable.is_ready() && !writable.is_ready());
    assert_eq!(reader.certain(9), Some(4));
    assert_eq!(reader.skip(1, Mode::Try).unwrap(), 1);
    assert!(writable.is_ready());
    drop(writer);
    assert_eq!(some(&mut reader, 9).unwrap(), b"bcd");
    assert!(is_closed(some(&mut reader, 9)) && readable.is_ready());

    let (reader, mut writer) = memory_pipe(0);
    let writable = OutputStream::pollable(&writer);
    OutputStream::write(&mut writer, b"x", Mode::Try).unwrap();
    assert!(!writable.is_ready());
    drop(reader);
    assert!(writable.is_ready() && is_closed(writer.check_write()));
    assert!(
        is_closed(OutputStream::write(&mut writer, b"x", Mode::Try))
            && is_closed(OutputStream::flush(&mut writer, Mode::Try))
    );
}

#[test]
fn a_memory_pipe_joins_two_threads() {
    let (mut reader, mut writer) = memory_pipe(7);
    let sent: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
    let received = thread::scope(|scope| {
        let sent = &sent;
        scope.spawn(move || writer.write_all(sent).unwrap());
        let mut received = Vec::new();
        reader.read_to_end(&mut received).unwrap();
        received
    });
    assert_eq!(received, sent);
    let (reader, mut writer) = memory_pipe(1);
    drop(reader);
    assert_eq!(Write::write(&mut writer, b"x").unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
}

#[test]
fn a_pipe_is_read_without_waiting_and_keeps_its_flags() {
    let (reader, writer) = pipe().unwrap();
    let flags = fcntl_getfl(&reader).unwrap();
    let fd = reader.as_raw_fd();
    let mut input = DescriptorInput::new(reader);
    assert!(would_block(some(&mut input, 10)) && would_block(input.skip(u64::MAX, Mode::Try)));
    let pollable = input.pollable();
    assert!(!pollable.is_ready());
    write(&writer, b"0123456789").unwrap();
    wait_for(&pollable);
    assert_eq!(some(&mut input, 4).unwrap(), b"0123");
    assert_eq!(some(&mut input, 0).unwrap(), b"");
    assert_eq!(input.skip(2, Mode::Try).unwrap(), 2);
    assert_eq!(some(&mut input.clone(), 100).unwrap(), b"6789");
    drop(writer);
    assert!(pollable.is_ready() && is_closed(some(&mut input, 1)) && is_closed(input.skip(1, Mode::Block)));
    // SAFETY: `input` keeps it open.
    assert_eq!(fcntl_getfl(unsafe { rustix::fd::BorrowedFd::borrow_raw(fd) }).unwrap(), flags);
}

#[test]
fn a_blocking_read_waits_in_the_system() {
    let (reader, writer) = pipe().unwrap();
    let mut input = DescriptorInput::new(reader);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(5));
            write(&writer, b"late").unwrap();
        });
        let mut room = [0; 8];
        assert_eq!(input.read(&mut room, Mode::Block).unwrap(), 4);
    });
}

#[test]
fn a_full_pipe_leaves_a_remainder_that_its_pollable_writes() {
    let (reader, writer) = pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let flags = fcntl_getfl(&writer).unwrap();
    let raw = writer.as_raw_fd();
    let mut output = DescriptorOutput::new(writer);
    let sent: Vec<u8> = (0..60_000u32).map(|n| (n % 251) as u8).collect();
    assert!(output.check_write().unwrap() >= 60_000);
    assert!(output.pollable().is_ready());
    output.write(&sent, Mode::Try).unwrap();
    assert_eq!(output.check_write().unwrap(), 0);
    output.flush(Mode::Try).unwrap();
    assert_eq!(output.check_write().unwrap(), 0);
    let pollable = output.pollable();
    assert!(!pollable.is_ready());
    let received = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut received = Vec::new();
            std::fs::File::from(reader).read_to_end(&mut received).unwrap();
            received
        });
        wait_for(&pollable);
        assert!(output.check_write().unwrap() > 0);
        // SAFETY: `output` keeps it open.
        assert_eq!(fcntl_getfl(unsafe { rustix::fd::BorrowedFd::borrow_raw(raw) }).unwrap(), flags);
        drop((pollable, output));
        reader.join().unwrap()
    });
    assert_eq!(received, sent);
}

#[test]
fn what_is_kept_is_offered_once_more_at_the_end() {
    let (reader, writer) = pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut output = DescriptorOutput::new(writer);
    output.write(&[b'a'; 5000], Mode::Try).unwrap();
    let mut room = [0; 8192];
    assert_eq!(read(&reader, &mut room).unwrap(), 4096);
    drop(output);
    assert_eq!(read(&reader, &mut room).unwrap(), 904);
}

#[test]
fn a_broken_pipe_is_a_closed_stream() {
    let (reader, writer) = pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut output = DescriptorOutput::new(writer);
    output.write(&[0; 10_000], Mode::Try).unwrap();
    let pollable = output.pollable();
    drop(reader);
    // Whoever waits is told, and whoever asks later as well.
    wait_for(&pollable);
    assert!(pollable.is_ready());
    assert!(is_closed(output.check_write()));
    assert!(is_closed(output.write(b"x", Mode::Try)) && is_closed(output.write(b"x", Mode::Block)));
}

#[test]
fn a_device_that_is_full_fails() {
    for mode in [Mode::Try, Mode::Block] {
        let mut output = DescriptorOutput::new(device("/dev/full"));
        assert!(matches!(output.write(b"x", mode), Err(Stop::Failed(Failure::Os(Errno::NOSPC)))));
    }
    let mut closed = DescriptorInput::new(open("/dev/null", OFlags::WRONLY, FileMode::empty()).unwrap());
    assert!(matches!(some(&mut closed, 1), Err(Stop::Failed(Failure::Os(Errno::BADF)))));
    let mut folder = DescriptorInput::new(open("/", OFlags::RDONLY, FileMode::empty()).unwrap());
    assert!(matches!(some(&mut folder, 1), Err(Stop::Failed(Failure::Os(Errno::ISDIR)))));
}

#[test]
fn devices_files_and_sockets() {
    let mut null = DescriptorInput::new(device("/dev/null"));
    assert!(is_closed(some(&mut null, 1)) && !null.is_terminal());
    let mut null = DescriptorOutput::new(device("/dev/null"));
    null.write(&[0; 4096], Mode::Try).unwrap();
    let mut zero = DescriptorInput::new(device("/dev/zero"));
    assert_eq!(some(&mut zero, 5).unwrap(), [0; 5]);

    let mut input = DescriptorInput::new(file(b"contents"));
    assert!(input.pollable().is_ready());
    assert_eq!(some(&mut input, 100).unwrap(), b"contents");
    assert!(is_closed(some(&mut input, 1)));

    let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    let (mut input, mut output) = (DescriptorInput::new(here.into()), DescriptorOutput::new(there.into()));
    assert!(would_block(some(&mut input, 1)));
    output.write(b"over", Mode::Try).unwrap();
    assert_eq!(some(&mut input, 9).unwrap(), b"over");
}

#[test]
fn a_terminal_is_asked_before_it_is_used() {
    let (own, program) = terminal();
    let input_fd = program.as_fd().try_clone_to_owned().unwrap();
    let (mut input, mut output) = (DescriptorInput::new(input_fd), DescriptorOutput::new(program));
    assert!(input.is_terminal() && output.is_terminal());
    assert!(would_block(some(&mut input, 10)));
    write(&own, b"typed\n").unwrap();
    wait_for(&input.pollable());
    assert_eq!(some(&mut input, 10).unwrap(), b"typed\n");
    output.write(&[b'.'; 1000], Mode::Try).unwrap();
    let mut shown = Vec::new();
    // The terminal shows what is typed, too.
    while shown.len() < 1007 {
        let mut room = [0; 2000];
        let len = read(&own, &mut room).unwrap();
        shown.extend_from_slice(&room[..len]);
    }
    assert_eq!(shown.iter().filter(|byte| **byte == b'.').count(), 1000);
}

#[test]
fn shared_streams_have_one_position() {
    let mut first = SharedInput::new(Bytes::new(*b"abcdef"));
    let mut second = first.clone();
    assert_eq!(some(&mut first, 2).unwrap(), b"ab");
    assert_eq!(some(&mut second, 2).unwrap(), b"cd");
    assert_eq!((first.certain(9), first.skip(1, Mode::Try).unwrap()), (Some(2), 1));
    assert!(first.pollable().is_ready() && !first.is_terminal());
    let collected = Collected::new(100);
    let mut first = SharedOutput::new(collected.clone());
    let mut second = first.clone();
    first.write(b"one ", Mode::Try).unwrap();
    second.write(b"two", Mode::Try).unwrap();
    second.flush(Mode::Try).unwrap();
    assert_eq!(second.check_write().unwrap(), 93);
    assert!(second.pollable().is_ready() && !second.is_terminal());
    assert_eq!(collected.contents(), b"one two");
}

/// Moves all that comes from `input` to `output`.
fn transfer_all(input: &mut dyn InputStream, output: &mut dyn OutputStream) -> u64 {
    let mut total = 0;
    loop {
        match transfer(input, output, u64::MAX, &mut [0; 100]) {
            Ok(0) => return total,
            Ok(moved) => total += moved,
            Err(Stop::Closed) => return total,
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn bytes_move_between_streams_of_every_kind() {
    let contents: Vec<u8> = (0..10_000u32).map(|n| (n % 253) as u8).collect();
    let (reader, writer) = pipe().unwrap();
    let (target, copy) = (file(b""), file(b""));
    let mut from_file = DescriptorInput::new(file(&contents));
    let mut to_pipe = DescriptorOutput::new(writer);
    assert_eq!(transfer_all(&mut from_file, &mut to_pipe), 10_000);
    let mut from_pipe = DescriptorInput::new(reader);
    let mut to_file = DescriptorOutput::new(target.as_fd().try_clone_to_owned().unwrap());
    assert_eq!(transfer_all(&mut from_pipe, &mut to_file), 10_000);
    drop(to_pipe);
    assert!(is_closed(transfer(&mut from_pipe, &mut to_file, 1, &mut [0; 100])));
    seek(&target, SeekFrom::Start(0)).unwrap();
    let mut to_copy = DescriptorOutput::new(copy.as_fd().try_clone_to_owned().unwrap());
    assert_eq!(transfer_all(&mut DescriptorInput::new(target), &mut to_copy), 10_000);
    seek(&copy, SeekFrom::Start(0)).unwrap();
    let collected = Collected::new(1 << 20);
    assert_eq!(transfer_all(&mut DescriptorInput::new(copy), &mut collected.clone()), 10_000);
    assert_eq!(collected.take(), contents);
    let memory = &mut Bytes::new(&contents[..]);
    assert_eq!(transfer_all(memory, &mut collected.clone()), 10_000);
    assert_eq!(collected.contents(), contents);
}

#[test]
fn a_transfer_ends_where_either_stream_does() {
    let mut input = Bytes::new(*b"abc");
    assert_eq!(transfer(&mut input, &mut Sink, 2, &mut [0; 8]).unwrap(), 2);
    assert_eq!(transfer(&mut input, &mut Sink, 0, &mut [0; 8]).unwrap(), 0);
    assert!(is_closed(transfer(&mut input, &mut Closed, 1, &mut [0; 8])));
    assert_eq!(transfer(&mut input, &mut Sink, 2, &mut [0; 8]).unwrap(), 1);
    assert!(is_closed(transfer(&mut input, &mut Sink, 2, &mut [0; 8])));
    let (mut reader, _writer) = memory_pipe(10);
    assert_eq!(transfer(&mut reader, &mut Sink, 2, &mut [0; 8]).unwrap(), 0);
    let (_reader, mut writer) = memory_pipe(1);
    OutputStream::write(&mut writer, b"x", Mode::Try).unwrap();
    assert_eq!(transfer(&mut Bytes::new(*b"abc"), &mut writer, 2, &mut [0; 8]).unwrap(), 0);
}

#[test]
fn files_that_seem_to_be_empty_are_read() {
    let mut version = DescriptorInput::new(open("/proc/version", OFlags::RDONLY, FileMode::empty()).unwrap());
    let mut output = DescriptorOutput::new(file(b""));
    assert!(transfer_all(&mut version, &mut output) > 0);
}
