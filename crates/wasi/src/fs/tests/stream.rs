//! Streams of files, FIFOs and devices.

use super::*;
use crate::stream::splice::transfer;
use crate::stream::{InputStream, Mode, OutputStream, Stop};
use crate::wait::{Pollable, Readiness};
use rustix::fs::mkfifoat;
use std::io::{Read, Write};

fn file(place: &Place, text: &str) -> Descriptor {
    place.file("f", text);
    place.base.open_at(Follow::Yes, "f", &WRITE).unwrap()
}

/// Reads what there is, up to the end.
fn rest(stream: &mut FileInput) -> String {
    let mut found = Vec::new();
    loop {
        let mut room = [0; 7];
        match stream.read(&mut room, Mode::Block) {
            Ok(count) => found.extend_from_slice(&room[..count]),
            Err(Stop::Closed) => return String::from_utf8(found).unwrap(),
            Err(stop) => panic!("{stop:?}"),
        }
    }
}

#[test]
fn files_are_read_from_where_a_stream_starts() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = file(&place, "a text of some length");
    let (mut one, mut other) = (file.read_via_stream(0).unwrap(), file.read_via_stream(10).unwrap());
    assert_eq!(rest(&mut other), "some length");
    assert_eq!(one.read(&mut [], Mode::Try).unwrap(), 0);
    assert_eq!(one.skip(7, Mode::Try).unwrap(), 7);
    assert_eq!(rest(&mut one), "of some length");
    assert!(matches!(one.skip(1, Mode::Try), Err(Stop::Closed)));
    assert_eq!(file.read_via_stream(5).unwrap().skip(u64::MAX, Mode::Try).unwrap(), 16);
    // What is appended later is found.
    file.write(b"!", 21).unwrap();
    assert_eq!(rest(&mut one), "!");
    assert!(matches!(one.pollable(), Pollable::Ready));
}

#[test]
fn what_is_certain_is_what_is_there() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = file(&place, "12345");
    let mut stream = file.read_via_stream(1).unwrap();
    assert_eq!([stream.certain(2), stream.certain(u64::MAX)], [Some(2), Some(4)]);
    assert_eq!(rest(&mut stream), "2345");
    assert_eq!(stream.certain(1), None);
    file.write(b"67", 5).unwrap();
    assert_eq!(stream.certain(9), Some(2));
    let devices = Descriptor::preopen("/dev", Rights::READ_ONLY).unwrap();
    let zero = devices.open_at(Follow::Yes, "zero", &Open::READ).unwrap();
    assert_eq!(zero.read_via_stream(0).unwrap().certain(9), None);
}

#[test]
fn streams_end_where_offsets_do() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = file(&place, "12345");
    for offset in [5, 6, 1 << 50, i64::MAX as u64] {
        assert_eq!(rest(&mut file.read_via_stream(offset).unwrap()), "");
    }
    let mut past = file.read_via_stream(u64::MAX).unwrap();
    assert!(matches!(past.read(&mut [0], Mode::Block), Err(Stop::Failed(_))));
    let mut past = file.write_via_stream(u64::MAX).unwrap();
    assert!(matches!(past.write(b"x", Mode::Block), Err(Stop::Failed(_))));
    let mut last = file.write_via_stream(i64::MAX as u64 - 1).unwrap();
    assert!(matches!(last.write(b"xyz", Mode::Block), Err(Stop::Failed(_))));
}

#[test]
fn files_are_written_from_where_a_stream_starts() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = file(&place, "12345");
    let mut stream = file.write_via_stream(3).unwrap();
    assert!(stream.check_write().unwrap() > 0);
    stream.write(b"ab", Mode::Try).unwrap();
    stream.write(b"", Mode::Try).unwrap();
    stream.write(b"c", Mode::Block).unwrap();
    stream.flush(Mode::Block).unwrap();
    assert_eq!(contents(&file).unwrap(), "123abc");
}

#[test]
fn what_is_appended_goes_to_the_end_as_it_is_then() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = file(&place, "1");
    let (mut one, mut other) = (file.append_via_stream().unwrap(), file.append_via_stream().unwrap());
    one.write(b"2", Mode::Try).unwrap();
    other.write(b"3", Mode::Try).unwrap();
    file.write(b"4", 3).unwrap();
    one.write(b"5", Mode::Try).unwrap();
    assert_eq!(contents(&file).unwrap(), "12345");
}

