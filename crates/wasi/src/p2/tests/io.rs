//! `wasi:io`: streams of every state, errors, pollables, quotas and interruptions.

use super::*;

fn with_input(input: impl InputStream + 'static) -> (WasiCtx, Resource<crate::p2::io::InputStreamResource>) {
    let mut ctx = WasiCtx::default();
    let handle = ctx.io.push_input(Box::new(input)).unwrap();
    (ctx, handle)
}

fn with_output(output: impl OutputStream + 'static) -> (WasiCtx, Resource<crate::p2::io::OutputStreamResource>) {
    let mut ctx = WasiCtx::default();
    let handle = ctx.io.push_output(Box::new(output)).unwrap();
    (ctx, handle)
}

fn is_closed<T>(outcome: Result<Result<T, StreamError>, HostError>) -> bool {
    matches!(outcome, Ok(Err(StreamError::Closed)))
}

/// What a failed operation says, by way of its error resource.
fn failure<T: Debug>(ctx: &mut WasiCtx, outcome: Result<Result<T, StreamError>, HostError>) -> String {
    let Err(StreamError::LastOperationFailed(error)) = outcome.unwrap().map(|_| ()) else { panic!("no failure") };
    let text = ctx.error_to_debug_string(lend(&error)).unwrap();
    ctx.drop_error(lend(&error)).unwrap();
    assert!(ctx.error_to_debug_string(error).is_err());
    text
}

/// What the reader of a pipe does after a while.
fn later<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> thread::JoinHandle<R> {
    thread::spawn(|| {
        thread::sleep(Duration::from_millis(5));
        work()
    })
}

#[test]
fn reading_gives_what_is_there() {
    let (reader, mut writer): (PipeReader, PipeWriter) = pipe(100);
    let (mut ctx, input) = with_input(reader);
    let pollable = ctx.input_stream_subscribe(lend(&input)).unwrap();
    assert_eq!(ctx.input_stream_read(lend(&input), u64::MAX).unwrap().unwrap(), b"");
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), 0).unwrap().unwrap(), b"");
    assert_eq!(ctx.input_stream_skip(lend(&input), u64::MAX).unwrap().unwrap(), 0);
    assert_eq!(ctx.input_stream_blocking_skip(lend(&input), 0).unwrap().unwrap(), 0);
    assert!(!ctx.pollable_ready(lend(&pollable)).unwrap());
    let writer = later(move || {
        OutputStream::write(&mut writer, b"0123456789", Mode::Try).unwrap();
        writer
    });
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), 3).unwrap().unwrap(), b"012");
    let mut writer = writer.join().unwrap();
    assert!(ctx.pollable_ready(lend(&pollable)).unwrap());
    assert_eq!(ctx.input_stream_skip(lend(&input), 2).unwrap().unwrap(), 2);
    assert_eq!(ctx.input_stream_read(lend(&input), u64::MAX).unwrap().unwrap(), b"56789");
    let writer = later(move || OutputStream::write(&mut writer, b"ab", Mode::Try).unwrap());
    assert_eq!(ctx.input_stream_blocking_skip(lend(&input), u64::MAX).unwrap().unwrap(), 2);
    writer.join().unwrap();
    // The writer is gone.
    assert!(is_closed(ctx.input_stream_read(lend(&input), 1)) && is_closed(ctx.input_stream_read(lend(&input), 0)));
    assert!(is_closed(ctx.input_stream_blocking_read(lend(&input), 1)));
    ctx.drop_input_stream(lend(&input)).unwrap();
    assert!(ctx.input_stream_read(input, 1).is_err());
    // Pollables outlive their streams.
    assert!(ctx.pollable_ready(pollable).unwrap());
}

