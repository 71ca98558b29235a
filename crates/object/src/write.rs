//! Writes an object: machine code, symbols, relocations, unwinding, data, sites, source lines,
//! metadata and seal.
//!
//! Calls between functions of the object stay relocations, as from any compiler, so that a linker
//! may lay the code out anew; the loader applies them too.

use super::artifact::{Artifact, FunctionEntry, HandlerSite};
use super::compiled::{Compiled, Inlined, Relocation};
use super::container::{DATA_SECTION, LINES_SECTION, META_SECTION, SITES_SECTION, wrap};
use super::lines::Lines;
use super::seal::seal;
use super::sites::{InlinedCall, SiteKind, encode};
use super::unwind::FrameDescriptions;
use crate::write_error::WriteError;
use cantilever_abi::FuncKey;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::OwnedTargetIsa;
use object::write::{
    Object, Relocation as ObjectRelocation, SectionId, StandardSection, Symbol, SymbolId, SymbolSection,
};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationEncoding, RelocationFlags, RelocationKind, SectionKind,
    SymbolFlags, SymbolKind, SymbolScope, elf,
};
use std::collections::HashMap;
use std::mem::take;

/// Name of the symbol at the start of the metadata, for programs that link the object.
const META_SYMBOL: &str = "cantilever_artifact";

/// Writes the object of a compilation. Fills in the parts of the metadata that depend on where
/// functions lie.
///
/// `data` are the parts of the data section. Every function that compiled code refers to is among
/// `compiled`; every one that was inlined is there or in the metadata's list of those that are
/// dissolved.
pub fn write_object<'a>(
    isa: &OwnedTargetIsa,
    mut artifact: Artifact,
    data: impl Iterator<Item = &'a [u8]>,
    mut compiled: Vec<Compiled>,
    lines: Option<Lines>,
) -> Result<Vec<u8>, WriteError> {
    let mut object = empty_object(isa)?;
    let text = object.section_id(StandardSection::Text);
    let symbols = write_text(&mut object, text, &mut compiled, &mut artifact)?;
    let blocks = site_blocks(&mut compiled, &mut artifact);
    let mut frames = FrameDescriptions::new();
    for (function, entry) in compiled.into_iter().zip(&artifact.functions) {
        for relocation in &function.relocs {
            relocate(&mut object, text, u64::from(entry.start), relocation, &symbols)?;
        }
        if let Some(unwind) = function.unwind {
            frames.add(&**isa, symbols[&function.identity.key], unwind);
        }
    }
    frames.write(&mut object, run_time_endian(isa));
    write_data(&mut object, data);
    write_metadata(&mut object, &artifact);
    write_checked(&mut object, SITES_SECTION, &blocks);
    if let Some(lines) = lines {
        write_checked(&mut object, LINES_SECTION, &encoded(&lines));
    }
    // Says that the code needs no executable stack.
    object.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
    let file = object.write();
    file.map(seal).map_err(|e| WriteError::Object(e.to_string()))
}

fn empty_object(isa: &OwnedTargetIsa) -> Result<Object<'static>, WriteError> {
    use target_lexicon::Architecture as A;
    let architecture = match isa.triple().architecture {
        A::X86_64 => Architecture::X86_64,
        A::Aarch64(_) => Architecture::Aarch64,
        A::Riscv64(_) => Architecture::Riscv64,
        A::S390x => Architecture::S390x,
        other => return Err(WriteError::Target(format!("no object format for {other}"))),
    };
    let endian = match isa.endianness() {
        cranelift_codegen::ir::Endianness::Little => Endianness::Little,
        cranelift_codegen::ir::Endianness::Big => Endianness::Big,
    };
    Ok(Object::new(BinaryFormat::Elf, architecture, endian))
}

fn run_time_endian(isa: &OwnedTargetIsa) -> gimli::RunTimeEndian {
    match isa.endianness() {
        cranelift_codegen::ir::Endianness::Little => gimli::RunTimeEndian::Little,
        cranelift_codegen::ir::Endianness::Big => gimli::RunTimeEndian::Big,
    }
}

/// The symbol of each function that has code.
type Symbols = HashMap<FuncKey, SymbolId>;

/// Appends the code of all functions, with symbols, and records where functions lie. Takes the code
/// out of them: it is too large to be kept twice.
fn write_text(
    object: &mut Object<'_>,
    text: SectionId,
    compiled: &mut [Compiled],
    artifact: &mut Artifact,
) -> Result<Symbols, WriteError> {
    let mut symbols = Symbols::with_capacity(compiled.len());
    for function in compiled {
        let code = take(&mut function.code);
        let start = object.append_section_data(text, &code, u64::from(function.align));
        let too_large = |_| WriteError::TooMuchCode;
        let start32 = u32::try_from(start).map_err(too_large)?;
        let symbol = object.add_symbol(Symbol {
            name: function.identity.name.clone().into_bytes(),
            value: start,
            size: code.len() as u64,
            kind: SymbolKind::Text,
            scope: scope(function.identity.key),
            weak: false,
            section: SymbolSection::Section(text),
            flags: SymbolFlags::None,
        });
        symbols.insert(function.identity.key, symbol);
        artifact.handlers.extend(function.handlers.iter().map(|site| HandlerSite {
            at: start32 + site.at,
            handler: start32 + site.handler,
            frame: site.frame,
        }));
        artifact.functions.push(FunctionEntry {
            start: start32,
            len: code.len() as u32,
            identity: function.identity.clone(),
            sites: 0,
        });
    }
    Ok(symbols)
}

