//! How far a compilation has got, shown on standard error when somebody may be watching.

use cantilever::Progress;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A line that counts compiled functions. It appears only on a terminal, and only when a
/// compilation takes long enough to be waited for; it is erased when dropped.
pub struct ProgressLine {
    total: AtomicUsize,
    done: AtomicUsize,
    /// When the line is to be drawn next; `None` when nobody watches.
    next: Option<Mutex<Instant>>,
}

const FIRST: Duration = Duration::from_millis(300);
const INTERVAL: Duration = Duration::from_millis(100);

impl ProgressLine {
    /// A line on standard error.
    pub fn new() -> Self {
        let watched = std::io::stderr().is_terminal();
        ProgressLine {
            total: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            next: watched.then(|| Mutex::new(Instant::now() + FIRST)),
        }
    }
}

impl Progress for ProgressLine {
    fn start(&self, functions: usize) {
        self.total.store(functions, Ordering::Relaxed);
    }

    fn compiled(&self, _name: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // A thread that finds another one drawing has nothing to add.
        let Some(Ok(mut next)) = self.next.as_ref().map(Mutex::try_lock) else { return };
        let now = Instant::now();
        if now >= *next {
            *next = now + INTERVAL;
            eprint!("\r\x1b[Kcompiling: {done} of at most {} functions", self.total.load(Ordering::Relaxed));
            let _ = std::io::stderr().flush();
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.next.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}