#[test]
fn no_read_allocates_what_a_guest_names() {
    let zeroes = || rustix::fs::open("/dev/zero", rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).unwrap();
    let (mut ctx, input) = with_input(DescriptorInput::new(zeroes()));
    for len in [1 << 20, u64::MAX] {
        assert_eq!(ctx.input_stream_read(lend(&input), len).unwrap().unwrap().len(), 64 << 10);
    }
    assert!(ctx.input_stream_blocking_skip(lend(&input), u64::MAX).unwrap().unwrap() <= 64 << 10);
    let (mut ctx, input) = with_input(Bytes::new(vec![1; 5 << 20]));
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), u64::MAX).unwrap().unwrap().len(), 1 << 20);
}

#[test]
fn writing_needs_a_permit() {
    let (mut reader, writer) = pipe(10);
    let (mut ctx, output) = with_output(writer);
    assert_eq!(ctx.output_stream_check_write(lend(&output)).unwrap().unwrap(), 10);
    let excess = ctx.output_stream_write(lend(&output), &[0; 11]);
    assert_eq!(trap::<_, Misuse>(excess), Misuse::Write { len: 11, permitted: 10 });
    ctx.output_stream_write(lend(&output), b"1234").unwrap().unwrap();
    let excess = ctx.output_stream_write_zeroes(lend(&output), u64::MAX);
    assert_eq!(trap::<_, Misuse>(excess), Misuse::Write { len: u64::MAX, permitted: 6 });
    ctx.output_stream_write_zeroes(lend(&output), 6).unwrap().unwrap();
    ctx.output_stream_flush(lend(&output)).unwrap().unwrap();
    let pollable = ctx.output_stream_subscribe(lend(&output)).unwrap();
    assert_eq!(ctx.output_stream_check_write(lend(&output)).unwrap().unwrap(), 0);
    assert!(!ctx.pollable_ready(lend(&pollable)).unwrap());
    let mut room = [9; 20];
    assert_eq!(InputStream::read(&mut reader, &mut room, Mode::Try).unwrap(), 10);
    assert_eq!(&room[..11], b"1234\0\0\0\0\0\0\x09");
    ctx.pollable_block(pollable).unwrap();
    drop(reader);
    assert!(is_closed(ctx.output_stream_check_write(lend(&output))));
    assert!(is_closed(ctx.output_stream_write(lend(&output), b"x")));
    assert!(
        is_closed(ctx.output_stream_flush(lend(&output))) && is_closed(ctx.output_stream_blocking_flush(lend(&output)))
    );
    ctx.drop_output_stream(output).unwrap();
}

#[test]
fn a_stream_that_takes_everything_takes_a_bounded_amount_at_once() {
    let (mut ctx, output) = with_output(Sink);
    let permitted = ctx.output_stream_check_write(lend(&output)).unwrap().unwrap();
    ctx.output_stream_write_zeroes(lend(&output), permitted).unwrap().unwrap();
    trap::<_, Misuse>(ctx.output_stream_write_zeroes(lend(&output), u64::MAX));
}

#[test]
fn blocking_writes_wait_for_the_reader() {
    let (mut reader, writer) = pipe(7);
    let (mut ctx, output) = with_output(writer);
    let received = later(move || {
        let mut received = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut received).unwrap();
        received
    });
    let text: Vec<u8> = (0..4096u32).map(|n| n as u8).collect();
    ctx.output_stream_blocking_write_and_flush(lend(&output), &text).unwrap().unwrap();
    ctx.output_stream_blocking_write_zeroes_and_flush(lend(&output), 4096).unwrap().unwrap();
    ctx.output_stream_blocking_flush(lend(&output)).unwrap().unwrap();
    let limit = Misuse::BlockingWrite { len: 4097, limit: 4096 };
    assert_eq!(trap::<_, Misuse>(ctx.output_stream_blocking_write_and_flush(lend(&output), &[0; 4097])), limit);
    assert_eq!(trap::<_, Misuse>(ctx.output_stream_blocking_write_zeroes_and_flush(lend(&output), 4097)), limit);
    ctx.drop_output_stream(output).unwrap();
    assert_eq!(received.join().unwrap(), [text, vec![0; 4096]].concat());
}