/// The table of sites, which are taken out of the functions. Records how it is divided among these.
fn site_blocks(compiled: &mut [Compiled], artifact: &mut Artifact) -> Vec<u8> {
    let indices: HashMap<FuncKey, u32> = artifact.identities().map(|function| function.key).zip(0..).collect();
    let mut blocks = Vec::new();
    for (function, entry) in compiled.iter_mut().zip(&mut artifact.functions) {
        let call = |call: &Inlined| InlinedCall {
            function: indices[&call.function],
            parent: call.parent,
            source: call.source,
        };
        let sites = take(&mut function.sites);
        let block = encode(&function.inlined.iter().map(call).collect::<Vec<_>>(), &sites);
        entry.sites = block.len() as u32;
        artifact.trap_sites += sites.iter().filter(|site| site.kind != SiteKind::Call).count() as u32;
        blocks.extend(block);
    }
    blocks
}

/// Entry trampolines are what a program that links the object calls; everything else is the
/// object's own.
fn scope(key: FuncKey) -> SymbolScope {
    match key {
        FuncKey::Entry(_) => SymbolScope::Linkage,
        _ => SymbolScope::Compilation,
    }
}

fn relocate(
    object: &mut Object<'_>,
    text: SectionId,
    start: u64,
    relocation: &Relocation,
    symbols: &Symbols,
) -> Result<(), WriteError> {
    let generic = |kind, encoding, size| RelocationFlags::Generic { kind, encoding, size };
    let flags = match relocation.kind {
        Reloc::Abs8 => generic(RelocationKind::Absolute, RelocationEncoding::Generic, 64),
        Reloc::X86PCRel4 => generic(RelocationKind::Relative, RelocationEncoding::Generic, 32),
        Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4 => {
            generic(RelocationKind::PltRelative, RelocationEncoding::X86Branch, 32)
        }
        Reloc::Arm64Call => generic(RelocationKind::Relative, RelocationEncoding::AArch64Call, 26),
        Reloc::Aarch64AdrPrelPgHi21 => RelocationFlags::Elf { r_type: elf::R_AARCH64_ADR_PREL_PG_HI21 },
        Reloc::Aarch64AddAbsLo12Nc => RelocationFlags::Elf { r_type: elf::R_AARCH64_ADD_ABS_LO12_NC },
        Reloc::RiscvCallPlt => RelocationFlags::Elf { r_type: elf::R_RISCV_CALL_PLT },
        Reloc::RiscvPCRelHi20 => RelocationFlags::Elf { r_type: elf::R_RISCV_PCREL_HI20 },
        Reloc::RiscvPCRelLo12I => RelocationFlags::Elf { r_type: elf::R_RISCV_PCREL_LO12_I },
        Reloc::S390xPCRel32Dbl => generic(RelocationKind::Relative, RelocationEncoding::S390xDbl, 32),
        Reloc::S390xPLTRel32Dbl => generic(RelocationKind::PltRelative, RelocationEncoding::S390xDbl, 32),
        other => unreachable!("no pass makes a relocation {other:?}"),
    };
    let symbol = *symbols.get(&relocation.target).expect("what compiled code refers to is compiled");
    let offset = start + u64::from(relocation.at);
    let relocation = ObjectRelocation { offset, symbol, addend: relocation.addend, flags };
    object.add_relocation(text, relocation).map_err(|e| WriteError::Object(e.to_string()))
}

fn write_data<'a>(object: &mut Object<'_>, data: impl Iterator<Item = &'a [u8]>) {
    let section = object.add_section(Vec::new(), DATA_SECTION.into(), SectionKind::ReadOnlyData);
    for part in data {
        object.append_section_data(section, part, 1);
    }
}

fn write_metadata(object: &mut Object<'_>, artifact: &Artifact) {
    let payload = encoded(artifact);
    let (section, start) = write_checked(object, META_SECTION, &payload);
    object.add_symbol(Symbol {
        name: META_SYMBOL.into(),
        value: start,
        size: (super::container::PAYLOAD_START + payload.len()) as u64,
        kind: SymbolKind::Data,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Section(section),
        flags: SymbolFlags::None,
    });
}

fn encoded(value: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).expect("writing to memory does not fail")
}

/// Adds a section for a payload, with its checksum.
fn write_checked(object: &mut Object<'_>, name: &str, payload: &[u8]) -> (SectionId, u64) {
    let section = object.add_section(Vec::new(), name.into(), SectionKind::ReadOnlyData);
    let start = object.append_section_data(section, &wrap(payload), align_of::<u64>() as u64);
    (section, start)
}
