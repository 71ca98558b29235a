//! Names that are found, names that are not, and names that are none.

use super::super::ErrorCode::{self, *};
use super::super::Lookup;
use super::network;
use crate::signal::{Signal, Wakeup};
use crate::wait::Pollable;
use rustix::event::{PollFd, PollFlags, poll};
use std::net::IpAddr;
use std::sync::Arc;

fn wait_for(signal: &Signal) {
    let wakeup = Arc::new(Wakeup::new().unwrap());
    signal.notify(&wakeup);
    assert_eq!(poll(&mut [PollFd::new(&*wakeup, PollFlags::IN)], Some(&super::LONG)), Ok(1));
    signal.forget(&wakeup);
}

/// All addresses of a name.
fn resolve(name: &str) -> Result<Vec<IpAddr>, ErrorCode> {
    let mut lookup = Lookup::new(&network(), name)?;
    let Pollable::Signal(signal) = lookup.pollable() else { panic!("it is answered by a thread") };
    wait_for(&signal);
    let mut addresses = Vec::new();
    while let Some(address) = lookup.next_address()? {
        addresses.push(address);
    }
    assert_eq!(lookup.next_address(), Ok(None));
    Ok(addresses)
}

#[test]
fn addresses_are_names_of_their_own_and_at_once() {
    for (name, address) in [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ] {
        let mut lookup = Lookup::new(&network(), name).unwrap();
        assert!(super::is_ready(&lookup.pollable()));
        assert_eq!(lookup.next_address(), Ok(Some(address.parse().unwrap())), "{name}");
        assert_eq!(lookup.next_address(), Ok(None));
    }
}

#[test]
fn the_local_host_is_found() {
    let addresses = resolve("localhost").unwrap();
    assert!(!addresses.is_empty() && addresses.iter().all(|address| address.is_loopback()), "{addresses:?}");
    assert_eq!(resolve("LOCALHOST"), Ok(addresses), "each once, and names have no case");
}

#[test]
fn an_answer_is_waited_for() {
    let mut lookup = Lookup::new(&network(), "localhost").unwrap();
    let first = lookup.next_address();
    assert!(matches!(first, Err(WouldBlock) | Ok(Some(_))), "{first:?}");
}

#[test]
fn what_is_no_name_is_invalid() {
    let long = "a".repeat(64);
    let longer = vec!["a".repeat(60); 5].join(".");
    let endless = "a.".repeat(1 << 20);
    let names = ["", ".", "a..b", "a b", "a:80", "a/b", "a\0b", "[::1", "[127.0.0.1]", "%", "a@b", "\u{ad}"];
    for name in names.iter().copied().chain([&*long, &longer, &endless, "xn--a"]) {
        assert_eq!(Lookup::new(&network(), name).err(), Some(InvalidArgument), "{name:.80}");
    }
}

#[test]
fn a_name_that_nobody_has_is_not_found() {
    // Reserved for this (RFC 6761). Without a server the resolver can only say that it asked none.
    let failure = resolve("nobody.invalid").unwrap_err();
    assert!(matches!(failure, NameUnresolvable | TemporaryResolverFailure), "{failure:?}");
}

#[test]
fn more_names_than_threads_are_all_answered() {
    let network = network();
    let lookups: Vec<_> = (0..60).map(|_| Lookup::new(&network, "localhost").unwrap()).collect();
    for mut lookup in lookups {
        let Pollable::Signal(signal) = lookup.pollable() else { panic!("it is answered by a thread") };
        wait_for(&signal);
        assert!(matches!(lookup.next_address(), Ok(Some(address)) if address.is_loopback()));
    }
}

#[test]
fn lookups_that_were_given_up_do_not_pile_up() {
    let network = network();
    for _ in 0..10_000 {
        drop(Lookup::new(&network, "localhost").unwrap());
    }
}