#[test]
fn a_stream_that_failed_has_ended() {
    let full = rustix::fs::open("/dev/full", rustix::fs::OFlags::WRONLY, rustix::fs::Mode::empty()).unwrap();
    let (mut ctx, output) = with_output(DescriptorOutput::new(full));
    let outcome = ctx.output_stream_blocking_write_and_flush(lend(&output), b"x");
    assert!(failure(&mut ctx, outcome).contains("No space left"));
    assert!(is_closed(ctx.output_stream_check_write(lend(&output))) && is_closed(ctx.output_stream_write(output, b"")));
    let folder = rustix::fs::open("/", rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).unwrap();
    let (mut ctx, input) = with_input(DescriptorInput::new(folder));
    let outcome = ctx.input_stream_read(lend(&input), 1);
    assert!(failure(&mut ctx, outcome).contains("directory"));
    assert!(is_closed(ctx.input_stream_read(lend(&input), 1)) && is_closed(ctx.input_stream_blocking_skip(input, 1)));
    let error = ctx.io.errors.push(Failure::Other("in words".to_owned())).unwrap();
    assert_eq!(ctx.error_to_debug_string(error).unwrap(), "in words");
}

#[test]
fn splices_move_bytes() {
    let collected = Collected::new(1 << 20);
    let (mut ctx, output) = with_output(collected.clone());
    let (reader, mut writer) = pipe(100);
    let source = ctx.io.push_input(Box::new(reader)).unwrap();
    assert_eq!(ctx.output_stream_splice(lend(&output), lend(&source), 10).unwrap().unwrap(), 0);
    assert_eq!(ctx.output_stream_blocking_splice(lend(&output), lend(&source), 0).unwrap().unwrap(), 0);
    let writer = later(move || OutputStream::write(&mut writer, b"spliced", Mode::Try).unwrap());
    assert_eq!(ctx.output_stream_blocking_splice(lend(&output), lend(&source), 5).unwrap().unwrap(), 5);
    assert_eq!(ctx.output_stream_splice(lend(&output), lend(&source), u64::MAX).unwrap().unwrap(), 2);
    writer.join().unwrap();
    assert!(is_closed(ctx.output_stream_blocking_splice(lend(&output), lend(&source), 5)));
    assert_eq!(collected.contents(), b"spliced");
    // The sink is asked first.
    let (reader, writer) = pipe(1);
    let broken = ctx.io.push_output(Box::new(writer)).unwrap();
    drop(reader);
    let endless = ctx.io.push_input(Box::new(Bytes::new(*b"rest"))).unwrap();
    assert!(is_closed(ctx.output_stream_blocking_splice(lend(&broken), lend(&endless), 5)));
    assert_eq!(ctx.input_stream_read(endless, 9).unwrap().unwrap(), b"rest");
    // A source that fails does not end the sink.
    let folder = rustix::fs::open("/", rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).unwrap();
    let failing = ctx.io.push_input(Box::new(DescriptorInput::new(folder))).unwrap();
    let outcome = ctx.output_stream_splice(lend(&output), lend(&failing), 1);
    assert!(failure(&mut ctx, outcome).contains("directory"));
    ctx.output_stream_write(output, b".").unwrap().unwrap();
}

/// A file that knows how much is left.
#[derive(Debug)]
struct Knowing(Bytes);

impl InputStream for Knowing {
    fn certain(&mut self, len: u64) -> Option<u64> {
        Some(self.0.certain(len).unwrap_or(0))
    }

    fn read(&mut self, room: &mut [u8], mode: Mode) -> Result<usize, Stop> {
        if room.is_empty() { Ok(0) } else { self.0.read(room, mode) }
    }

    fn skip(&mut self, len: u64, mode: Mode) -> Result<u64, Stop> {
        self.0.skip(len, mode)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }
}

#[test]
fn the_end_of_a_stream_that_knows_its_length_is_seen() {
    let (mut ctx, input) = with_input(Knowing(Bytes::new(*b"all")));
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), 9).unwrap().unwrap(), b"all");
    assert!(is_closed(ctx.input_stream_blocking_read(lend(&input), 9)) && is_closed(ctx.input_stream_read(input, 9)));
}

