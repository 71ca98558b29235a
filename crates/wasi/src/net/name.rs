//! Names of hosts, and their addresses.
//!
//! The system's resolver blocks, so it is asked in threads made for it: a few at a time. They end
//! when nobody waits for an answer. It must not know what addresses are used for.

use super::ErrorCode;
use super::network::Network;
use crate::signal::Signal;
use crate::wait::Pollable;
use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};
use idna::{AsciiDenyList, domain_to_ascii_cow};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;

/// How many names are looked up at a time.
const MOST_THREADS: usize = 8;

/// How many names wait for their turn.
const MOST_WAITING: usize = 256;

/// The longest name, in bytes, and the longest part between two dots.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

type Outcome = Result<Vec<IpAddr>, ErrorCode>;

/// The addresses of a name: `wasi:sockets/ip-name-lookup.resolve-address-stream`.
#[derive(Debug)]
pub struct Lookup {
    answer: Arc<Answer>,
    /// How many addresses have been taken.
    taken: usize,
}

/// What a resolver will say.
#[derive(Debug, Default)]
struct Answer {
    outcome: OnceLock<Outcome>,
    there: Arc<Signal>,
}

impl Answer {
    fn give(&self, outcome: Outcome) {
        // Only the thread that took the question off the queue answers it.
        let _ = self.outcome.set(outcome);
        self.there.set();
    }
}

impl Lookup {
    /// Begins to look a name up: `resolve-addresses`. An address is its own name.
    pub fn new(network: &Network, name: &str) -> Result<Self, ErrorCode> {
        let resolver = network.resolver()?;
        let answer = Arc::new(Answer::default());
        match literal(name) {
            Some(address) => answer.give(Ok(vec![address])),
            None => resolver.ask(ascii(name)?, &answer)?,
        }
        Ok(Lookup { answer, taken: 0 })
    }

    /// The next address, the best first, or `None` after the last: `resolve-next-address`.
    pub fn next_address(&mut self) -> Result<Option<IpAddr>, ErrorCode> {
        match self.answer.outcome.get() {
            None => Err(ErrorCode::WouldBlock),
            Some(Err(code)) => Err(*code),
            Some(Ok(addresses)) => {
                let address = addresses.get(self.taken).copied();
                self.taken += usize::from(address.is_some());
                Ok(address)
            }
        }
    }

    /// Ready when the resolver has answered: `subscribe`.
    pub fn pollable(&self) -> Pollable {
        Pollable::Signal(self.answer.there.clone())
    }
}

/// The address that a name is. An address of IPv4 under the guise of IPv6 is taken as what it is.
fn literal(name: &str) -> Option<IpAddr> {
    let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let address = match bracketed {
        Some(name) => name.parse::<Ipv6Addr>().ok()?.into(),
        None => name.parse::<IpAddr>().ok()?,
    };
    Some(address.to_canonical())
}

/// A name of a host as the system's resolver takes it.
fn ascii(name: &str) -> Result<String, ErrorCode> {
    // What is longer is long in every form. So the work is bounded.
    if name.len() > 4 * LONGEST_NAME {
        return Err(ErrorCode::InvalidArgument);
    }
    let ascii =
        domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::URL).map_err(|_| ErrorCode::InvalidArgument)?.into_owned();
    let labels = ascii.strip_suffix('.').unwrap_or(&ascii);
    let valid =
        labels.len() <= LONGEST_NAME && labels.split('.').all(|label| (1..=LONGEST_LABEL).contains(&label.len()));
    if valid { Ok(ascii) } else { Err(ErrorCode::InvalidArgument) }
}

/// Asks the system for addresses of names, in threads of its own.
#[derive(Debug, Default)]
pub(super) struct Resolver(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    /// Names that are asked for, and who waits for the answer, if anybody still does.
    waiting: VecDeque<(String, Weak<Answer>)>,
    threads: usize,
}

impl Resolver {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks a name up when it is its turn.
    fn ask(self: &Arc<Self>, name: String, answer: &Arc<Answer>) -> Result<(), ErrorCode> {
        let mut queue = self.queue();
        queue.waiting.retain(|(_, answer)| answer.strong_count() > 0);
        if queue.waiting.len() == MOST_WAITING {
            return Err(ErrorCode::TemporaryResolverFailure);
        }
        if queue.threads < MOST_THREADS {
            let resolver = self.clone();
            let thread = thread::Builder::new().name("wasi-resolver".to_owned());
            match thread.spawn(move || resolver.run()) {
                Ok(_) => queue.threads += 1,
                // Those that there are will come to it.
                Err(_) if queue.threads > 0 => {}
                Err(_) => return Err(ErrorCode::TemporaryResolverFailure),
            }
        }
        queue.waiting.push_back((name, Arc::downgrade(answer)));
        Ok(())
    }

    /// Answers questions until there are none.
    fn run(&self) {
        while let Some((name, answer)) = self.next() {
            if answer.strong_count() > 0 {
                let outcome = look_up(&name);
                if let Some(answer) = answer.upgrade() {
                    answer.give(outcome);
                }
            }
        }
    }

    /// The next question. Without one a thread ends, in the same breath: nobody relies on it.
    fn next(&self) -> Option<(String, Weak<Answer>)> {
        let mut queue = self.queue();
        let question = queue.waiting.pop_front();
        queue.threads -= usize::from(question.is_none());
        question
    }
}

/// Asks the system, and waits for it.
fn look_up(name: &str) -> Outcome {
    // One kind of socket only, lest each address come once for each kind.
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let found = getaddrinfo(Some(name), None, Some(hints)).map_err(failure)?;
    let mut addresses = Vec::new();
    for address in found.flatten().map(|found| found.sockaddr.ip().to_canonical()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() { Err(ErrorCode::NameUnresolvable) } else { Ok(addresses) }
}

fn failure(error: LookupError) -> ErrorCode {
    match error.kind() {
        LookupErrorKind::NoName | LookupErrorKind::NoData => ErrorCode::NameUnresolvable,
        LookupErrorKind::Again => ErrorCode::TemporaryResolverFailure,
        LookupErrorKind::Fail => ErrorCode::PermanentResolverFailure,
        LookupErrorKind::Memory => ErrorCode::OutOfMemory,
        LookupErrorKind::System => match io::Error::from(error).raw_os_error().map(Errno::from_raw_os_error) {
            // The resolver has no descriptor left. That passes.
            Some(Errno::MFILE | Errno::NFILE) | None => ErrorCode::TemporaryResolverFailure,
            Some(errno) => errno.into(),
        },
        _ => ErrorCode::PermanentResolverFailure,
    }
}
