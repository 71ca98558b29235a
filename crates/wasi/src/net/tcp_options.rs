//! The options of TCP sockets. They may be read and set in every state.

use super::ErrorCode::{self, InvalidArgument};
use super::tcp::TcpSocket;
use rustix::net::sockopt;
use std::time::Duration;

/// A duration in nanoseconds, as `wasi:clocks/monotonic-clock.duration`.
type Nanoseconds = u64;

/// The longest time that Linux takes, between packets or before the first one.
const LONGEST: Duration = Duration::from_secs(32767);

/// The most packets that Linux sends before it gives up.
const MOST_PACKETS: u32 = 127;

impl TcpSocket {
    /// Are packets sent that keep the connection alive? `keep-alive-enabled`.
    pub fn keep_alive_enabled(&self) -> Result<bool, ErrorCode> {
        Ok(sockopt::socket_keepalive(&*self.socket().fd)?)
    }

    /// `set-keep-alive-enabled`.
    pub fn set_keep_alive_enabled(&self, value: bool) -> Result<(), ErrorCode> {
        Ok(sockopt::set_socket_keepalive(&*self.socket().fd, value)?)
    }

    /// How long nothing happens before the first such packet: `keep-alive-idle-time`.
    pub fn keep_alive_idle_time(&self) -> Result<Nanoseconds, ErrorCode> {
        Ok(nanoseconds(sockopt::tcp_keepidle(&*self.socket().fd)?))
    }

    /// `set-keep-alive-idle-time`. The system counts in seconds; it is rounded up.
    pub fn set_keep_alive_idle_time(&self, value: Nanoseconds) -> Result<(), ErrorCode> {
        Ok(sockopt::set_tcp_keepidle(&*self.socket().fd, clamped(value)?)?)
    }

    /// How long it takes from one such packet to the next: `keep-alive-interval`.
    pub fn keep_alive_interval(&self) -> Result<Nanoseconds, ErrorCode> {
        Ok(nanoseconds(sockopt::tcp_keepintvl(&*self.socket().fd)?))
    }

    /// `set-keep-alive-interval`. The system counts in seconds; it is rounded up.
    pub fn set_keep_alive_interval(&self, value: Nanoseconds) -> Result<(), ErrorCode> {
        Ok(sockopt::set_tcp_keepintvl(&*self.socket().fd, clamped(value)?)?)
    }

    /// How many such packets may stay without an answer: `keep-alive-count`.
    pub fn keep_alive_count(&self) -> Result<u32, ErrorCode> {
        Ok(sockopt::tcp_keepcnt(&*self.socket().fd)?)
    }

    /// `set-keep-alive-count`.
    pub fn set_keep_alive_count(&self, value: u32) -> Result<(), ErrorCode> {
        if value == 0 {
            return Err(InvalidArgument);
        }
        Ok(sockopt::set_tcp_keepcnt(&*self.socket().fd, value.min(MOST_PACKETS))?)
    }

    /// How many routers a packet may pass: `hop-limit`.
    pub fn hop_limit(&self) -> Result<u8, ErrorCode> {
        self.socket().hop_limit()
    }

    /// `set-hop-limit`.
    pub fn set_hop_limit(&self, value: u8) -> Result<(), ErrorCode> {
        self.socket().set_hop_limit(value)
    }

    /// How many bytes the system keeps until they are read: `receive-buffer-size`.
    pub fn receive_buffer_size(&self) -> Result<u64, ErrorCode> {
        self.socket().receive_buffer_size()
    }

    /// `set-receive-buffer-size`. The system clamps and rounds it.
    pub fn set_receive_buffer_size(&self, value: u64) -> Result<(), ErrorCode> {
        self.socket().set_receive_buffer_size(value)
    }

    /// How many bytes the system keeps until they are sent: `send-buffer-size`.
    pub fn send_buffer_size(&self) -> Result<u64, ErrorCode> {
        self.socket().send_buffer_size()
    }

    /// `set-send-buffer-size`. The system clamps and rounds it.
    pub fn set_send_buffer_size(&self, value: u64) -> Result<(), ErrorCode> {
        self.socket().set_send_buffer_size(value)
    }
}

fn nanoseconds(duration: Duration) -> Nanoseconds {
    duration.as_nanos().try_into().unwrap_or(Nanoseconds::MAX)
}

fn clamped(value: Nanoseconds) -> Result<Duration, ErrorCode> {
    match value {
        0 => Err(InvalidArgument),
        value => Ok(Duration::from_nanos(value).min(LONGEST)),
    }
}
