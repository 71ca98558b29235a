//! Objects as files: what the loader accepts and what it refuses.

use super::guest::Guest;
use crate::*;
use cantilever_abi::{CoreTypeId, FuncKey, FuncType, ValType};
use cantilever_object::artifact::{Artifact, FunctionIdentity, TemplateItem};
use cantilever_object::container::{DATA_SECTION, META_SECTION, PAYLOAD_START, SITES_SECTION, wrap};
use cantilever_object::load::*;
use cantilever_object::seal::seal;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use object::write::{Object, Relocation as WrittenRelocation, StandardSection, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, RelocationFlags, SectionKind, SymbolFlags, SymbolKind};

/// A guest that gives the first byte of its data section.
fn guest() -> Guest {
    let (mut guest, slots) = Guest::new(1);
    let flags = MemFlagsData::trusted();
    guest.data = b"*data".to_vec();
    guest.template(TemplateItem::Data { at: slots[0], start: 0, len: 5 });
    let ty = FuncType { params: vec![], result: Some(ValType::U8), is_async: false };
    guest.export("first", ty, &|b, p| {
        let base = b.ins().load(types::I64, flags, p[0], slots[0] as i32);
        let byte = b.ins().load(types::I8, flags, base, 0);
        b.ins().store(flags, byte, p[2], 0);
    });
    guest
}

fn meta(artifact: &Artifact) -> Vec<u8> {
    wrap(&postcard::to_stdvec(artifact).unwrap())
}

/// An object file with the guest's code and this metadata; calls refer to a symbol for each
/// function, or to `symbol`.
fn file(guest: &Guest, meta: &[u8], symbol: Option<&str>) -> Vec<u8> {
    let architecture = if cfg!(target_arch = "x86_64") { Architecture::X86_64 } else { Architecture::Aarch64 };
    let r_type = if cfg!(target_arch = "x86_64") { object::elf::R_X86_64_PLT32 } else { object::elf::R_AARCH64_CALL26 };
    let mut file = Object::new(BinaryFormat::Elf, architecture, Endianness::Little);
    let text = file.section_id(StandardSection::Text);
    file.append_section_data(text, &guest.text, 64);
    for relocation in guest.relocations() {
        let RelocationTarget::Text(value) = relocation.target else { unreachable!() };
        let name = symbol.unwrap_or("local").as_bytes().to_vec();
        let section = if symbol.is_some() { SymbolSection::Undefined } else { SymbolSection::Section(text) };
        let symbol = file.add_symbol(Symbol {
            name,
            value: if symbol.is_some() { 0 } else { value },
            size: 0,
            kind: SymbolKind::Text,
            scope: if symbol.is_some() { object::SymbolScope::Dynamic } else { object::SymbolScope::Compilation },
            weak: false,
            section,
            flags: SymbolFlags::None,
        });
        let flags = RelocationFlags::Elf { r_type };
        let relocation = WrittenRelocation { offset: relocation.at, symbol, addend: relocation.addend, flags };
        file.add_relocation(text, relocation).unwrap();
    }
    let sites = wrap(&guest.sites);
    for (name, bytes) in [(DATA_SECTION, &guest.data[..]), (META_SECTION, meta), (SITES_SECTION, &sites)] {
        let section = file.add_section(Vec::new(), name.as_bytes().to_vec(), SectionKind::ReadOnlyData);
        file.append_section_data(section, bytes, 8);
    }
    seal(file.write().unwrap())
}

fn load(bytes: &[u8]) -> Result<Component> {
    // SAFETY: the code is that of guests below; what is changed of the rest is refused, or
    // harmless.
    unsafe { Component::from_object(&Engine::default(), bytes) }
}

fn load_error(bytes: &[u8]) -> LoadError {
    match load(bytes) {
        Err(Error::Load(error)) => error,
        other => panic!("expected a load error, got {other:?}"),
    }
}

