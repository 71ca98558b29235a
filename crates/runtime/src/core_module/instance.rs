//! Core modules and their instances.

use super::items::{CoreExtern, CoreFunc, CoreFuncKind, CoreGlobal, CoreMemory, CoreTable, CoreTag};
use super::matching::check;
use crate::call::instantiate::{host_callee, new_record, run_late_steps};
use crate::error::value::ValueError;
use crate::error::{LinkError, Result};
use crate::image::engine::Engine;
use crate::image::loaded::Image;
use crate::store::record::{Instance, InstanceRecord};
use crate::store::state::{AsContextMut, StoreState};
use cantilever_abi::block::{Context, FuncDef, HostCallee};
use cantilever_abi::{CoreTypeId, FuncKey, Place};
use cantilever_object::artifact::{CoreFuncType, ExportEntry, ImportSlot};
use cantilever_object::trusted::TrustedObject;
use std::ffi::c_void;
use std::sync::Arc;

/// A core module as native code, ready to be instantiated. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Module(pub(crate) Arc<Image>);

impl Module {
    /// Loads an object that was compiled from a core module.
    ///
    /// Every byte is checked against the checksums of the object first, so damage is an error. That
    /// is no protection from an object that somebody has made to do harm.
    ///
    /// # Errors
    ///
    /// [`Error::Load`](crate::Error::Load), which says what is wrong with the object and where.
    ///
    /// # Safety
    ///
    /// The object must be what `cantilever::compile` of this version returned, unchanged. It is
    /// native code: once it is loaded, calls of safe functions run it in this process, in no
    /// sandbox. Trust it as you trust the program that loads it.
    pub unsafe fn from_object(engine: &Engine, object: &[u8]) -> Result<Self> {
        // SAFETY: the caller vouches for it.
        Self::from_trusted(engine, &unsafe { TrustedObject::new(object) })
    }

    /// Loads an object that somebody has vouched for already.
    pub fn from_trusted(engine: &Engine, object: &TrustedObject<'_>) -> Result<Self> {
        Ok(Module(Arc::new(Image::load(engine, object, true)?)))
    }

    /// The engine that it was loaded for.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Module and field of each import.
    pub fn imports(&self) -> impl Iterator<Item = &[String]> {
        self.0.artifact.imports.iter().map(|import| import.path.as_slice())
    }
}

/// An instance of a core module. It lives in a store; this is its name, cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct CoreInstance(Instance);

impl CoreInstance {
    /// Makes an instance. `imports` are in the order of [`Module::imports`].
    pub fn new<C: AsContextMut>(mut store: C, module: &Module, imports: &[CoreExtern]) -> Result<Self>
    where
        C::Data: 'static,
    {
        let mut store = store.as_context_mut();
        let artifact = &module.0.artifact;
        store.state().engine.admit(module.engine(), "module", "store")?;
        if imports.len() != artifact.imports.len() {
            return Err(ValueError::Count { expected: artifact.imports.len(), found: imports.len() }.into());
        }
        let state = store.state();
        for (import, given) in artifact.imports.iter().zip(imports) {
            let incompatible = |reason: String| LinkError::IncompatibleImport { path: import.path.join("/"), reason };
            if !of_store::<C::Data>(given, state) {
                return Err(LinkError::WrongStore.into());
            }
            check(state, &module.0, &import.kind, given).map_err(incompatible)?;
        }
        let record = new_record(state, &module.0, Arc::new([]), Arc::new(()))?;
        // SAFETY: the store owns the record in a box.
        let record = unsafe { &*record };
        for (import, given) in artifact.imports.iter().zip(imports) {
            bind(state, record, &import.kind, given)?;
        }
        // SAFETY: the imports are in place; `state` is not used any more.
        unsafe { run_late_steps(store.state_ptr(), record)? };
        Ok(CoreInstance(Instance::new(record)))
    }

    /// The export of this name.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<CoreExtern> {
        let record = self.0.record(&store.as_context_mut()).ok()?;
        let (_, entry) = record.image.artifact.exports.iter().find(|(n, _)| n == name)?;
        export(self.0, record, entry).ok().flatten()
    }

    /// The exported function of this name.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<CoreFunc> {
        match self.get_export(store, name)? {
            CoreExtern::Func(func) => Some(func),
            _ => None,
        }
    }

    /// All exports.
    pub fn exports(&self, mut store: impl AsContextMut) -> Result<Vec<(String, CoreExtern)>> {
        let record = self.0.record(&store.as_context_mut())?;
        let mut exports = Vec::new();
        for (name, entry) in &record.image.artifact.exports {
            if let Some(item) = export(self.0, record, entry)? {
                exports.push((name.clone(), item));
            }
        }
        Ok(exports)
    }
}

