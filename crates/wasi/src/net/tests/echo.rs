//! A guest of one thread that talks to itself, with buffers as full as they get.

use super::super::Family;
use super::{End, bytes, network, wait_any};
use crate::stream::{InputStream, Mode, OutputStream, Stop};

/// Sends all it can of what is left. Returns how much.
fn pump(output: &mut impl OutputStream, bytes: &[u8]) -> usize {
    let permitted = output.check_write().unwrap().min(bytes.len() as u64) as usize;
    output.write(&bytes[..permitted], Mode::Try).unwrap();
    permitted
}

#[test]
fn one_thread_echoes_to_itself_with_full_buffers() {
    const LEN: usize = 40 << 20;
    let (mut client, mut server) = End::pair(&network(), Family::Ipv4);
    for end in [&client, &server] {
        end.socket.set_send_buffer_size(1 << 16).unwrap();
        end.socket.set_receive_buffer_size(1 << 16).unwrap();
    }
    let sent = bytes(LEN);
    let (mut written, mut got, mut room) = (0, Vec::with_capacity(LEN), vec![0; 10_000]);
    // What the server has read and not written yet.
    let mut echo: Vec<u8> = Vec::new();
    while got.len() < LEN {
        written += pump(&mut client.output, &sent[written..]);
        if echo.is_empty() {
            match server.input.read(&mut room, Mode::Try) {
                Ok(count) => echo.extend_from_slice(&room[..count]),
                Err(Stop::WouldBlock) => {}
                Err(stop) => panic!("{stop:?}"),
            }
        }
        let echoed = pump(&mut server.output, &echo);
        echo.drain(..echoed);
        match client.input.read(&mut room, Mode::Try) {
            Ok(count) => got.extend_from_slice(&room[..count]),
            Err(Stop::WouldBlock) => {
                let mut pollables = vec![client.input.pollable()];
                pollables.push(if echo.is_empty() { server.input.pollable() } else { server.output.pollable() });
                if written < LEN {
                    pollables.push(client.output.pollable());
                }
                wait_any(&pollables);
            }
            Err(stop) => panic!("{stop:?}"),
        }
    }
    assert!(got == sent);
}