#[test]
fn appending_threads_lose_nothing() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let file = file(&place, "");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut stream = file.append_via_stream().unwrap();
            scope.spawn(move || (0..500).for_each(|_| stream.write(b"12345678", Mode::Try).unwrap()));
        }
    });
    assert_eq!(file.stat().unwrap().size, 4 * 500 * 8);
}

#[test]
fn files_of_the_system_are_longer_than_they_say() {
    let system = Descriptor::preopen("/proc/self", Rights::READ_ONLY).unwrap();
    let file = system.open_at(Follow::Yes, "status", &Open::READ).unwrap();
    assert_eq!(file.stat().unwrap().size, 0);
    let mut stream = file.read_via_stream(0).unwrap();
    assert_eq!((stream.certain(9), stream.skip(2, Mode::Block).unwrap()), (None, 2));
    assert!(rest(&mut stream).starts_with("me:\t"));
    assert_eq!(file.available(9, 0), Ok(None));
}

#[test]
fn bytes_move_from_one_file_to_another() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    let from = file(&place, "some text to move");
    let open = |path| place.base.open_at(Follow::Yes, path, &CREATE).unwrap();
    let (written, appended) = (open("written"), open("appended"));
    appended.write(b"begun, ", 0).unwrap();
    let mut input = from.read_via_stream(5).unwrap();
    let mut to = written.write_via_stream(1).unwrap();
    let mut room = [0; 64];
    assert_eq!(transfer(&mut input, &mut to, 4, &mut room).unwrap(), 4);
    to.write(b"!", Mode::Try).unwrap();
    assert_eq!(transfer(&mut input, &mut appended.append_via_stream().unwrap(), 3, &mut room).unwrap(), 3);
    assert_eq!((contents(&written).unwrap(), contents(&appended).unwrap()), ("\0text!".into(), "begun,  to".into()));
    assert_eq!(rest(&mut input), " move");
    assert!(matches!(transfer(&mut input, &mut to, 4, &mut room), Err(Stop::Closed)));
    // A file to itself, where the stretches overlap.
    let (mut input, mut to) = (from.read_via_stream(0).unwrap(), from.write_via_stream(2).unwrap());
    let moved = transfer(&mut input, &mut to, 8, &mut room).unwrap() as usize;
    assert_eq!(contents(&from).unwrap()[2..2 + moved], *"some text to move".get(..moved).unwrap());
}

