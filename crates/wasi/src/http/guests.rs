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
struct Job {
    interruption: Interruption,
    guest: Box<dyn FnOnce(&Interruption) + Send>,
}

/// What a thread runs now, and since when.
type Running = Mutex<Option<(Instant, Interruption)>>;

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
    /// What each thread runs. Apart from the state, for each request looks at one entry alone.
    running: Mutex<Vec<Arc<Running>>>,
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
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("threads", &self.threads).field("idle", &self.idle).finish_non_exhaustive()
    }
}

/// Locks what no panic leaves half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Guests {
    /// At most so many threads, with stacks of this size.
    pub(super) fn new(limit: usize, stack_size: usize) -> Self {
        let (state, running) = (Mutex::default(), Mutex::default());
        Guests(Arc::new(Pool { state, wake: Condvar::new(), running, stack_size, limit }))
    }

    /// Runs a guest on a thread of its own. False if the system has no thread for it.
    pub(super) fn run(&self, interruption: Interruption, guest: impl FnOnce(&Interruption) + Send + 'static) -> bool {
        let mut state = lock(&self.0.state);
        state.jobs.push_back(Job { interruption, guest: Box::new(guest) });
        if state.idle >= state.jobs.len() || state.threads >= self.0.limit {
            // The thread that wakes wants the lock.
            drop(state);
            self.0.wake.notify_one();
            return true;
        }
        state.threads += 1;
        drop(state);
        let thread = Thread::new(self.0.clone());
        let spawned = std::thread::Builder::new().name("guest".to_owned()).stack_size(self.0.stack_size);
        if spawned.spawn(move || thread.run()).is_ok() {
            return true;
        }
        // Another thread may take it; where there is none nobody would.
        let mut state = lock(&self.0.state);
        state.threads > 0 || state.jobs.pop_back().is_none()
    }

    /// Interrupts the guests that have run for this time.
    pub(super) fn interrupt_older_than(&self, time: Duration) {
        let now = Instant::now();
        for running in &*lock(&self.0.running) {
            let old = lock(running).as_ref().filter(|(start, _)| now.duration_since(*start) >= time).cloned();
            if let Some((_, guest)) = old {
                guest.interrupt();
            }
        }
    }

    /// How many guests run.
    pub(super) fn running(&self) -> usize {
        lock(&self.0.running).iter().filter(|running| lock(running).is_some()).count()
    }
}

impl Drop for Guests {
    fn drop(&mut self) {
        lock(&self.0.state).ended = true;
        self.0.wake.notify_all();
    }
}

impl Pool {
    /// The next job, or nothing if the thread is to end.
    fn next(&self) -> Option<Job> {
        let mut state = lock(&self.state);
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
struct Thread {
    pool: Arc<Pool>,
    running: Arc<Running>,
}

impl Thread {
    /// Counted already, and not yet begun.
    fn new(pool: Arc<Pool>) -> Self {
        let running = Arc::<Running>::default();
        lock(&pool.running).push(running.clone());
        Thread { pool, running }
    }

    fn run(self) {
        while let Some(Job { interruption, guest }) = self.pool.next() {
            *lock(&self.running) = Some((Instant::now(), interruption.clone()));
            guest(&interruption);
            *lock(&self.running) = None;
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        lock(&self.pool.running).retain(|running| !Arc::ptr_eq(running, &self.running));
        lock(&self.pool.state).threads -= 1;
    }
}
