//! Threads on which guests answer requests, and their interruption.
//!
//! There are as many threads as guests at one time, up to a limit; idle ones end soon. It must not
//! know what a guest does with a request.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a thread waits for another guest.
const IDLE: Duration = Duration::from_secs(5);

/// What a thread runs.
type Job = Box<dyn FnOnce() + Send>;

/// Interrupts a guest. Clones interrupt the same guest.
#[derive(Debug, Clone, Default)]
pub struct Interruption(Arc<Mutex<Interruptible>>);

#[derive(Default)]
struct Interruptible {
    interrupted: bool,
    /// What interrupts the guest.
    actions: Vec<Box<dyn FnOnce() + Send>>,
}

impl std::fmt::Debug for Interruptible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interruptible").field("interrupted", &self.interrupted).finish_non_exhaustive()
    }
}

impl Interruption {
    /// Does this when the guest is interrupted, or at once if it has been.
    pub fn on_interrupt(&self, action: impl FnOnce() + Send + 'static) {
        let mut state = self.lock();
        if state.interrupted {
            drop(state);
            action();
        } else {
            state.actions.push(Box::new(action));
        }
    }

    /// Has the guest been interrupted?
    pub fn is_interrupted(&self) -> bool {
        self.lock().interrupted
    }

    /// Interrupts the guest.
    pub fn interrupt(&self) {
        let mut state = self.lock();
        state.interrupted = true;
        let actions = std::mem::take(&mut state.actions);
        drop(state);
        actions.into_iter().for_each(|action| action());
    }

    fn lock(&self) -> MutexGuard<'_, Interruptible> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Threads for guests. When it is dropped, they end with the guests that they run.
#[derive(Debug)]
pub(super) struct Guests(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    state: Mutex<State>,
    wake: Condvar,
    stack_size: usize,
    /// The most threads.
    limit: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    /// The pool has been dropped.
    ended: bool,
    /// Who runs since when.
    running: Vec<(u64, Instant, Interruption)>,
    next: u64,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("threads", &self.threads).field("idle", &self.idle).finish_non_exhaustive()
    }
}

impl Guests {
    /// At most so many threads, with stacks of this size.
    pub(super) fn new(limit: usize, stack_size: usize) -> Self {
        Guests(Arc::new(Pool { state: Mutex::default(), wake: Condvar::new(), stack_size, limit }))
    }

    /// Runs a guest on a thread of its own. False if the system has no thread for it.
    pub(super) fn run(&self, interruption: Interruption, guest: impl FnOnce(&Interruption) + Send + 'static) -> bool {
        let pool = self.0.clone();
        let job = Box::new(move || {
            let _running = Running::new(&pool, interruption.clone());
            guest(&interruption);
        });
        let mut state = self.0.lock();
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() || state.threads >= self.0.limit {
            self.0.wake.notify_one();
            return true;
        }
        state.threads += 1;
        drop(state);
        let thread = Thread(self.0.clone());
        let spawned = std::thread::Builder::new().name("guest".to_owned()).stack_size(self.0.stack_size);
        if spawned.spawn(move || thread.run()).is_ok() {
            return true;
        }
        // Another thread may take it; where there is none nobody would.
        let mut state = self.0.lock();
        state.threads > 0 || state.jobs.pop_back().is_none()
    }

    /// Interrupts the guests that have run for this time, and gives how many there were.
    pub(super) fn interrupt_older_than(&self, time: Duration) -> usize {
        let now = Instant::now();
        let state = self.0.lock();
        let old = state.running.iter().filter(|(_, start, _)| now.duration_since(*start) >= time);
        let old: Vec<Interruption> = old.map(|(_, _, interruption)| interruption.clone()).collect();
        drop(state);
        old.iter().filter(|guest| !guest.is_interrupted()).map(Interruption::interrupt).count()
    }

    /// How many guests run.
    pub(super) fn running(&self) -> usize {
        self.0.lock().running.len()
    }
}

impl Drop for Guests {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.wake.notify_all();
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, or nothing if the thread is to end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.ended {
                return None;
            }
            state.idle += 1;
            let (woken, timed) = self.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if timed.timed_out() && state.jobs.is_empty() {
                return None;
            }
        }
    }
}

/// A thread of the pool: counted until it ends, even by a panic.
struct Thread(Arc<Pool>);

impl Thread {
    fn run(self) {
        while let Some(job) = self.0.next() {
            job();
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.0.lock().threads -= 1;
    }
}

/// A guest that runs, in the pool's list until it has ended.
struct Running<'a> {
    pool: &'a Pool,
    number: u64,
}

impl<'a> Running<'a> {
    fn new(pool: &'a Pool, interruption: Interruption) -> Self {
        let mut state = pool.lock();
        let number = state.next;
        state.next += 1;
        state.running.push((number, Instant::now(), interruption));
        Running { pool, number }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        if let Some(index) = state.running.iter().position(|(number, ..)| *number == self.number) {
            state.running.swap_remove(index);
        }
    }
}