/// Does an item belong to this store, whose data has type `T`?
fn of_store<T: 'static>(item: &CoreExtern, store: &StoreState) -> bool {
    let id = match item {
        CoreExtern::Func(CoreFunc { kind: CoreFuncKind::Host(host), .. }) => return host.is_for::<T>(),
        CoreExtern::Func(CoreFunc { kind: CoreFuncKind::Instance { instance, .. }, .. }) => {
            return instance.is_of(store);
        }
        CoreExtern::Table(table) => table.store_id,
        CoreExtern::Memory(memory) => memory.store_id,
        CoreExtern::Global(global) => global.store_id,
        CoreExtern::Tag(tag) => tag.store_id,
    };
    id == store.id
}

/// Puts an item that matches into the slot of its import.
fn bind(store: &mut StoreState, record: &InstanceRecord, slot: &ImportSlot, given: &CoreExtern) -> Result<()> {
    let block = &record.block;
    let (at, address) = match (slot, given) {
        (ImportSlot::CoreFunc { ty, at }, CoreExtern::Func(func)) => {
            let def = match &func.kind {
                // SAFETY: the `FuncDef` lies in a block of this store.
                CoreFuncKind::Instance { def, .. } => unsafe { *(*def as *const FuncDef) },
                CoreFuncKind::Host(host) => {
                    let callee = HostCallee { func: Some(host.func), data: host.data(), ..host_callee(record, None) };
                    let callee = Box::new((callee, host.clone()));
                    let vmctx = (&raw const callee.0).cast_mut().cast::<c_void>();
                    store.host_items.push(callee);
                    let code = record.image.function(FuncKey::HostCall(ty.as_u32()))?;
                    FuncDef { code, vmctx, type_id: type_id(record, *ty)?, reserved: 0 }
                }
            };
            // SAFETY: `at` checks that the place lies in the block.
            unsafe { block.at::<FuncDef>(*at)?.write(def) };
            return Ok(());
        }
        (ImportSlot::CoreTable { at, .. }, CoreExtern::Table(table)) => (at, table.address),
        (ImportSlot::CoreMemory { at, .. }, CoreExtern::Memory(memory)) => (at, memory.address),
        (ImportSlot::CoreGlobal { at, .. }, CoreExtern::Global(global)) => (at, global.address),
        (ImportSlot::CoreTag { at, .. }, CoreExtern::Tag(tag)) => (at, tag.address),
        _ => unreachable!("imports are checked before they are bound"),
    };
    // SAFETY: as above.
    unsafe { block.at::<usize>(*at)?.write(address) };
    Ok(())
}

fn type_id(record: &InstanceRecord, ty: CoreTypeId) -> Result<u32, LinkError> {
    let id = record.image.type_ids.get(ty.as_u32() as usize).copied();
    id.ok_or_else(|| LinkError::Malformed("unknown core type".to_owned()))
}

fn core_type(record: &InstanceRecord, ty: CoreTypeId) -> Result<CoreFuncType, LinkError> {
    let ty = record.image.artifact.core_types.get(ty.as_u32() as usize).cloned();
    ty.ok_or_else(|| LinkError::Malformed("unknown core type".to_owned()))
}

/// The item that an export names.
fn export(instance: Instance, record: &InstanceRecord, entry: &ExportEntry) -> Result<Option<CoreExtern>, LinkError> {
    let store_id = record.store_id;
    Ok(Some(match entry {
        ExportEntry::CoreFunc { ty, at } => {
            let def = record.block.at::<FuncDef>(*at)? as usize;
            CoreExtern::Func(CoreFunc { ty: core_type(record, *ty)?, kind: CoreFuncKind::Instance { instance, def } })
        }
        ExportEntry::CoreTable { place, .. } => {
            CoreExtern::Table(CoreTable { store_id, address: address(record, *place)? })
        }
        ExportEntry::CoreMemory { place, .. } => {
            CoreExtern::Memory(CoreMemory { store_id, address: address(record, *place)? })
        }
        ExportEntry::CoreGlobal { ty, mutable, place } => {
            CoreExtern::Global(CoreGlobal { store_id, address: address(record, *place)?, ty: *ty, mutable: *mutable })
        }
        ExportEntry::CoreTag { ty, place } => {
            CoreExtern::Tag(CoreTag { store_id, address: address(record, *place)?, type_id: type_id(record, *ty)? })
        }
        _ => return Ok(None),
    }))
}

/// Where a place of the block leads.
fn address(record: &InstanceRecord, place: Place) -> Result<usize, LinkError> {
    match place {
        Place::Here(offset) => Ok(record.block.at::<u64>(offset)? as usize),
        // SAFETY: instantiation has put a pointer there.
        Place::Through(offset) => Ok(unsafe { *record.block.at::<usize>(offset)? }),
    }
}

/// A context is what every function gets as its hidden argument.
const _: () = assert!(std::mem::offset_of!(HostCallee, context) == 0 && align_of::<Context>() <= 8);
