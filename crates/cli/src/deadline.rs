//! A deadline: a thread that stops guests unless they are done in time.

use cantilever::runtime::InterruptHandle;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Stops guests after a time, unless it is dropped before.
pub struct Deadline {
    /// The thread waits for this to be dropped.
    _running: Sender<()>,
}

impl Deadline {
    /// Starts to wait.
    pub fn new(guests: InterruptHandle, time: Duration) -> Self {
        let (running, ended) = channel();
        std::thread::spawn(move || {
            if ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                guests.interrupt();
            }
        });
        Deadline { _running: running }
    }
}
