//! Sockets of ours against one another and against the standard library's, on the loopback
//! interface.

mod connection;
mod delivery;
mod echo;
mod grant;
mod name;
mod tcp;
mod udp;

use super::{Family, Grants, Network, TcpInput, TcpOutput, TcpSocket, UdpSocket};
use crate::stream::{InputStream, Mode, OutputStream, Stop};
use crate::wait::{Pollable, Readiness};
use rustix::event::{PollFd, Timespec, poll};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// Far longer than anything here takes. A test that waits so long has failed.
const LONG: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

/// The network without limits.
fn network() -> Network {
    Network::new(Grants { tcp: true, udp: true, names: true, ..Grants::default() })
}

/// A port that the system chooses, on the loopback interface.
fn loopback(family: Family) -> SocketAddr {
    match family {
        Family::Ipv4 => (Ipv4Addr::LOCALHOST, 0).into(),
        Family::Ipv6 => (Ipv6Addr::LOCALHOST, 0).into(),
    }
}

/// The families that this machine speaks.
fn families() -> Vec<Family> {
    let speaks_ipv6 = std::net::TcpListener::bind(loopback(Family::Ipv6)).is_ok();
    if speaks_ipv6 { vec![Family::Ipv4, Family::Ipv6] } else { vec![Family::Ipv4] }
}

/// Which of these are ready, once any is: one call of `poll` for all that are not.
fn wait_any(pollables: &[Pollable]) -> Vec<usize> {
    loop {
        let states: Vec<_> = pollables.iter().map(Pollable::readiness).collect();
        let ready = |state: &Readiness<'_>| matches!(state, Readiness::Ready);
        let at_once: Vec<_> = (0..states.len()).filter(|&i| ready(&states[i])).collect();
        if !at_once.is_empty() {
            return at_once;
        }
        let mut fds: Vec<_> = states
            .iter()
            .map(|state| match state {
                Readiness::Fd(fd, events) => PollFd::from_borrowed_fd(*fd, *events),
                other => panic!("{other:?} is no descriptor"),
            })
            .collect();
        assert_ne!(poll(&mut fds, Some(&LONG)), Ok(0), "nothing became ready");
        let fired: Vec<_> = (0..fds.len()).filter(|&i| !fds[i].revents().is_empty()).collect();
        let is_ready = |&i: &usize| matches!(pollables[i], Pollable::Fd(..)) || ready(&pollables[i].readiness());
        let fired: Vec<_> = fired.into_iter().filter(is_ready).collect();
        if !fired.is_empty() {
            return fired;
        }
    }
}

fn wait(pollable: Pollable) {
    wait_any(&[pollable]);
}

fn is_ready(pollable: &Pollable) -> bool {
    match pollable.readiness() {
        Readiness::Ready => true,
        Readiness::Fd(fd, events) => {
            let fired = poll(&mut [PollFd::from_borrowed_fd(fd, events)], Some(&Timespec::default())) == Ok(1);
            fired && (matches!(pollable, Pollable::Fd(..)) || matches!(pollable.readiness(), Readiness::Ready))
        }
        _ => false,
    }
}

fn bound(network: &Network, address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new(network, Family::of(address)).unwrap();
    socket.start_bind(address).unwrap();
    socket.finish_bind().unwrap();
    socket
}

fn listener(network: &Network, family: Family) -> TcpSocket {
    let socket = bound(network, loopback(family));
    socket.start_listen().unwrap();
    socket.finish_listen().unwrap();
    socket
}

/// One end of a connection.
struct End {
    socket: TcpSocket,
    input: TcpInput,
    output: TcpOutput,
}

impl End {
    fn accept(listener: &TcpSocket) -> Self {
        wait(listener.pollable());
        let (socket, (input, output)) = listener.accept().unwrap();
        End { socket, input, output }
    }

    fn connect(network: &Network, remote: SocketAddr) -> Self {
        let socket = TcpSocket::new(network, Family::of(remote)).unwrap();
        socket.start_connect(remote).unwrap();
        wait(socket.pollable());
        let (input, output) = socket.finish_connect().unwrap();
        End { socket, input, output }
    }

    /// Two ends of one connection: the one that connected, and the one that accepted.
    fn pair(network: &Network, family: Family) -> (Self, Self) {
        let listener = listener(network, family);
        let client = End::connect(network, listener.local_address().unwrap());
        (client, End::accept(&listener))
    }

    /// Writes all of these bytes, waiting as a guest does.
    fn write_all(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            wait(self.output.pollable());
            let permitted = self.output.check_write().unwrap() as usize;
            let (now, later) = bytes.split_at(permitted.min(bytes.len()));
            self.output.write(now, Mode::Try).unwrap();
            bytes = later;
        }
    }

    /// Reads to the end, which is `Ok` where the other side sends no more.
    fn read_to_end(&mut self) -> (Vec<u8>, Stop) {
        let (mut all, mut room) = (Vec::new(), vec![0; 100_000]);
        loop {
            match self.input.read(&mut room, Mode::Try) {
                Ok(count) => all.extend_from_slice(&room[..count]),
                Err(Stop::WouldBlock) => wait(self.input.pollable()),
                Err(stop) => return (all, stop),
            }
        }
    }

    fn read_exactly(&mut self, len: usize) -> Vec<u8> {
        let (mut all, mut at) = (vec![0; len], 0);
        while at < len {
            match self.input.read(&mut all[at..], Mode::Try) {
                Ok(count) => at += count,
                Err(Stop::WouldBlock) => wait(self.input.pollable()),
                Err(stop) => panic!("{stop:?} after {at} bytes"),
            }
        }
        all
    }
}

/// Bytes that do not repeat soon.
fn bytes(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn udp(network: &Network, family: Family) -> UdpSocket {
    let socket = UdpSocket::new(network, family).unwrap();
    socket.start_bind(loopback(family)).unwrap();
    socket.finish_bind().unwrap();
    socket
}
