//! Core modules of WASI 0.1: makes components of them, on the way to running them.
//!
//! The adapter of the Bytecode Alliance implements the module's imports by WASI 0.2's. Only the end
//! of the program goes past it: the adapter knows success and failure, and no code. It must not
//! know what is done with the component.

use super::Failure;
use std::path::Path;
use wasi_preview1_component_adapter_provider as provider;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{Import, Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Ends the program with a code, in WASI 0.2. Its core signature is that of `proc_exit`.
const EXIT: (&str, &str) = ("wasi:cli/exit@0.2.12", "exit-with-code");

/// What the module imports then, beside what the adapter gives it.
const EXIT_WIT: &str = "package wasi:cli@0.2.12;
interface exit { exit-with-code: func(status-code: u8); }
world exits { import exit; }";

/// A component of a core module that was built for WASI 0.1.
pub fn componentize(module: &[u8], path: &Path) -> Result<Vec<u8>, Failure> {
    let refused = |what: String| {
        Failure::remedied(
            format!("{}: {what}", path.display()),
            "only core modules of WASI 0.1 run as they are; make a component of others with `wasm-tools component new`",
        )
    };
    let uses = Uses::read(module).map_err(|e| refused(e.to_string()))?;
    if !uses.preview1 {
        return Err(refused("this is a core module, not a component, and it imports nothing of WASI 0.1".to_owned()));
    }
    let adapter = match uses.starts {
        true => provider::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        false => provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
    };
    let changed;
    let module = match uses.exits {
        true => {
            changed = exit_with_codes(module).map_err(|e| refused(format!("{e:#}")))?;
            &changed[..]
        }
        false => module,
    };
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.adapter(provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter))
        .and_then(|encoder| encoder.encode())
        .map_err(|e| refused(format!("this core module does not fit the adapter for WASI 0.1: {e:#}")))
}

/// Is it the function of WASI 0.1 that ends the program?
fn is_exit(import: &Import<'_>) -> bool {
    (import.module, import.name) == (provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, "proc_exit")
}

/// The module with WASI 0.2's function in the place of that which ends the program, and with the
/// type of what it imports. Nothing else of it changes.
fn exit_with_codes(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut changed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ImportSection(section) = &payload {
            let mut imports = ImportSection::new();
            for import in section.clone().into_imports() {
                let import = import?;
                let (from, name) = if is_exit(&import) { EXIT } else { (import.module, import.name) };
                imports.import(from, name, RoundtripReencoder.entity_type(import.ty)?);
            }
            changed.section(&imports);
        } else if let Some((id, range)) = payload.as_section() {
            changed.section(&RawSection { id, data: &module[range.start as usize..range.end as usize] });
        }
    }
    let mut changed = changed.finish();
    let mut resolve = Resolve::default();
    let package = resolve.push_str("exit.wit", EXIT_WIT)?;
    let world = resolve.select_world(&[package], Some("exits"))?;
    embed_component_metadata(&mut changed, &resolve, world, StringEncoding::UTF8, false)?;
    Ok(changed)
}

/// What a core module shows of the system that it was built for.
struct Uses {
    /// It imports functions of WASI 0.1.
    preview1: bool,
    /// It is a program: it exports `_start`.
    starts: bool,
    /// It imports the function that ends it.
    exits: bool,
}

impl Uses {
    fn read(module: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut uses = Uses { preview1: false, starts: false, exits: false };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        uses.preview1 |= import.module == provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
                        uses.exits |= is_exit(&import);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        uses.starts |= export?.name == "_start";
                    }
                }
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(uses)
    }
}
