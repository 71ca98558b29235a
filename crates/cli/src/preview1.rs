//! Core modules of WASI 0.1: makes components of them, on the way to running them.
//!
//! The adapter of the Bytecode Alliance implements the module's imports by WASI 0.2's. It must not
//! know what is done with the component.

use super::Failure;
use std::path::Path;
use wasi_preview1_component_adapter_provider as provider;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

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
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.adapter(provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter))
        .and_then(|encoder| encoder.encode())
        .map_err(|e| refused(format!("this core module does not fit the adapter for WASI 0.1: {e:#}")))
}

/// What a core module shows of the system that it was built for.
struct Uses {
    /// It imports functions of WASI 0.1.
    preview1: bool,
    /// It is a program: it exports `_start`.
    starts: bool,
}

impl Uses {
    fn read(module: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut uses = Uses { preview1: false, starts: false };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        uses.preview1 |= import?.module == provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
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
