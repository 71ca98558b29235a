//! Delivering what guests wrote before they dropped a stream.
//!
//! A guest that writes and closes relies on what it wrote arriving. Mostly the system has taken all
//! of it by then. Where it has not, a thread made for it waits for the system. It must not know
//! what is delivered.

use super::connection::Connection;
use crate::wait::Readiness;
use rustix::event::{PollFd, poll};
use rustix::io::retry_on_intr;
use rustix::time::Timespec;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many connections are delivered to at a time, in the whole process.
const MOST: usize = 64;

/// How long the other side may take nothing before it is given up.
const PATIENCE: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };

/// How many connections are being delivered to.
static PENDING: Mutex<usize> = Mutex::new(0);

/// Woken whenever there are fewer.
static FEWER: Condvar = Condvar::new();

fn pending() -> MutexGuard<'static, usize> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until all has been delivered that guests wrote to connections and left behind, but not
/// longer than `patience`. A program calls it before it ends, for its end breaks off what is left.
pub fn wait_for_deliveries(patience: Duration) {
    let _ = FEWER.wait_timeout_while(pending(), patience, |pending| *pending > 0);
}

/// Delivers what a connection keeps. Where that is impossible the connection is reset.
pub(super) fn deliver(connection: Arc<Connection>) {
    let mut pending = pending();
    if *pending == MOST {
        return connection.reset();
    }
    let delivered = connection.clone();
    let thread = thread::Builder::new().name("wasi-delivery".to_owned());
    match thread.spawn(move || run(&delivered)) {
        Ok(_) => *pending += 1,
        Err(_) => connection.reset(),
    }
}

fn run(connection: &Connection) {
    while let Readiness::Fd(fd, events) = connection.delivery() {
        let ready = retry_on_intr(|| poll(&mut [PollFd::from_borrowed_fd(fd, events)], Some(&PATIENCE)));
        if ready != Ok(1) {
            connection.reset();
        }
    }
    *pending() -= 1;
    FEWER.notify_all();
}
