//! Strings between components, in all directions of encodings.

use super::{LIFT_RUN, MEMORY, Workload, joined, run, sum};
use crate::bound::bytes as bounds;
use std::fmt::Write;

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

/// Texts of one kind: the group's heading, and what is repeated.
const KINDS: [(&str, &str); 3] = [
    ("Strings between components, ASCII", "x"),
    ("Strings between components, CJK", "漢"),
    ("Strings between components, mixed (one to four bytes a character)", "aé漢𝄞"),
];

/// Bytes of UTF-8.
const SIZES: [(&str, usize); 3] = [("16 B", 16), ("1 KiB", 1 << 10), ("64 KiB", 64 << 10)];

pub fn all() -> Vec<Workload> {
    let mut all = Vec::new();
    for kind in KINDS {
        for size in SIZES {
            for from in [Utf8, Utf16, Latin1] {
                all.extend([Utf8, Utf16, Latin1].map(|to| workload(from, to, kind, size)));
            }
        }
    }
    all
}

fn workload(
    from: Encoding,
    to: Encoding,
    (group, unit): (&'static str, &str),
    (size, bytes): (&str, usize),
) -> Workload {
    let name = format!("{} to {}, {size}", from.option(), to.option());
    let workload = Workload::new(group, &name, component(from, to, &unit.repeat(bytes / unit.len())));
    if !unit.is_ascii() {
        return workload;
    }
    match (from, to, size) {
        (from, to, "16 B") if from == to => workload.at_least(1.3),
        (Utf8, Utf8, "64 KiB") => workload.at_least(1.3).bound(1.3, move || bounds::utf8(bytes)),
        (Utf8, Utf16, "64 KiB") => workload.at_least(10.0).bound(1.3, move || bounds::utf8_to_utf16(bytes)),
        (Utf16, Utf8, "64 KiB") => workload.at_least(20.0).bound(1.3, move || bounds::utf16_to_utf8(bytes)),
        (Utf16, Utf16, "64 KiB") => workload.at_least(10.0).bound(1.3, move || bounds::utf16(bytes)),
        (Utf8, Latin1, "64 KiB") => workload.at_least(5.0).bound(1.3, move || bounds::utf8_to_latin1(bytes)),
        (Utf16, Latin1, "64 KiB") => workload.at_least(5.0).bound(1.3, move || bounds::utf16_to_latin1(bytes)),
        (Latin1, Latin1, "64 KiB") => workload.at_least(5.0).bound(1.3, move || bounds::copy(bytes)),
        (Latin1, Utf8, "64 KiB") => workload.beside(move || bounds::latin1_to_utf8(bytes)),
        (Latin1, Utf16, "64 KiB") => workload.beside(move || bounds::latin1_to_utf16(bytes)),
        _ => workload,
    }
}

/// A caller that passes one string in its loop.
fn component(from: Encoding, to: Encoding, text: &str) -> String {
    let (bytes, len) = from.encode(text);
    let mut data = String::new();
    for byte in &bytes {
        write!(data, "\\{byte:02x}").expect("strings grow");
    }
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
    joined(&callee, &caller)
}
