//! Strings between components, in all directions of encodings.

use super::{LIFT_RUN, MEMORY, Workload, joined, run, sum};
use crate::bound::bytes;
use std::fmt::Write;

const GROUP: &str = "Strings between components";

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Utf16,
    Latin1,
}
use Encoding::{Latin1, Utf8, Utf16};

impl Encoding {
    fn option(self) -> &'static str {
        match self {
            Utf8 => "utf8",
            Utf16 => "utf16",
            Latin1 => "latin1+utf16",
        }
    }

    /// A string in memory, and its length as a core value.
    fn encode(self, text: &str) -> (Vec<u8>, u32) {
        let utf16 = || text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        match self {
            Utf8 => (text.as_bytes().to_vec(), text.len() as u32),
            Latin1 if text.chars().all(|c| u32::from(c) < 0x100) => {
                let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
                let len = bytes.len() as u32;
                (bytes, len)
            }
            Utf16 => (utf16(), text.encode_utf16().count() as u32),
            Latin1 => (utf16(), text.encode_utf16().count() as u32 | 1 << 31),
        }
    }
}

pub fn all() -> Vec<Workload> {
    let mut all = Vec::new();
    for encoding in [Utf8, Utf16, Latin1] {
        all.push(workload(encoding, encoding, "ASCII", "x", 16).at_least(1.3));
    }
    let large = 64 << 10;
    for (from, to, goal) in [
        (Utf8, Utf8, 1.3),
        (Utf8, Utf16, 10.0),
        (Utf8, Latin1, 5.0),
        (Utf16, Utf8, 20.0),
        (Utf16, Utf16, 10.0),
        (Utf16, Latin1, 5.0),
        (Latin1, Utf8, 0.0),
        (Latin1, Utf16, 0.0),
        (Latin1, Latin1, 5.0),
    ] {
        let workload = workload(from, to, "ASCII", "x", large);
        let workload = if goal > 0.0 { workload.at_least(goal) } else { workload };
        all.push(match (from, to) {
            (Utf8, Utf8) => workload.bound(1.3, move || bytes::utf8(large)),
            (Utf16, Utf16) => workload.bound(1.3, move || bytes::utf16(large)),
            _ => workload,
        });
    }
    for (from, to) in [(Utf8, Utf8), (Utf8, Utf16), (Utf16, Utf8), (Utf16, Utf16), (Utf16, Latin1)] {
        all.push(workload(from, to, "CJK", "漢", 21 << 10));
        all.push(workload(from, to, "mixed", "aé漢𝄞", 6 << 10));
    }
    all
}

fn workload(from: Encoding, to: Encoding, kind: &str, unit: &str, count: usize) -> Workload {
    let (bytes, len) = from.encode(&unit.repeat(count));
    let mut data = String::new();
    for byte in &bytes {
        write!(data, "\\{byte:02x}").expect("strings grow");
    }
    let size = if bytes.len() < 1024 { format!("{} B", bytes.len()) } else { format!("{} KiB", bytes.len() >> 10) };
    let name = format!("{} to {}, {size} {kind}", from.option(), to.option());
    let callee = format!(
        r#"(core module $Core {MEMORY} (func (export "f") (param i32 i32) (result i32) (local.get 1)))
          (core instance $core (instantiate $Core))
          (func (export "f") (param "s" string) (result u32) (canon lift (core func $core "f")
            (memory (core memory $core "memory")) (realloc (core func $core "realloc")) string-encoding={}))"#,
        to.option()
    );
    let caller = format!(
        r#"(import "callee" (instance $callee (export "f" (func (param "s" string) (result u32)))))
          (core module $Memory (memory (export "memory") 32) (data (i32.const 1024) "{data}"))
          (core instance $memory (instantiate $Memory))
          (core func $f (canon lower (func $callee "f") (memory (core memory $memory "memory")) string-encoding={}))
          (core module $Core (import "callee" "f" (func $f (param i32 i32) (result i32))) {})
          (core instance $core (instantiate $Core (with "callee" (instance (export "f" (func $f))))))
          {LIFT_RUN}"#,
        from.option(),
        run("", "", &sum(&format!("(call $f (i32.const 1024) (i32.const {}))", len as i32)))
    );
    Workload::new(GROUP, &name, joined(&callee, &caller))
}
