//! What a program starts with: `wasi:cli`, `wasi:clocks`, `wasi:random`, `wasi:config`.

use super::*;

#[test]
fn programs_see_what_the_host_chose() {
    let mut nothing = WasiCtxBuilder::new().build();
    assert!(nothing.get_arguments().unwrap().is_empty() && nothing.get_environment().unwrap().is_empty());
    assert_eq!(nothing.initial_cwd().unwrap(), None);

    let mut builder = WasiCtxBuilder::new();
    builder.args(["name", "ü"]).env("A", "1").env("B", "2").env("A", "3").initial_cwd("/work");
    let mut ctx = builder.build();
    assert_eq!(ctx.get_arguments().unwrap(), ["name", "ü"]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(ctx.get_environment().unwrap(), [pair("A", "3"), pair("B", "2")]);
    assert_eq!(ctx.initial_cwd().unwrap().as_deref(), Some("/work"));
    assert!(builder.build().get_arguments().unwrap().is_empty());
    let inherited = WasiCtxBuilder::new().inherit_env().build().get_environment().unwrap();
    assert!(inherited.contains(&pair("PATH", &std::env::var("PATH").unwrap())));
}

#[test]
fn exits_have_codes() {
    let mut ctx = WasiCtx::default();
    assert_eq!(trap::<_, Exit>(ctx.exit(Ok(()))), Exit { code: 0 });
    assert_eq!(trap::<_, Exit>(ctx.exit(Err(()))), Exit { code: 1 });
    assert_eq!(trap::<_, Exit>(ctx.exit_with_code(255)), Exit { code: 255 });
}

#[test]
fn standard_streams_are_empty_unless_the_host_gives_some() {
    let mut ctx = WasiCtx::default();
    let input = ctx.get_stdin().unwrap();
    assert!(matches!(ctx.input_stream_blocking_read(input, 1), Ok(Err(StreamError::Closed))));
    for output in [ctx.get_stdout().unwrap(), ctx.get_stderr().unwrap()] {
        assert!(matches!(ctx.output_stream_blocking_write_and_flush(output, b"gone"), Ok(Ok(()))));
    }

    let (out, err) = (Collected::new(100), Collected::new(100));
    let mut builder = WasiCtxBuilder::new();
    builder.stdin(Bytes::new(*b"input")).stdout(out.clone()).stderr(err.clone());
    let mut ctx = builder.build();
    let (first, second) = (ctx.get_stdin().unwrap(), ctx.get_stdin().unwrap());
    assert_eq!(ctx.input_stream_read(first, 2).unwrap().unwrap(), b"in");
    assert_eq!(ctx.input_stream_read(second, 9).unwrap().unwrap(), b"put");
    for text in [b"one", b"two"] {
        let output = ctx.get_stdout().unwrap();
        ctx.output_stream_blocking_write_and_flush(output, text).unwrap().unwrap();
    }
    let output = ctx.get_stderr().unwrap();
    ctx.output_stream_blocking_write_and_flush(output, b"three").unwrap().unwrap();
    assert_eq!((out.contents(), err.contents()), (b"onetwo".to_vec(), b"three".to_vec()));
}

/// A stream of the host that says that it is a terminal.
#[derive(Debug)]
struct Terminal;

impl InputStream for Terminal {
    fn read(&mut self, _: &mut [u8], _: Mode) -> Result<usize, Stop> {
        Err(Stop::Closed)
    }

    fn skip(&mut self, _: u64, _: Mode) -> Result<u64, Stop> {
        Err(Stop::Closed)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }

    fn is_terminal(&self) -> bool {
        true
    }
}

impl OutputStream for Terminal {
    fn check_write(&mut self) -> Result<u64, Stop> {
        Err(Stop::Closed)
    }

    fn write(&mut self, _: &[u8], _: Mode) -> Result<(), Stop> {
        Err(Stop::Closed)
    }

    fn flush(&mut self, _: Mode) -> Result<(), Stop> {
        Err(Stop::Closed)
    }

    fn pollable(&self) -> Pollable {
        Pollable::Ready
    }

    fn is_terminal(&self) -> bool {
        true
    }
}

#[test]
fn terminals_are_told_from_other_streams() {
    let mut ctx = WasiCtx::default();
    assert!(ctx.get_terminal_stdin().unwrap().is_none());
    assert!(ctx.get_terminal_stdout().unwrap().is_none() && ctx.get_terminal_stderr().unwrap().is_none());
    let mut ctx = WasiCtxBuilder::new().stdin(Terminal).stdout(Terminal).stderr(Terminal).build();
    let input = ctx.get_terminal_stdin().unwrap().unwrap();
    ctx.drop_terminal_input(lend(&input)).unwrap();
    ctx.drop_terminal_input(input).unwrap_err();
    let (out, err) = (ctx.get_terminal_stdout().unwrap().unwrap(), ctx.get_terminal_stderr().unwrap().unwrap());
    ctx.drop_terminal_output(out).unwrap();
    ctx.drop_terminal_output(err).unwrap();
    let mut ctx = WasiCtxBuilder::new().max_resources(0).stdin(Terminal).build();
    trap::<_, TableFull>(ctx.get_terminal_stdin());
}

#[test]
fn what_is_kept_is_handed_over_at_the_end() {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut ctx = WasiCtxBuilder::new().stdout(DescriptorOutput::new(writer)).build();
    let output = ctx.get_stdout().unwrap();
    ctx.output_stream_write(output, &[7; 50_000]).unwrap().unwrap();
    let received = thread::scope(|scope| {
        let received = scope.spawn(|| {
            let mut received = Vec::new();
            std::io::Read::read_to_end(&mut std::fs::File::from(reader), &mut received).unwrap();
            received
        });
        ctx.flush_standard_streams().unwrap();
        drop(ctx);
        received.join().unwrap()
    });
    assert_eq!(received, [7; 50_000]);
}

#[test]
fn system_clocks_run() {
    let mut ctx = WasiCtx::default();
    let now = Monotonic::now(&mut ctx).unwrap();
    assert!(now <= wait::now());
    assert!(Monotonic::now(&mut ctx).unwrap() >= now);
    assert!(Monotonic::resolution(&mut ctx).unwrap() > 0);
    let time = Wall::now(&mut ctx).unwrap();
    assert!(time.seconds > 1_700_000_000 && time.nanoseconds < 1_000_000_000);
    assert!(Wall::resolution(&mut ctx).unwrap().nanoseconds < 1_000_000_000);
    let shown = ctx.display(Datetime { seconds: u64::MAX, nanoseconds: u32::MAX }).unwrap();
    assert_eq!((shown.utc_offset, &*shown.name, shown.in_daylight_saving_time), (0, "UTC", false));
    assert_eq!(ctx.utc_offset(Datetime { seconds: 0, nanoseconds: 0 }).unwrap(), 0);
}

#[test]
fn timers_are_ready_in_time_and_not_before() {
    let mut ctx = WasiCtx::default();
    let start = wait::now();
    let (past, soon, never) = (
        ctx.subscribe_instant(0).unwrap(),
        ctx.subscribe_duration(5_000_000).unwrap(),
        ctx.subscribe_duration(u64::MAX).unwrap(),
    );
    assert!(ctx.pollable_ready(lend(&past)).unwrap() && !ctx.pollable_ready(lend(&never)).unwrap());
    assert_eq!(ctx.poll(vec![lend(&never), lend(&past)]).unwrap(), [1]);
    assert_eq!(ctx.poll(vec![lend(&never), lend(&soon)]).unwrap(), [1]);
    assert!(wait::now() >= start + 5_000_000);
    ctx.pollable_block(lend(&soon)).unwrap();
    for pollable in [past, soon, never] {
        ctx.drop_pollable(pollable).unwrap();
    }
}

/// Clocks that a test turns: they go forward with each look.
#[derive(Debug)]
struct Turned(u64);

impl MonotonicClock for Turned {
    fn now(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    fn resolution(&mut self) -> u64 {
        1
    }

    /// Waiting for an instant turns the clock to it.
    fn at(&mut self, instant: u64) -> Pollable {
        self.0 = self.0.max(instant);
        Pollable::Ready
    }
}

impl WallClock for Turned {
    fn now(&mut self) -> DateTime {
        DateTime { seconds: self.0, nanoseconds: 0 }
    }

    fn resolution(&mut self) -> DateTime {
        DateTime { seconds: 1, nanoseconds: 0 }
    }
}

#[test]
fn hosts_replace_clocks() {
    let mut ctx = WasiCtxBuilder::new().monotonic_clock(Turned(10)).wall_clock(Turned(77)).build();
    assert_eq!((Monotonic::now(&mut ctx).unwrap(), Monotonic::now(&mut ctx).unwrap()), (11, 12));
    let hour = ctx.subscribe_duration(3_600_000_000_000).unwrap();
    ctx.pollable_block(hour).unwrap();
    assert!(Monotonic::now(&mut ctx).unwrap() > 3_600_000_000_000);
    let time = Wall::now(&mut ctx).unwrap();
    assert_eq!((time.seconds, time.nanoseconds), (77, 0));
}

#[test]
fn random_bytes_have_a_limit() {
    let mut ctx = WasiCtxBuilder::new().max_random_bytes(1000).build();
    assert_ne!(ctx.get_random_bytes(1000).unwrap(), ctx.get_random_bytes(1000).unwrap());
    assert_ne!(ctx.get_insecure_random_bytes(1000).unwrap(), ctx.get_insecure_random_bytes(1000).unwrap());
    assert_eq!(ctx.get_random_bytes(0).unwrap(), b"");
    assert_ne!(ctx.get_random_u64().unwrap(), ctx.get_random_u64().unwrap());
    for outcome in [ctx.get_random_bytes(1001), ctx.get_insecure_random_bytes(1001)] {
        assert_eq!(trap::<_, Misuse>(outcome), Misuse::RandomBytes { len: 1001, limit: 1000 });
    }
    assert!(WasiCtx::default().get_random_bytes(u64::MAX).is_err());
}

#[test]
fn hosts_replace_random_numbers() {
    let run = || {
        let mut builder = WasiCtxBuilder::new();
        builder.secure_random(QuickRandom::with_seed(1)).insecure_random(QuickRandom::with_seed(2));
        let mut ctx = builder.build();
        let secure = (ctx.get_random_bytes(20).unwrap(), ctx.get_random_u64().unwrap());
        (secure, ctx.get_insecure_random_u64().unwrap(), ctx.insecure_seed().unwrap())
    };
    assert_eq!(run(), run());
    assert_ne!(WasiCtx::default().insecure_seed().unwrap(), WasiCtx::default().insecure_seed().unwrap());
    let mut seeded = WasiCtxBuilder::new().insecure_random_seed(1 | 2 << 64).build();
    assert_eq!(seeded.insecure_seed().unwrap(), (1, 2));
}

#[test]
fn configuration_is_found_by_key() {
    let mut ctx = WasiCtxBuilder::new().config("b", "2").config("a", "0").config("a", "1").build();
    assert_eq!(Configuration::get(&mut ctx, "a").unwrap().unwrap().as_deref(), Some("1"));
    assert_eq!(Configuration::get(&mut ctx, "").unwrap().unwrap(), None);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(ctx.get_all().unwrap().unwrap(), [pair("a", "1"), pair("b", "2")]);
}
