//! Waiting: for many, for few, for what is broken, and until somebody interrupts.

use super::*;
use rustix::io::write;
use rustix::pipe::pipe;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

fn wait(pollables: &[&Pollable]) -> Result<Vec<u32>, WaitError> {
    Waiter::default().wait(pollables, None).map(<[u32]>::to_vec)
}

fn readable(fd: OwnedFd) -> Pollable {
    Pollable::Fd(Arc::new(fd), PollFlags::IN)
}

/// A pipe with something to read. What is returned second must live as long.
fn full_pipe() -> (Pollable, OwnedFd) {
    let (reader, writer) = pipe().unwrap();
    write(&writer, b"x").unwrap();
    (readable(reader), writer)
}

fn empty_pipe() -> (Pollable, OwnedFd) {
    let (reader, writer) = pipe().unwrap();
    (readable(reader), writer)
}

const NEVER: Pollable = Pollable::At(u64::MAX);

#[test]
fn nothing_to_wait_for_is_an_error() {
    assert_eq!(wait(&[]), Err(WaitError::Empty));
}

#[test]
fn all_that_are_ready_are_reported_in_order() {
    let (full, _writer) = full_pipe();
    let (empty, _other_writer) = empty_pipe();
    let set = Arc::new(Signal::default());
    set.set();
    let (set, unset) = (Pollable::Signal(set), Pollable::Signal(Arc::default()));
    let all = [&NEVER, &full, &Pollable::Ready, &empty, &set, &unset, &Pollable::At(0), &full];
    assert_eq!(wait(&all), Ok(vec![1, 2, 4, 6, 7]));
    assert_eq!(wait(&[&NEVER, &empty, &full, &unset]), Ok(vec![2]));
    assert_eq!(all.map(Pollable::is_ready), [false, true, true, false, true, false, true, true]);
}

#[test]
fn a_closed_other_end_and_errors_count_as_ready() {
    let (hung_up, writer) = empty_pipe();
    drop(writer);
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let failing = Pollable::Fd(Arc::new(writer), PollFlags::OUT);
    // Neither event is asked for.
    let (reader, _writer) = pipe().unwrap();
    let unasked = Pollable::Fd(Arc::new(reader), PollFlags::PRI);
    assert_eq!(wait(&[&hung_up, &failing, &unasked]), Ok(vec![0, 1]));
    assert!(hung_up.is_ready() && failing.is_ready() && !unasked.is_ready());
}

#[test]
fn ten_thousand_timers_and_the_first_of_them() {
    let start = now();
    let timers: Vec<Pollable> =
        (0..10_000u64).map(|n| Pollable::At(start + 20_000_000 + (9_999 - n) / 5_000)).collect();
    let mut all: Vec<&Pollable> = timers.iter().collect();
    all.push(&NEVER);
    let ready = wait(&all).unwrap();
    assert!(now() >= start + 20_000_000);
    assert!(ready.contains(&9_999) && !ready.contains(&10_000), "{ready:?}");
}

#[test]
fn three_hundred_descriptors_under_thirty_thousand_names() {
    let ends: Vec<(OwnedFd, OwnedFd)> = (0..300).map(|_| pipe().unwrap()).collect();
    let (readers, writers): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
    let pollables: Vec<Pollable> = readers.into_iter().map(readable).collect();
    // Each of them under several names, which are more than a process may have descriptors.
    let all: Vec<&Pollable> = pollables.iter().cycle().take(30_000).collect();
    let ready = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(10));
            write(&writers[299], b"x").unwrap();
        });
        wait(&all).unwrap()
    });
    assert_eq!(ready, (0..100).map(|n| n * 300 + 299).collect::<Vec<u32>>());
}

#[test]
fn one_descriptor_is_waited_for_with_different_events() {
    let (reader, _writer) = rustix::net::socketpair(
        rustix::net::AddressFamily::UNIX,
        rustix::net::SocketType::STREAM,
        rustix::net::SocketFlags::empty(),
        None,
    )
    .unwrap();
    let fd = Arc::new(reader);
    let pollables: Vec<Pollable> =
        (0..600).map(|n| Pollable::Fd(fd.clone(), if n == 500 { PollFlags::OUT } else { PollFlags::IN })).collect();
    assert_eq!(wait(&pollables.iter().collect::<Vec<_>>()), Ok(vec![500]));
}

#[test]
fn another_thread_sets_a_signal() {
    let signal = Arc::new(Signal::default());
    let pollable = Pollable::Signal(signal.clone());
    let (empty, _writer) = empty_pipe();
    let mut waiter = Waiter::default();
    for _ in 0..100 {
        thread::scope(|scope| {
            scope.spawn(|| signal.set());
            assert_eq!(waiter.wait(&[&empty, &pollable, &pollable], None), Ok(&[1, 2][..]));
        });
        assert!(signal.clear());
        assert!(!pollable.is_ready());
    }
}

