//! Source lines from the debugging information of modules, and debugging information that lies.

use cantilever::Compile;
use cantilever::runtime::{CoreInstance, Engine, Module, Store};
use cantilever::{CompileOptions, OptLevel};
use gimli::write::{Address, DwarfUnit, EndianVec, LineProgram, LineString, Sections};
use gimli::{Encoding, Format, LineEncoding, LittleEndian, SectionId};
use std::ops::Range;

/// Two functions: the first traps and is called by the second.
const TEXT: &str = r#"(module $m
  (func $f (param i32) (result i32)
    (i32.div_u (i32.const 1) (local.get 0)))
  (func (export "g") (result i32)
    (call $f (i32.const 0))))"#;

/// The module, with where its code section's content and its functions' bodies lie.
fn module() -> (Vec<u8>, u64, Vec<Range<u64>>) {
    let bytes = wat::parse_str(TEXT).unwrap();
    let (mut start, mut bodies) = (0, Vec::new());
    for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
        match payload.unwrap() {
            wasmparser::Payload::CodeSectionStart { unchecked_range, .. } => start = unchecked_range.start,
            wasmparser::Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            _ => {}
        }
    }
    (bytes, start, bodies)
}

/// Line programs as clang and rustc write them: `f` is line 3 of `src/lib.rs`, `g` is line 5 of
/// `/abs/main.c`; a function that the linker dropped remains at address 0.
fn dwarf(version: u16, start: u64, bodies: &[Range<u64>]) -> Vec<(&'static str, Vec<u8>)> {
    let encoding = Encoding { address_size: 4, format: Format::Dwarf32, version };
    let text = |text: &str| LineString::String(text.into());
    let mut dwarf = DwarfUnit::new(encoding);
    let mut program = LineProgram::new(encoding, LineEncoding::default(), text("/home/me"), None, text("unit"), None);
    let relative = program.add_directory(text("src"));
    let absolute = program.add_directory(text("/abs"));
    let files = [program.add_file(text("lib.rs"), relative, None), program.add_file(text("main.c"), absolute, None)];
    program.begin_sequence(Some(Address::Constant(0)));
    program.row().file = files[0];
    program.row().line = 99;
    program.generate_row();
    program.end_sequence(bodies[1].end - start);
    for (body, (file, line)) in bodies.iter().zip(files.into_iter().zip([3, 5])) {
        program.begin_sequence(Some(Address::Constant(body.start - start)));
        program.row().file = file;
        program.row().line = line;
        program.row().column = 7;
        program.generate_row();
        program.end_sequence(body.end - body.start);
    }
    dwarf.unit.line_program = program;
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections).unwrap();
    let mut written = Vec::new();
    sections
        .for_each(|id: SectionId, bytes| {
            written.push((id.name(), bytes.slice().to_vec()));
            Ok::<_, gimli::write::Error>(())
        })
        .unwrap();
    written
}

/// The module with custom sections after it.
fn with_sections(module: &[u8], sections: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = module.to_vec();
    for (name, data) in sections {
        let section = wasm_encoder::CustomSection { name: (*name).into(), data: data.as_slice().into() };
        bytes.push(wasm_encoder::Section::id(&section));
        wasm_encoder::Encode::encode(&section, &mut bytes);
    }
    bytes
}

/// The frames of the trap, as lines. Nothing is inlined.
fn frames(bytes: &[u8], debug_lines: bool) -> Vec<String> {
    let engine = Engine::default();
    let options = CompileOptions { opt_level: OptLevel::None, debug_lines, ..CompileOptions::default() };
    let module = Module::with_options(&engine, bytes, &options).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = CoreInstance::new(&mut store, &module, &[]).unwrap();
    let error = instance.get_func(&mut store, "g").unwrap().call(&mut store, &[]).unwrap_err();
    error.frames().iter().map(ToString::to_string).collect()
}

#[test]
fn lines_of_every_version_are_shown() {
    let (bytes, start, bodies) = module();
    for version in [2, 3, 4, 5] {
        let bytes = with_sections(&bytes, &dwarf(version, start, &bodies));
        let shown = frames(&bytes, true);
        assert_eq!(shown, ["m!f at src/lib.rs:3:7", "m!g at /abs/main.c:5:7"], "version {version}");
        assert_eq!(frames(&bytes, false), ["m!f", "m!g"]);
    }
}

#[test]
fn sections_that_lie_are_passed_over() {
    let (bytes, start, bodies) = module();
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for round in 0..60 {
        let mut sections = dwarf(if round % 2 == 0 { 4 } else { 5 }, start, &bodies);
        for (_, section) in sections.iter_mut().filter(|(_, section)| !section.is_empty()) {
            for _ in 0..1 + round % 4 {
                let at = random(section.len());
                section[at] = random(256) as u8;
            }
            if round % 5 == 0 {
                section.truncate(random(section.len()));
            }
        }
        let shown = frames(&with_sections(&bytes, &sections), true);
        assert!(shown.len() == 2 && shown[0].starts_with("m!f") && shown[1].starts_with("m!g"), "{shown:?}");
    }
}
