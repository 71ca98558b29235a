//! A program that talks to itself and to other runs of itself, by TCP and UDP.

use crate::program::{Program, Run, execute};
use cantilever::runtime::Component;
use cantilever_wasi::stream::memory::Collected;
use cantilever_wasi::stream::pipe::pipe;
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::thread;

/// What is printed between the runs that have a network and the one that has none.
const NOTHING_GRANTED: &str = "-- no network granted\n";

#[test]
fn a_rust_program_uses_sockets() {
    let program = Program::small("12-rs-net");
    for (way, component) in program.loaded() {
        let mut transcript = String::new();
        let code = note(&mut transcript, component, &["selftest"], true);
        writeln!(transcript, "exit={code}").unwrap();
        serve(&mut transcript, component);
        transcript += NOTHING_GRANTED;
        let code = note(&mut transcript, component, &["selftest"], false);
        writeln!(transcript, "exit={code}").unwrap();
        program.compare(&transcript, program.expected(), way);
    }
}

/// Runs the program, and adds what it writes to the transcript. Gives its code.
fn note(transcript: &mut String, component: &Component, arguments: &[&str], network: bool) -> u8 {
    let output = Collected::new(1 << 20);
    let code = execute(component, &Run { arguments, network, ..Run::default() }, output.clone());
    *transcript += &String::from_utf8(output.take()).expect("the output is UTF-8");
    code
}

/// Runs a server, and two clients of it.
fn serve(transcript: &mut String, component: &Component) {
    let (reader, writer) = pipe(4096);
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            let run = Run { arguments: &["server", "0", "2"], network: true, ..Run::default() };
            execute(component, &run, writer)
        });
        let mut lines = BufReader::new(reader);
        let mut first = String::new();
        lines.read_line(&mut first).expect("the server says where it listens");
        let port = first.split_whitespace().nth(1).expect("the second word is the port").to_owned();
        for words in [&["hello", "echo"][..], &["zwei", "ü"]] {
            let arguments: Vec<&str> = ["client", &port].into_iter().chain(words.iter().copied()).collect();
            note(transcript, component, &arguments, true);
        }
        // The rest of what the server writes is not compared, but it must not wait for a reader.
        for line in lines.lines() {
            line.expect("the server writes UTF-8");
        }
        writeln!(transcript, "server exit={}", server.join().expect("the server ends")).unwrap();
    });
}
