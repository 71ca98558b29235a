//! `cantilever serve`: guests over real sockets, and how the server ends.

use super::command;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// A server, its address, and what it has said.
struct Served {
    child: Child,
    address: String,
    errors: BufReader<std::process::ChildStderr>,
}

impl Served {
    fn new(arguments: &[&str], file: &Path) -> Self {
        let mut child = command()
            .args(["serve", "--addr", "127.0.0.1:0"])
            .args(arguments)
            .arg(file)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("Serving HTTP on http://").and_then(|rest| rest.strip_suffix('/'));
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Served { child, address, errors }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// The answer to a request, as it came.
    fn get(&self, path: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The next line that the server says.
    fn error(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).unwrap();
        line
    }

    /// The memory that the server has, in KiB.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Ends the server by a signal, and gives all that it still said.
    fn end(mut self, signal: i32) -> (ExitStatus, String) {
        // SAFETY: the child has not been waited for, so the number is still its own.
        assert_eq!(unsafe { libc::kill(self.child.id() as i32, signal) }, 0);
        let mut rest = String::new();
        self.errors.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A component whose `handle` is this, in a file that is removed when the test ends.
struct Guest(PathBuf);

impl Guest {
    fn new(name: &str, handle: &str) -> Self {
        let text = format!(
            r#"(component
              (import "wasi:http/types@0.2.12" (instance $types
                (export "incoming-request" (type (sub resource)))
                (export "response-outparam" (type (sub resource)))))
              (alias export $types "incoming-request" (type $request))
              (alias export $types "response-outparam" (type $out))
              (core module $M
                (memory (export "memory") 1)
                (func (export "handle") (param i32 i32) {handle}))
              (core instance $m (instantiate $M))
              (func $handle (param "request" (own $request)) (param "response-out" (own $out))
                (canon lift (core func $m "handle")))
              (instance $exports (export "handle" (func $handle)))
              (export "wasi:http/incoming-handler@0.2.12" (instance $exports)))"#
        );
        let path = std::env::temp_dir().join(format!("cantilever-serve-{}-{name}.wat", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Guest(path)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn guests_that_fail_are_errors_of_the_server() {
    let cases = [
        ("trap", "unreachable", "500", "unreachable"),
        ("silent", "", "500", "without a response"),
        ("endless", "(loop (br 0))", "504", "interrupted"),
        (
            "greedy",
            "(loop $more (br_if $more (i32.ne (i32.const -1) (memory.grow (i32.const 64))))) unreachable",
            "500",
            "unreachable",
        ),
    ];
    for (name, handle, status, message) in cases {
        let guest = Guest::new(name, handle);
        let mut served = Served::new(&["--timeout", "0.2", "--max-memory", "100000000"], &guest.0);
        for _ in 0..3 {
            let answer = served.get("/a?b");
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
            let line = served.error();
            assert!(line.starts_with("GET /a?b: ") && line.contains(message), "{name}: {line}");
        }
        let (status, rest) = served.end(libc::SIGTERM);
        assert_eq!((status.code(), rest.as_str()), (Some(0), ""), "{name}");
    }
}

#[test]
fn a_connection_or_a_signal_ends_the_server() {
    let guest = Guest::new("ends", "");
    assert_eq!(Served::new(&[], &guest.0).end(libc::SIGINT).0.code(), Some(0));
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut served = Served::new(&["--shutdown-addr", &free], &guest.0);
    let idle = served.connect();
    TcpStream::connect(&free).unwrap();
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    drop(idle);
}

/// Has a process a thread for a guest?
fn has_guest(process: i32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    threads
        .flatten()
        .any(|thread| std::fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name == "guest\n"))
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    let guest = Guest::new("second", "(loop (br 0))");
    let served = Served::new(&["--grace", "3600", "--timeout", "3600"], &guest.0);
    let mut stream = served.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let child = served.child.id() as i32;
    while !has_guest(child) {
        std::thread::yield_now();
    }
    // Until the first signal has arrived, connections are accepted.
    // SAFETY: the child is waited for only in `end`.
    assert_eq!(unsafe { libc::kill(child, libc::SIGTERM) }, 0);
    while TcpStream::connect(&served.address).is_ok() {
        std::thread::yield_now();
    }
    assert_eq!(served.end(libc::SIGTERM).0.code(), Some(128 + libc::SIGTERM));
}

#[test]
fn help_teaches() {
    let output = command().args(["serve", "--help"]).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("Examples:"));
}

#[test]
fn what_cannot_be_served_is_refused() {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("cantilever-serve-{}-nothing.wat", std::process::id()));
    std::fs::write(&path, "(component)").unwrap();
    let output = command().arg("serve").arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("wasi:http/incoming-handler"), "{error}");
}

#[test]
fn what_imports_more_is_served_if_that_is_asked_for() {
    let guest = Guest::new("more", "unreachable");
    let text = std::fs::read_to_string(&guest.0).unwrap();
    std::fs::write(&guest.0, text.replacen("(component", "(component (import \"missing\" (func))", 1)).unwrap();
    let output = command().arg("serve").arg(&guest.0).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && error.contains("missing"), "{error}");
    let served = Served::new(&["--unknown-imports-trap"], &guest.0);
    assert!(served.get("/").starts_with("HTTP/1.1 500 "));
}

/// A service that a real toolchain made.
fn real_service() -> Option<Guest> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/components/wasi");
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "{} must be there in continuous integration", folder.display());
        println!("SKIPPED: the components are not there: {}", folder.display());
        return None;
    }
    let packed = folder.join("http_serve.wasm.xz");
    let unpacked = Command::new("xz").args(["-dc"]).arg(packed).output().unwrap();
    assert!(unpacked.status.success(), "xz: {}", String::from_utf8_lossy(&unpacked.stderr));
    let path = std::env::temp_dir().join(format!("cantilever-serve-{}-real.wasm", std::process::id()));
    std::fs::write(&path, unpacked.stdout).unwrap();
    Some(Guest(path))
}

/// Reads one response of a connection that stays open, and gives its body.
fn read_response(reader: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = Vec::new();
    if let Some(length) = length {
        reader.take(length.parse().unwrap()).read_to_end(&mut body).unwrap();
        return String::from_utf8(body).unwrap();
    }
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let size = u64::from_str_radix(size.trim_end(), 16).unwrap();
        reader.take(size).read_to_end(&mut body).unwrap();
        reader.read_exact(&mut [0; 2]).unwrap();
        if size == 0 {
            return String::from_utf8(body).unwrap();
        }
    }
}

#[test]
fn a_real_service_answers_many_clients_and_keeps_no_memory() {
    let Some(guest) = real_service() else { return };
    let served = Served::new(&[], &guest.0);
    let ask = |requests: usize| {
        let mut writer = served.connect();
        let mut reader = BufReader::new(writer.try_clone().unwrap());
        for _ in 0..requests {
            writer.write_all(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            assert_eq!(read_response(&mut reader), "Hello, WASI!");
        }
    };
    let load = || {
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| ask(80));
            }
        });
    };
    load();
    let before = served.resident();
    load();
    // Twice the requests take no more memory, but for what the allocator keeps here and there.
    let after = served.resident();
    assert!(after < before + (16 << 10), "{before} KiB, and {after} KiB later");
    let (status, errors) = served.end(libc::SIGTERM);
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}
