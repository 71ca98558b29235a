//! An event that threads signal and that a thread waits for with `poll`, beside other files.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

#[cfg(target_os = "linux")]
pub(crate) type Event = by_eventfd::Event;
#[cfg(not(target_os = "linux"))]
pub(crate) type Event = by_pipe::Event;

#[cfg(target_os = "linux")]
mod by_eventfd {
    use super::{AsFd, BorrowedFd, io};
    use rustix::event::{EventfdFlags, eventfd};
    use std::os::fd::OwnedFd;

    /// A file that is readable from `signal` until `clear`.
    #[derive(Debug)]
    pub(crate) struct Event(OwnedFd);

    impl Event {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Event(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
        }

        /// Wakes who waits. That fails only when the counter is full, and then it is signalled.
        pub(crate) fn signal(&self) {
            let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
        }

        /// Makes who waits from now on wait for the next signal. That fails only when there was
        /// none.
        pub(crate) fn clear(&self) {
            let _ = rustix::io::read(&self.0, &mut [0; size_of::<u64>()]);
        }
    }

    impl AsFd for Event {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }
}

#[cfg(any(test, not(target_os = "linux")))]
mod by_pipe {
    use super::{AsFd, BorrowedFd, io};

    /// A pipe that has bytes in it from `signal` until `clear`.
    #[derive(Debug)]
    pub(crate) struct Event {
        reader: io::PipeReader,
        writer: io::PipeWriter,
    }

    impl Event {
        pub(crate) fn new() -> io::Result<Self> {
            let (reader, writer) = io::pipe()?;
            rustix::io::ioctl_fionbio(&reader, true)?;
            rustix::io::ioctl_fionbio(&writer, true)?;
            Ok(Event { reader, writer })
        }

        /// Wakes who waits. That fails only when the pipe is full, and then it is signalled.
        pub(crate) fn signal(&self) {
            let _ = rustix::io::write(&self.writer, &[1]);
        }

        /// Makes who waits from now on wait for the next signal.
        pub(crate) fn clear(&self) {
            while rustix::io::read(&self.reader, &mut [0; 64]).is_ok_and(|read| read != 0) {}
        }
    }

    impl AsFd for Event {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.reader.as_fd()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    fn is_signalled(event: &impl AsFd) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut [PollFd::new(event, PollFlags::IN)], Some(&now)).unwrap() == 1
    }

    /// An event is readable from a signal until it is cleared, whatever it is made of.
    fn check<E: AsFd>(event: &E, signal: impl Fn(&E), clear: impl Fn(&E)) {
        for _ in 0..2 {
            assert!(!is_signalled(event));
            signal(event);
            signal(event);
            assert!(is_signalled(event) && is_signalled(event));
            clear(event);
            clear(event);
        }
    }

    #[test]
    fn events_of_every_system_are_signalled_until_they_are_cleared() {
        check(&Event::new().unwrap(), Event::signal, Event::clear);
        check(&by_pipe::Event::new().unwrap(), by_pipe::Event::signal, by_pipe::Event::clear);
    }
}
