//! A loaded object: code in memory, metadata, and the lookups that both need.

use super::code::Code;
use super::core_types;
use super::engine::Engine;
use super::error::{LinkError, Result};
use super::trap::{Frame, SourceLine};
use crate::model::{FuncKey, Resource};
use crate::object::artifact::{Artifact, CoreFuncType};
use crate::object::lines::LineTable;
use crate::object::load::{LoadError, ObjectFile, read_lines};
use crate::object::sites::{Place, SiteTable};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// A loaded object. Shared by all its instances.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) engine: Engine,
    pub(crate) artifact: Artifact,
    pub(crate) code: Code,
    /// The bytes of data segments, where segment slots point to.
    pub(crate) data: Box<[u8]>,
    /// Engine-wide identities of the core types, by `CoreTypeId`.
    pub(crate) type_ids: Box<[u32]>,
    /// Where functions start.
    starts: HashMap<FuncKey, u32>,
    /// Where code comes from.
    sites: Arc<SiteTable>,
    lines: SourceLines,
}

impl Image {
    /// Loads an object that must hold a core module, or a component.
    pub(crate) fn load(engine: &Engine, bytes: &[u8], module: bool) -> Result<Self> {
        if cfg!(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))) {
            return Err(LoadError::UnsupportedHost(std::env::consts::ARCH).into());
        }
        let object = ObjectFile::read(bytes)?;
        if object.artifact.is_module != module {
            let name = |module| if module { "module" } else { "component" };
            return Err(LoadError::WrongKind { found: name(!module), expected: name(module) }.into());
        }
        Ok(Self::from_parts(engine, object)?)
    }

    /// Loads what was read already.
    pub(crate) fn from_parts(engine: &Engine, object: ObjectFile<'_>) -> Result<Self, LoadError> {
        let code = Code::load(&object)?;
        let ObjectFile { mut artifact, data, sites, lines, .. } = object;
        let type_ids = core_types::canonicalize(engine, &mut artifact)?;
        engine.profile(&code, &artifact.functions)?;
        Ok(Image {
            engine: engine.clone(),
            code,
            data: data.into(),
            type_ids,
            sites,
            lines: SourceLines { encoded: lines.into(), decoded: OnceLock::new() },
            starts: artifact.functions.iter().map(|f| (f.key, f.start)).collect(),
            artifact,
        })
    }

    /// The address of a function, if the object has it.
    pub(crate) fn find(&self, key: FuncKey) -> Option<*const u8> {
        let start = *self.starts.get(&key)?;
        ((start as usize) < self.code.addresses().len()).then(|| self.code.address(start))
    }

    /// The address of a function that the object must have.
    pub(crate) fn function(&self, key: FuncKey) -> Result<*const u8, LinkError> {
        self.find(key).ok_or_else(|| LinkError::Malformed(format!("the function {key:?} is missing")))
    }

    /// The entry trampoline for core functions of this type, if the object has one.
    pub(crate) fn core_entry(&self, ty: &CoreFuncType) -> Option<*const u8> {
        let mut candidates = self.artifact.core_types.iter().enumerate().filter(|(_, t)| *t == ty);
        candidates.find_map(|(index, _)| self.find(FuncKey::CoreEntry(index as u32)))
    }

    /// The resource type with this identity.
    pub(crate) fn resource(&self, identity: u32) -> Option<&Resource> {
        self.artifact.resources.get(identity as usize)
    }

    /// Appends the frames that an address in this code stands for, innermost first: what was inlined, then the function that
    /// it lies in. It is that of an instruction, or one that a call returns to. Entries from the host are left out.
    pub(crate) fn frames(&self, address: usize, returns: bool, frames: &mut Vec<Frame>) {
        let at = (address - self.code.addresses().start) as u32;
        let places = self.sites.places(at, returns);
        let outermost = places.len().saturating_sub(1);
        frames.extend(places.iter().enumerate().filter_map(|(index, place)| self.frame(*place, index < outermost)));
    }

    /// The frame of a call at an offset of the input.
    pub(crate) fn call(&self, source: u32) -> Option<Frame> {
        let starts = self.artifact.functions.iter().map(|function| function.source).enumerate();
        let (function, _) = starts.filter(|(_, start)| (1..=source).contains(start)).max_by_key(|(_, start)| *start)?;
        self.frame(Place { function: function as u32, source: Some(source) }, false)
    }

    /// Where in the input the call of core code is that returns to an address.
    pub(crate) fn call_source(&self, return_address: usize) -> Option<u32> {
        let at = u32::try_from(return_address.checked_sub(self.code.addresses().start)?).ok()?;
        self.sites.places(at, true).first()?.source
    }

    fn frame(&self, place: Place, inlined: bool) -> Option<Frame> {
        let entry = self.artifact.functions.get(place.function as usize)?;
        let (module, index) = match entry.key {
            FuncKey::Core(module, defined) => (Some(module), Some(defined)),
            FuncKey::Init(module) => (Some(module), None),
            FuncKey::Canon(_) | FuncKey::Lift(_) | FuncKey::Dtor(_) => (None, None),
            FuncKey::Entry(_) | FuncKey::CoreEntry(_) | FuncKey::HostCall(_) | FuncKey::Throw => return None,
        };
        let module = module.and_then(|index| self.artifact.modules.get(index as usize));
        let in_module = module.and_then(|module| entry.name.strip_prefix(&module.name)?.strip_prefix('.'));
        Some(Frame {
            module: module.map(|module| module.name.clone()),
            function: in_module.unwrap_or(&entry.name).to_owned(),
            function_index: index.zip(module).and_then(|(index, module)| index.checked_add(module.imported_funcs)),
            offset: place.source,
            module_offset: place
                .source
                .zip(module)
                .and_then(|(at, module)| at.checked_sub(u32::try_from(module.start).ok()?)),
            inlined,
            source: place.source.and_then(|offset| self.lines.find(offset)),
        })
    }
}

/// Source lines, which few runs ask for.
#[derive(Debug)]
struct SourceLines {
    encoded: Box<[u8]>,
    decoded: OnceLock<LineTable>,
}

impl SourceLines {
    fn find(&self, offset: u32) -> Option<SourceLine> {
        let (file, line) = self.decoded.get_or_init(|| read_lines(&self.encoded).decode()).find(offset)?;
        Some(SourceLine { file: file.to_owned(), line: line.line, column: (line.column != 0).then_some(line.column) })
    }
}