#[test]
fn an_object_file_runs() {
    let guest = guest();
    let component = load(&file(&guest, &meta(&guest.artifact), None)).unwrap();
    let mut store = Store::new(component.engine(), ());
    let instance = Linker::new(component.engine()).instantiate(&mut store, &component).unwrap();
    let first = instance.get_typed_func::<(), u8>(&mut store, "first").unwrap();
    assert_eq!(first.call(&mut store, ()).unwrap(), b'*');
}

#[test]
fn damage_is_found() {
    let guest = guest();
    let good = meta(&guest.artifact);
    for at in [0, 9, 17, PAYLOAD_START, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(matches!(load_error(&file(&guest, &bad, None)), LoadError::DamagedMetadata(_)), "byte {at}");
    }
    for len in [0, PAYLOAD_START - 1, PAYLOAD_START, good.len() - 1] {
        let error = load_error(&file(&guest, &good[..len], None));
        assert!(matches!(error, LoadError::DamagedMetadata(_)), "length {len}: {error}");
    }
    assert!(matches!(load_error(b"\0asm\x0d\0\x01\0"), LoadError::NotAnObject(_)));
}

#[test]
fn foreign_objects_are_refused_with_a_reason() {
    let refused = |change: &dyn Fn(&mut Artifact)| {
        let mut guest = guest();
        change(&mut guest.artifact);
        load_error(&file(&guest, &meta(&guest.artifact), None))
    };
    assert!(matches!(refused(&|a| a.version = "0.0.0".into()), LoadError::Version { .. }));
    assert!(matches!(refused(&|a| a.intrinsics += 1), LoadError::Intrinsics { .. }));
    assert!(matches!(refused(&|a| a.triple = "s390x-unknown-linux-gnu".into()), LoadError::Target { .. }));
    assert!(matches!(refused(&|a| a.cpu_features.push("warp".into())), LoadError::CpuFeature(_)));
    assert!(matches!(refused(&|a| a.functions[0].start = u32::MAX), LoadError::Malformed(_)));
    assert!(matches!(refused(&|a| a.functions[0].sites += 1), LoadError::Malformed(_)));
    assert!(matches!(refused(&|a| a.is_module = true), LoadError::WrongKind { .. }));
    let guest = guest();
    let unknown = load_error(&file(&guest, &meta(&guest.artifact), Some("mystery")));
    assert_eq!(unknown, LoadError::UnknownSymbol("mystery".into()));
}

#[test]
fn a_function_without_code_has_no_address() {
    let mut guest = guest();
    let func = FuncKey::Canon(0);
    guest.artifact.dissolved.push(FunctionIdentity { key: func, name: "dissolved".to_owned(), source: 0 });
    let (at, ty) = (guest.artifact.layout.scopes - 64, CoreTypeId::from_u32(0));
    guest.template(TemplateItem::FuncDef { at, func, ctx: 0, ty });
    let error = load_error(&file(&guest, &meta(&guest.artifact), None));
    assert_eq!(error, LoadError::Malformed("the function Canon(0) is missing".to_owned()));
}

#[test]
fn a_layout_or_item_that_leaves_the_block_is_an_error() {
    let instantiate = |change: &dyn Fn(&mut Artifact)| {
        let mut guest = guest();
        change(&mut guest.artifact);
        let component = load(&file(&guest, &meta(&guest.artifact), None))?;
        let linker = Linker::new(component.engine());
        linker.instantiate(Store::new(component.engine(), ()), &component).map(drop)
    };
    instantiate(&|_| ()).unwrap();
    assert!(instantiate(&|a| a.layout.handles = u64::MAX).is_err());
    assert!(instantiate(&|a| a.layout.total_size = 0).is_err());
    assert!(instantiate(&|a| a.layout.scopes = u32::MAX).is_err());
    let with = |item: TemplateItem| instantiate(&|a| a.instantiation.template.push(item.clone()));
    assert!(with(TemplateItem::Pointer { at: u32::MAX - 7, to: 0 }).is_err());
    assert!(with(TemplateItem::Data { at: 0, start: u64::MAX, len: 2 }).is_err());
}
