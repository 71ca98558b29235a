//! Objects that are damaged, or that somebody has made up: loading them is a typed error, or it
//! succeeds. It never panics.
//!
//! Nothing here calls what was loaded.

use cantilever::CompileOptions;
use cantilever::object::container::{LINES_SECTION, MAGIC, META_SECTION, PAYLOAD_START, SITES_SECTION};
use cantilever::object::load::{LoadError, ObjectFile, read_metadata};
use cantilever::object::seal::{SealError, seal, unseal};
use cantilever::runtime::{Component, Engine, Error, Module};
use object::{Object, ObjectSection};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A component with everything that is small: nesting, resources, strings, a shared module.
const SMALL: &str = include_str!("../filetests/handles/in-compounds.wat");

/// A generator of numbers that are the same on every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn small() -> Vec<u8> {
    wat::parse_str(SMALL).expect("the text is a component")
}

fn object() -> Vec<u8> {
    cantilever::compile(&small(), &CompileOptions::default(), &()).expect("the component compiles")
}

fn load(object: &[u8]) -> Result<Component, LoadError> {
    // SAFETY: nothing that is loaded is called.
    match unsafe { Component::from_object(&Engine::default(), object) } {
        Ok(component) => Ok(component),
        Err(Error::Load(error)) => Err(error),
        Err(other) => panic!("an object is refused by a `LoadError`, not by {other:?}"),
    }
}

#[track_caller]
fn refusal(object: &[u8]) -> LoadError {
    load(object).expect_err("the object is refused")
}

/// Reads, loads, and looks at everything that can be looked at without running anything.
fn survives(what: &str, object: &[u8]) -> bool {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _ = read_metadata(object);
        let _ = ObjectFile::read(object);
        match load(object) {
            Ok(component) => {
                let _ = format!("{:?}{:?}", component.imports(), component.exports());
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty(), "{what}: an error without a word");
                false
            }
        }
    }));
    outcome.unwrap_or_else(|_| panic!("{what}: it panicked"))
}

#[test]
fn every_flipped_bit_is_damage() {
    let object = object();
    assert!(load(&object).is_ok());
    let end = object.len() as u64;
    for at in 0..object.len() {
        let mut damaged = object.clone();
        damaged[at] ^= 1 << (at % 8);
        match ObjectFile::read(&damaged).expect_err("a flipped bit") {
            LoadError::Damaged(SealError::Block { start, end }) => assert!((start..end).contains(&(at as u64))),
            LoadError::Damaged(SealError::Seal { start, end }) => assert!((start..end).contains(&(at as u64))),
            LoadError::Damaged(SealError::Missing { at: found }) => assert!(found == end && at >= object.len() - 8),
            other => panic!("byte {at}: {other}"),
        }
    }
}

#[test]
fn what_is_cut_off_or_appended_is_damage() {
    let object = object();
    for len in (4..object.len()).step_by(7) {
        let error = refusal(&object[..len]);
        assert!(matches!(error, LoadError::Damaged(_)), "the first {len} bytes: {error}");
    }
    for appended in [&b"\0"[..], b"CANTSEAL", &object] {
        let error = refusal(&[&object, appended].concat());
        assert!(matches!(error, LoadError::Damaged(_)), "{error}");
    }
    for nothing in [&b""[..], b"\x7fEL", b"\0asm\x0d\0\x01\0"] {
        assert!(matches!(refusal(nothing), LoadError::NotAnObject(_)));
    }
}

#[test]
fn linkers_and_tools_read_a_sealed_object() {
    let object = object();
    let file = object::File::parse(&object[..]).expect("the seal lies behind the file");
    assert!(file.symbols().count() > 10);
    assert_eq!(unseal(&object).map(<[u8]>::len).ok(), Some(object.len() - seal_size(&object)));
}

fn seal_size(object: &[u8]) -> usize {
    object.len() - unseal(object).unwrap().len()
}

/// Where the bytes of a section lie in a file.
fn section(file: &[u8], name: &str) -> Range<usize> {
    let parsed = object::File::parse(file).unwrap();
    let (start, len) = parsed.section_by_name(name).expect("the section").file_range().unwrap();
    start as usize..(start + len) as usize
}

/// The file with right checksums, as somebody would make it who means harm.
fn with_checksums(mut file: Vec<u8>, sections: &[Range<usize>]) -> Vec<u8> {
    for section in sections {
        let checksum = crc32fast::hash(&file[section.start + PAYLOAD_START..section.end]).to_le_bytes();
        file[section.start + MAGIC.len()..][..4].copy_from_slice(&checksum);
    }
    seal(file)
}

