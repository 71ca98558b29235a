//! Bytes to definitions: parses and validates the whole input, components and core modules at any
//! depth.
//!
//! wasmparser does both. What comes out says what stands where; nothing is resolved (`link` does
//! that), and code stays in the bytes. Nothing here knows instances or CLIF.

mod bodies;
mod canonical;
pub mod component;
mod core_types;
mod definitions;
mod features;
mod garbage_collection;
mod module;
mod names;
pub mod provided;
mod types;

use crate::error::{Error, Result};
use crate::plan::module::Module;
use bodies::Body;
use cantilever_abi::{CoreTypeDecl, CoreTypeId};
use component::{Component, Definition};
use core_types::CoreTypes;
use cranelift_entity::{PrimaryMap, SecondaryMap};
use module::ModuleBuilder;
use std::collections::HashMap;
use std::sync::Arc;
use wasmparser::types::Types;
use wasmparser::{Encoding, Parser, Payload, ValidPayload, Validator};

/// A validated input.
#[derive(Debug)]
pub struct Decoded {
    /// The input, into which modules refer by absolute offsets.
    pub source: Arc<[u8]>,
    /// Core function types of the whole input, deduplicated.
    pub core_types: PrimaryMap<CoreTypeId, wasmparser::FuncType>,
    /// How they are declared.
    pub core_type_decls: SecondaryMap<CoreTypeId, CoreTypeDecl>,
    /// Which of them a reference type means, by the validator's identities.
    pub core_type_ids: HashMap<wasmparser::types::CoreTypeId, CoreTypeId>,
    /// All core modules.
    pub modules: Vec<Module>,
    /// All components; an inner one before the one that contains it.
    pub components: Vec<Component>,
    /// What the input is.
    pub root: Root,
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// A component, by index.
    Component(usize),
    /// A core module, by index.
    Module(usize),
}

/// Parses and validates a component or a core module, whichever the header says.
pub fn decode(bytes: Arc<[u8]>) -> Result<Decoded> {
    decode_valid(&bytes).map_err(|error| features::explain(&bytes, error))
}

fn decode_valid(bytes: &Arc<[u8]>) -> Result<Decoded> {
    let mut decoder = Decoder {
        validator: Validator::new_with_features(features::supported()),
        core_types: CoreTypes::default(),
        modules: Vec::new(),
        components: Vec::new(),
        open: Vec::new(),
        bodies: Vec::new(),
        root: None,
    };
    decoder.payloads(bytes)?;
    let Decoder { mut modules, components, core_types, bodies, root, .. } = decoder;
    let found = bodies::validate(bodies)?;
    for (module, table) in found.written {
        modules[module].table_written[table as usize] = true;
    }
    for (module, table) in found.read {
        modules[module].table_read[table as usize] = true;
    }
    for (module, call) in found.calls {
        modules[module].table_calls.push(call);
    }
    for (module, func) in found.referred_to {
        modules[module].escapes[func as usize] = true;
    }
    for module in found.throwing {
        modules[module].throws = true;
    }
    let root = root.ok_or_else(|| Error::invalid("the input ends before it is complete", bytes.len()))?;
    let CoreTypes { types: core_types, decls: core_type_decls, ids: core_type_ids } = core_types;
    Ok(Decoded { core_types, core_type_decls, core_type_ids, modules, components, root, source: bytes.clone() })
}

struct Decoder<'a> {
    validator: Validator,
    core_types: CoreTypes,
    modules: Vec<Module>,
    components: Vec<Component>,
    /// The module or component being read, last; before it the components around it. Each with its
    /// offset.
    open: Vec<(Open, usize)>,
    bodies: Vec<Body<'a>>,
    root: Option<Root>,
}

enum Open {
    Module(Box<ModuleBuilder>),
    Component(Box<Component>),
}

impl<'a> Decoder<'a> {
    fn payloads(&mut self, bytes: &'a [u8]) -> Result<()> {
        let mut parser = Parser::new(0);
        parser.set_features(*self.validator.features());
        for payload in parser.parse_all(bytes) {
            let payload = payload.map_err(features::error)?;
            let core_funcs = self.validator.types(0).map_or(0, |types| types.function_count());
            match self.validator.payload(&payload).map_err(features::error)? {
                ValidPayload::Func(validate, body) => {
                    self.bodies.push(Body { module: self.modules.len(), validate, body });
                }
                ValidPayload::End(types) => self.end(&types)?,
                ValidPayload::Ok | ValidPayload::Parser(_) => {}
            }
            self.section(&payload, core_funcs).map_err(features::error)?;
        }
        Ok(())
    }

    /// Takes in a section that has been validated; before it there were `core_funcs` core
    /// functions.
    fn section(&mut self, payload: &Payload<'a>, core_funcs: u32) -> wasmparser::Result<()> {
        if let Payload::Version { encoding, range, .. } = payload {
            let start = module::byte_range(range.clone()).start;
            let open = match encoding {
                Encoding::Module => Open::Module(Box::new(ModuleBuilder::new(start))),
                Encoding::Component => Open::Component(Box::default()),
            };
            self.open.push((open, start));
            return Ok(());
        }
        match (self.open.last_mut(), self.validator.types(0)) {
            (Some((Open::Module(module), _)), _) => module.section(payload),
            (Some((Open::Component(component), _)), Some(types)) => definitions::section(component, payload, |index| {
                self.core_types.intern_func(types, types.core_function_at(core_funcs + index))
            }),
            _ => Ok(()),
        }
    }

    /// The innermost open module or component has ended: it becomes a definition of the one around
    /// it, or the root.
    fn end(&mut self, types: &Types) -> Result<()> {
        let Some((open, offset)) = self.open.pop() else { return Ok(()) };
        let (definition, root) = match open {
            Open::Module(builder) => {
                let in_items = garbage_collection::is_in_items(types.as_ref()).then_some(offset as u64);
                if let Some(offset) = builder.garbage_collection.or(in_items) {
                    return Err(garbage_collection::refusal(offset));
                }
                self.modules.push(builder.finish(types.as_ref(), &mut self.core_types));
                let index = self.modules.len() - 1;
                (Definition::CoreModule(index), Root::Module(index))
            }
            Open::Component(mut component) => {
                names::from_exports(&mut component);
                self.components.push(*component);
                let index = self.components.len() - 1;
                (Definition::Component(index), Root::Component(index))
            }
        };
        match self.open.last_mut() {
            Some((Open::Component(outer), _)) => outer.definitions.push((definition, offset)),
            _ => self.root = Some(root),
        }
        Ok(())
    }
}