/// Ready when it has been asked a number of times, each time when something has come about.
#[derive(Debug)]
struct Reluctant<T> {
    left: AtomicU32,
    until: T,
}

impl<T> Reluctant<T> {
    fn new(left: u32, until: T) -> Arc<Self> {
        Arc::new(Reluctant { left: AtomicU32::new(left), until })
    }

    fn is_ready(&self) -> bool {
        self.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err()
    }
}

impl Source for Reluctant<OwnedFd> {
    fn readiness(&self) -> Readiness<'_> {
        if self.is_ready() { Readiness::Ready } else { Readiness::Fd(self.until.as_fd(), PollFlags::IN) }
    }
}

impl Source for Reluctant<Signal> {
    fn readiness(&self) -> Readiness<'_> {
        if self.is_ready() { Readiness::Ready } else { Readiness::Signal(&self.until) }
    }
}

impl Source for Reluctant<Duration> {
    fn readiness(&self) -> Readiness<'_> {
        if self.is_ready() { Readiness::Ready } else { Readiness::At(now() + self.until.as_nanos() as u64) }
    }
}

#[test]
fn sources_are_asked_again_after_each_wake() {
    let (reader, writer) = pipe().unwrap();
    write(&writer, b"x").unwrap();
    let by_fd = Pollable::Source(Reluctant::new(5, reader));
    assert_eq!(wait(&[&by_fd]), Ok(vec![0]));
    let by_time = Pollable::Source(Reluctant::new(5, Duration::from_micros(50)));
    assert_eq!(wait(&[&by_time]), Ok(vec![0]));
    let source = Reluctant::new(3, Signal::default());
    let by_signal = Pollable::Source(source.clone());
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(SeqCst) {
                source.until.set();
                thread::yield_now();
            }
        });
        assert_eq!(wait(&[&NEVER, &by_signal]), Ok(vec![1]));
        done.store(true, SeqCst);
    });
}

#[test]
fn an_interruption_ends_every_kind_of_wait() {
    let (empty, _writer) = empty_pipe();
    let signal = Pollable::Signal(Arc::default());
    let cases: [&[&Pollable]; 4] = [&[&NEVER], &[&empty], &[&signal], &[&signal, &empty, &NEVER]];
    for pollables in cases {
        let interruption = Wakeup::new().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(5));
                interruption.wake();
            });
            let outcome = Waiter::default().wait(pollables, Some(interruption.as_fd())).map(<[u32]>::to_vec);
            assert_eq!(outcome, Err(WaitError::Interrupted));
        });
    }
}

#[test]
fn an_interruption_that_does_not_come_changes_nothing() {
    let interruption = Wakeup::new().unwrap();
    let (full, _writer) = full_pipe();
    let mut waiter = Waiter::default();
    let soon = Pollable::At(now() + 1_000_000);
    assert_eq!(waiter.wait(&[&full], Some(interruption.as_fd())), Ok(&[0][..]));
    assert_eq!(waiter.wait(&[&NEVER, &soon], Some(interruption.as_fd())), Ok(&[1][..]));
}

#[test]
fn a_waiter_forgets_what_it_waited_for() {
    let signal = Arc::new(Signal::default());
    let (full, _writer) = full_pipe();
    let (empty, writer) = empty_pipe();
    let mut waiter = Waiter::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(5));
            write(&writer, b"x").unwrap();
        });
        assert_eq!(waiter.wait(&[&empty, &Pollable::Signal(signal.clone())], None), Ok(&[0][..]));
    });
    assert_eq!(Arc::strong_count(waiter.wakeup.get().unwrap()), 1);
    signal.set();
    assert_eq!(waiter.wait(&[&full, &NEVER], None), Ok(&[0][..]));
}

extern "C" fn ignore(_: i32) {}

#[test]
fn a_signal_handler_of_the_host_ends_no_wait() {
    // SAFETY: the handler does nothing, and no other test uses this signal.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = ignore as *const () as usize;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }
    // SAFETY: it has no preconditions.
    let waiting = unsafe { libc::pthread_self() } as usize;
    let (empty, _writer) = empty_pipe();
    for with_descriptor in [false, true] {
        let deadline = now() + 20_000_000;
        let timer = Pollable::At(deadline);
        let done = std::sync::atomic::AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(SeqCst) {
                    // SAFETY: the thread waits for this one to end.
                    unsafe { libc::pthread_kill(waiting as libc::pthread_t, libc::SIGUSR1) };
                    thread::sleep(Duration::from_millis(1));
                }
            });
            let pollables: &[&Pollable] = if with_descriptor { &[&timer, &empty] } else { &[&timer] };
            assert_eq!(wait(pollables), Ok(vec![0]));
            done.store(true, SeqCst);
        });
        assert!(now() >= deadline);
    }
}