#[test]
fn what_has_right_checksums_is_read_with_care() {
    let file = unseal(&object()).unwrap().to_vec();
    let wrapped = [META_SECTION, SITES_SECTION].map(|name| section(&file, name));
    let headers = {
        let start = u64::from_le_bytes(file[40..48].try_into().unwrap()) as usize;
        [0..64, start..file.len()]
    };
    let mut numbers = Numbers(0x0bad_c0de_0bad_c0de);
    let (mut loaded, mut rounds) = (0, 0);
    let mut damage = |file: &[u8], range: &Range<usize>, numbers: &mut Numbers| {
        let mut damaged = file.to_vec();
        for _ in 0..1 + numbers.below(3) {
            let at = range.start + numbers.below(range.len());
            if numbers.below(4) == 0 {
                damaged[at] = numbers.next() as u8;
            } else {
                damaged[at] ^= 1 << numbers.below(8);
            }
        }
        rounds += 1;
        let sealed = with_checksums(damaged, &wrapped);
        loaded += usize::from(survives(&format!("round {rounds}"), &sealed));
    };
    for _ in 0..6000 {
        let payload = wrapped[0].start + PAYLOAD_START..wrapped[0].end;
        damage(&file, &payload, &mut numbers);
    }
    for range in headers.iter().chain(&wrapped) {
        for _ in 0..1500 {
            damage(&file, range, &mut numbers);
        }
    }
    for _ in 0..1500 {
        damage(&file, &(0..file.len()), &mut numbers);
    }
    assert!(loaded > 0 && loaded < rounds, "{loaded} of {rounds} were loaded");
}

#[test]
fn a_truncated_file_with_a_seal_of_its_own_is_read_with_care() {
    let file = unseal(&object()).unwrap().to_vec();
    for len in (0..file.len()).step_by(13) {
        survives(&format!("the first {len} bytes"), &seal(file[..len].to_vec()));
    }
}

#[test]
fn source_lines_of_any_content_are_no_more_than_missing() {
    let wasm = wat::Parser::new()
        .generate_dwarf(wat::GenerateDwarf::Lines)
        .parse_str(Some("small.wat".as_ref()), SMALL)
        .unwrap();
    let object = cantilever::compile(&wasm, &CompileOptions::default(), &()).unwrap();
    let file = unseal(&object).unwrap().to_vec();
    let lines = section(&file, LINES_SECTION);
    let mut numbers = Numbers(0x5eed_5eed_5eed_5eed);
    for round in 0..500 {
        let mut damaged = file.clone();
        for _ in 0..4 {
            damaged[lines.start + PAYLOAD_START + numbers.below(lines.len() - PAYLOAD_START)] = numbers.next() as u8;
        }
        assert!(survives(&format!("round {round}"), &with_checksums(damaged, std::slice::from_ref(&lines))));
    }
}

#[test]
fn an_object_of_another_version_is_refused() {
    let mut file = unseal(&object()).unwrap().to_vec();
    let metadata = section(&file, META_SECTION);
    // The version is the first string of the metadata.
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let payload = &mut file[metadata.start + PAYLOAD_START..metadata.end];
    let at = payload.windows(version.len()).position(|w| w == version).expect("the version is in the metadata");
    payload[at] = b'9';
    let error = refusal(&with_checksums(file, &[metadata]));
    assert!(matches!(error, LoadError::Version { .. }), "{error}");
}

#[test]
fn an_object_for_another_target_is_refused() {
    let target = if cfg!(target_arch = "aarch64") { "x86_64-unknown-linux-gnu" } else { "aarch64-unknown-linux-gnu" };
    let options = CompileOptions { target: Some(target.to_owned()), ..CompileOptions::default() };
    let object = cantilever::compile(&small(), &options, &()).expect("cross compilation");
    let error = refusal(&object);
    assert!(error.to_string().contains(target.split('-').next().unwrap()), "{error}");
    assert!(read_metadata(&object).is_ok());
}

#[test]
fn a_component_is_no_module_and_a_module_no_component() {
    let engine = Engine::default();
    // SAFETY: nothing that is loaded is called.
    assert!(unsafe { Module::from_object(&engine, &object()) }.is_err());
    let module = wat::parse_str("(module (func (export \"f\")))").unwrap();
    let object = cantilever::compile(&module, &CompileOptions::default(), &()).unwrap();
    assert!(matches!(refusal(&object), LoadError::WrongKind { .. }));
}