fn fifo(place: &Place) {
    mkfifoat(place.base.fd(), "fifo", rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
}

#[test]
fn reading_from_a_fifo_never_blocks() {
    with_each_resolver(Rights::ALL, |place| {
        fifo(place);
        // Nobody has it open for writing.
        let input = place.base.open_at(Follow::Yes, "fifo", &Open::READ).unwrap();
        assert_eq!(input.kind(), Ok(Kind::Fifo));
        assert_eq!(input.read(&mut [0; 4], 0), Err(Errno::SPIPE));
        assert_eq!(input.read_via_stream(1).unwrap_err(), Errno::SPIPE);
        let output = place.base.open_at(Follow::Yes, "fifo", &WRITE).unwrap();
        let mut stream = input.read_via_stream(0).unwrap();
        let mut room = [0; 8];
        for mode in [Mode::Try, Mode::Block] {
            assert!(matches!(stream.read(&mut room, mode), Err(Stop::WouldBlock)));
        }
        assert!(matches!(stream.skip(1, Mode::Block), Err(Stop::WouldBlock)));
        let pollable = stream.pollable();
        assert!(matches!(pollable.readiness(), Readiness::Fd(..)));
        assert_eq!(output.write(b"x", 0), Err(Errno::SPIPE));
        output.write_via_stream(0).unwrap().write(b"abc", Mode::Block).unwrap();
        assert_eq!(stream.skip(1, Mode::Block).unwrap(), 1);
        assert_eq!((stream.read(&mut room, Mode::Block).unwrap(), &room[..2]), (2, b"bc".as_slice()));
        drop(output);
        assert!(matches!(stream.read(&mut room, Mode::Block), Err(Stop::Closed)));
    });
}

#[test]
fn writing_to_a_fifo_never_blocks() {
    let place = Place::new(Rights::ALL, Resolver::Kernel);
    fifo(&place);
    let write = Open { rights: Rights { write: true, ..Rights::NONE }, ..Open::READ };
    assert_eq!(place.base.open_at(Follow::Yes, "fifo", &write).unwrap_err(), Errno::NXIO);
    let input = place.base.open_at(Follow::Yes, "fifo", &Open::READ).unwrap();
    let output = place.base.open_at(Follow::Yes, "fifo", &write).unwrap();
    let mut stream = output.append_via_stream().unwrap();
    // What was accepted is kept, however full the FIFO is.
    let bytes = vec![b'x'; 1 << 20];
    stream.write(&bytes, Mode::Block).unwrap();
    assert_eq!(stream.check_write().unwrap(), 0);
    let (mut reader, mut found) = (input.read_via_stream(0).unwrap(), 0);
    let mut room = vec![0; 1 << 16];
    while found < bytes.len() {
        match reader.read(&mut room, Mode::Block) {
            Ok(count) => found += count,
            Err(Stop::WouldBlock) => stream.flush(Mode::Block).unwrap(),
            Err(stop) => panic!("{stop:?}"),
        }
    }
    assert!(stream.check_write().unwrap() > 0);
    drop((reader, input));
    assert!(matches!(stream.write(b"x", Mode::Block), Err(Stop::Closed)));
}

#[test]
fn devices_without_an_end_are_read_in_pieces() {
    let devices = Descriptor::preopen("/dev", Rights::ALL).unwrap();
    let open = |path, how| devices.open_at(Follow::Yes, path, how).unwrap();
    let mut stream = open("zero", &Open::READ).read_via_stream(0).unwrap();
    assert_eq!(stream.read(&mut [1; 100], Mode::Block).unwrap(), 100);
    assert!(stream.skip(u64::MAX, Mode::Block).unwrap() > 0);
    assert_eq!(rest(&mut open("null", &Open::READ).read_via_stream(0).unwrap()), "");
    open("null", &WRITE).append_via_stream().unwrap().write(b"x", Mode::Block).unwrap();
}

/// The host's end of a new terminal, and the terminal's name in `/dev/pts`.
fn pseudoterminal() -> (fs::File, String) {
    use rustix::ioctl::{Getter, Setter, ioctl, opcode};
    const UNLOCK: rustix::ioctl::Opcode = opcode::write::<i32>(b'T', 0x31);
    const NUMBER: rustix::ioctl::Opcode = opcode::read::<u32>(b'T', 0x30);
    let host = fs::File::options().read(true).write(true).open("/dev/ptmx").unwrap();
    // SAFETY: `TIOCSPTLCK` reads an `int`.
    unsafe { ioctl(&host, Setter::<UNLOCK, i32>::new(0)) }.unwrap();
    // SAFETY: `TIOCGPTN` writes an `unsigned int`.
    let number = unsafe { ioctl(&host, Getter::<NUMBER, u32>::new()) }.unwrap();
    (host, number.to_string())
}

#[test]
fn a_terminal_is_read_as_it_comes() {
    let (mut host, name) = pseudoterminal();
    let devices = Descriptor::preopen("/dev/pts", Rights::ALL).unwrap();
    let terminal = devices.open_at(Follow::Yes, &name, &WRITE).unwrap();
    let (mut input, mut output) = (terminal.read_via_stream(0).unwrap(), terminal.append_via_stream().unwrap());
    assert!(matches!(input.read(&mut [0; 8], Mode::Block), Err(Stop::WouldBlock)));
    host.write_all(b"line\n").unwrap();
    // What one end writes arrives at the other after a while.
    let pollable = input.pollable();
    let Readiness::Fd(fd, events) = pollable.readiness() else { panic!("a terminal is a descriptor") };
    rustix::event::poll(&mut [rustix::event::PollFd::new(&fd, events)], None).unwrap();
    let mut room = [0; 8];
    assert_eq!((input.read(&mut room, Mode::Block).unwrap(), &room[..5]), (5, b"line\n".as_slice()));
    output.write(b"out", Mode::Block).unwrap();
    let mut echoed = [0; 9];
    host.read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"line\r\nout");
}
