//! A loaded object: code in memory, metadata, and the lookups that both need.

use super::code::Code;
use super::core_types;
use super::engine::Engine;
use super::parts::Parts;
use super::plan::InstancePlan;
use super::prepared_block::PreparedBlock;
use super::source::SourceLines;
use crate::error::{LinkError, Result};
use cantilever_abi::{FuncKey, Resource};
use cantilever_object::artifact::{Artifact, CoreFuncType};
use cantilever_object::load::{LoadError, ObjectFile};
use cantilever_object::sites::SiteTable;
use cantilever_object::trusted::TrustedObject;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A loaded object. Shared by all its instances.
#[derive(Debug)]
pub(crate) struct Image {
    /// Tells images apart, those that are gone included.
    id: u64,
    pub(crate) engine: Engine,
    pub(crate) artifact: Artifact,
    pub(crate) code: Code,
    /// What all instances have in common.
    pub(crate) plan: InstancePlan,
    /// Engine-wide identities of the core types, by `CoreTypeId`.
    pub(crate) type_ids: Box<[u32]>,
    /// Where in the code each `FuncKey::FillEntry` starts.
    fill_entries: Box<[u32]>,
    /// Where code comes from.
    pub(super) sites: Arc<SiteTable>,
    pub(super) lines: SourceLines,
}

impl Image {
    /// Loads an object that must hold a core module, or a component.
    pub(crate) fn load(engine: &Engine, object: &TrustedObject<'_>, module: bool) -> Result<Self> {
        if cfg!(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))) {
            return Err(LoadError::UnsupportedHost(std::env::consts::ARCH).into());
        }
        let object = ObjectFile::read(object.bytes())?;
        if object.artifact.is_module != module {
            let name = |module| if module { "core module" } else { "component" };
            return Err(LoadError::WrongKind { found: name(!module), expected: name(module) }.into());
        }
        // SAFETY: whoever made it a trusted object vouches for it.
        Ok(unsafe { Self::from_parts(engine, object)? })
    }

    /// Loads what was read already.
    ///
    /// # Safety
    ///
    /// The object must be what the compiler wrote: calls of safe functions will run its code.
    pub(crate) unsafe fn from_parts(engine: &Engine, object: ObjectFile<'_>) -> Result<Self, LoadError> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let code = Code::load(&object)?;
        let ObjectFile { mut artifact, data, sites, lines, .. } = object;
        let type_ids = core_types::canonicalize(engine.types(), &mut artifact)?;
        engine.profile(&code, &artifact.functions)?;
        let plan = InstancePlan::new(Parts {
            instantiation: std::mem::take(&mut artifact.instantiation),
            elements: std::mem::take(&mut artifact.elements),
            layout: &artifact.layout,
            memory_reservation: artifact.memory_reservation,
            data,
            code: &code,
            type_ids: &type_ids,
            handle_quota: engine.handle_quota(artifact.layout.handle_capacity),
            intrinsics: engine.intrinsics(),
        })?;
        let fill_entries = (0..).map_while(|index| code.start(FuncKey::FillEntry(index))).collect();
        Ok(Image {
            id: NEXT_ID.fetch_add(1, Relaxed),
            engine: engine.clone(),
            code,
            plan,
            type_ids,
            fill_entries,
            sites,
            lines: SourceLines::new(lines),
            artifact,
        })
    }

    /// A block for an instance: one that is idle, or a new one.
    pub(crate) fn block(&self) -> Result<PreparedBlock> {
        let block = self.engine.idle().take(self.id).map_or_else(|| PreparedBlock::new(&self.plan), Ok)?;
        block.copy_contents(&self.plan);
        Ok(block)
    }

    /// Keeps the block of an instance that has ended, if it can be used again.
    pub(crate) fn give_back(&self, block: PreparedBlock) {
        let limit = self.engine.idle_limit();
        if block.reservations() <= limit && block.reset(&self.plan).is_ok() {
            self.engine.idle().put(self.id, block, limit);
        }
    }

    /// The address of a function, if the object has it.
    pub(crate) fn find(&self, key: FuncKey) -> Option<*const u8> {
        self.code.find(key)
    }

    /// The address of a function that the object must have.
    pub(crate) fn function(&self, key: FuncKey) -> Result<*const u8, LinkError> {
        self.find(key).ok_or_else(|| LinkError::Malformed(format!("the function {key:?} is missing")))
    }

    /// The address of the `FuncKey::FillEntry` with an index.
    pub(crate) fn fill_entry(&self, index: u64) -> Result<*const u8, LinkError> {
        let entry = usize::try_from(index).ok().and_then(|index| self.fill_entries.get(index));
        let missing = || LinkError::Malformed(format!("the fill entry {index} is missing"));
        entry.map(|start| self.code.address(*start)).ok_or_else(missing)
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
}

impl Drop for Image {
    fn drop(&mut self) {
        self.engine.idle().forget(self.id);
    }
}