#[test]
fn polling_nothing_traps() {
    let mut ctx = WasiCtx::default();
    assert_eq!(trap::<_, WaitError>(ctx.poll(Vec::new())), WaitError::Empty);
    let pollable = ctx.io.subscribe(Pollable::Ready).unwrap();
    assert_eq!(ctx.poll(vec![lend(&pollable)]).unwrap(), [0]);
    assert_eq!(ctx.poll(vec![lend(&pollable), lend(&pollable)]).unwrap(), [0, 1]);
    ctx.drop_pollable(lend(&pollable)).unwrap();
    assert!(ctx.poll(vec![lend(&pollable)]).is_err() && ctx.drop_pollable(pollable).is_err());
}

#[test]
fn resources_have_a_quota() {
    let mut ctx = WasiCtxBuilder::new().max_resources(2).build();
    let first = ctx.subscribe_instant(0).unwrap();
    ctx.subscribe_instant(0).unwrap();
    assert_eq!(trap::<_, TableFull>(ctx.subscribe_instant(0)).limit, 2);
    ctx.drop_pollable(first).unwrap();
    ctx.subscribe_instant(0).unwrap();
    for _ in 0..2 {
        ctx.get_stdin().unwrap();
        ctx.get_stdout().unwrap();
    }
    trap::<_, TableFull>(ctx.get_stdin());
    trap::<_, TableFull>(ctx.get_stderr());
    let mut many = WasiCtx::default();
    while many.subscribe_instant(0).is_ok() {}
    assert_eq!(many.io.pollables.len(), crate::p2::MAX_RESOURCES);
}

/// Runs `call` in a context whose store is interrupted meanwhile.
fn interrupted<T: Debug>(mut ctx: WasiCtx, call: impl FnOnce(&mut WasiCtx) -> Result<T, HostError>) {
    let mut store = Store::new(&Engine::default(), ());
    let handle = store.interrupt_handle().unwrap();
    ctx.set_interrupt_event(store.interrupt_event().unwrap());
    let interrupting = later(move || handle.interrupt());
    trap::<_, Interrupted>(call(&mut ctx));
    interrupting.join().unwrap();
}

#[test]
fn an_interruption_ends_what_waits() {
    let (reader, _writer) = rustix::pipe::pipe().unwrap();
    let (ctx, input) = with_input(DescriptorInput::new(reader));
    interrupted(ctx, |ctx| ctx.input_stream_blocking_read(input, 1));

    let (_reader, writer) = rustix::pipe::pipe().unwrap();
    let (ctx, output) = with_output(DescriptorOutput::new(writer));
    interrupted(ctx, |ctx| {
        loop {
            ctx.output_stream_blocking_write_and_flush(lend(&output), &[0; 4096])?.unwrap();
        }
        #[expect(unreachable_code, reason = "it says what the loop would return")]
        Ok(())
    });

    let (reader, _writer) = pipe(1);
    let (ctx, input) = with_input(reader);
    interrupted(ctx, |ctx| ctx.input_stream_blocking_skip(input, 1));

    interrupted(WasiCtx::default(), |ctx| {
        let never = ctx.subscribe_instant(u64::MAX)?;
        ctx.pollable_block(never)
    });
}

#[test]
fn what_goes_on_at_once_is_not_interrupted() {
    let mut store = Store::new(&Engine::default(), ());
    let handle = store.interrupt_handle().unwrap();
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    let (mut ctx, input) = with_input(DescriptorInput::new(reader));
    ctx.set_interrupt_event(store.interrupt_event().unwrap());
    rustix::io::write(&writer, b"there").unwrap();
    assert_eq!(ctx.input_stream_blocking_read(lend(&input), 9).unwrap().unwrap(), b"there");
    let output = ctx.io.push_output(Box::new(DescriptorOutput::new(writer))).unwrap();
    ctx.output_stream_blocking_write_and_flush(output, &[1; 4096]).unwrap().unwrap();
    assert_eq!(ctx.input_stream_blocking_read(input, 9000).unwrap().unwrap().len(), 4096);
    drop(handle);
}
