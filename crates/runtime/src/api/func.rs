//! Component functions that the host can call.

use crate::call::entry::{Entry, enter};
use crate::error::Result;
use crate::error::value::{PathStep, ValueError};
use crate::image::loaded::Image;
use crate::store::arena_scope::ArenaScope;
use crate::store::record::{Instance, InstanceRecord};
use crate::store::state::{AsContextMut, Failure, StoreState};
use crate::value::reflection::FuncSignature;
use crate::value::val::Val;
use crate::value::val_layout::{lift_val, lower_val};
use crate::value::{LiftContext, LowerContext};
use cantilever_abi::block::{HOST_SUCCEEDED, HostCallee};
use cantilever_abi::layout::{Layout, offsets};
use cantilever_abi::{FuncKey, FuncType, PointerWidth};
use cantilever_object::artifact::{ExportEntry, ImportSlot};
use std::sync::Arc;

/// A function that an instance exports.
#[derive(Debug, Clone)]
pub struct Func {
    pub(super) instance: Instance,
    pub(super) export: Arc<ExportedFunc>,
    /// That of the export, at hand for calls.
    pub(super) target: Target,
}

/// What all instances of a component have in common of a function that it exports.
#[derive(Debug)]
pub(super) struct ExportedFunc {
    pub(super) image: Arc<Image>,
    pub(super) name: Arc<str>,
    pub(super) ty: FuncType,
    target: Target,
}

/// What a call of a function runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// A lifted function, through its entry trampoline.
    Guest(Entry),
    /// An import that the component exports again: the `HostCallee` at this offset of the block.
    Host(u32),
}

/// The type of an exported function.
pub(crate) fn signature<'a>(image: &'a Image, entry: &'a ExportEntry) -> Option<&'a FuncType> {
    match entry {
        ExportEntry::Func { ty, .. } => Some(ty),
        ExportEntry::Import(index) => match &image.artifact.imports.get(*index as usize)?.kind {
            ImportSlot::Func { ty, .. } => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

impl ExportedFunc {
    /// The function that a component exports at a path.
    pub(super) fn find(image: &Arc<Image>, path: &str) -> Option<Self> {
        let (_, entry) = super::export::find(&image.artifact.exports, path)?;
        let ty = signature(image, entry)?.clone();
        let target = match entry {
            ExportEntry::Func { lift, .. } => {
                let code = image.find(FuncKey::Entry(*lift))?;
                // SAFETY: a function with this key has this type; the image lives as long as this.
                Target::Guest(unsafe { std::mem::transmute::<*const u8, Entry>(code) })
            }
            ExportEntry::Import(index) => match image.artifact.imports.get(*index as usize)?.kind {
                ImportSlot::Func { at, .. } => Target::Host(at),
                _ => return None,
            },
            _ => return None,
        };
        Some(ExportedFunc { image: image.clone(), name: path.into(), ty, target })
    }
}

impl Func {
    /// The function of an instance of the same image.
    pub(super) fn new(instance: Instance, export: Arc<ExportedFunc>) -> Self {
        Func { instance, target: export.target, export }
    }

    /// The path by which it was looked up.
    pub fn name(&self) -> &str {
        &self.export.name
    }

    /// Names and types of the parameters, and the type of the result.
    pub fn signature(&self) -> FuncSignature {
        FuncSignature::new(&self.export.image, &self.export.ty)
    }

    /// Calls the function with values of any type.
    pub fn call(&self, mut store: impl AsContextMut, params: &[Val]) -> Result<Option<Val>> {
        let mut store = store.as_context_mut();
        let record = self.instance.record(&store)?;
        if params.len() != self.export.ty.params.len() {
            return Err(ValueError::Count { expected: self.export.ty.params.len(), found: params.len() }.into());
        }
        let types = &self.export.image.artifact.types;
        let types_of_params = || self.export.ty.params.iter().map(|(_, ty)| *ty);
        let whole = Layout::record(types_of_params().map(|ty| types.layout(ty, PointerWidth::W64)));
        let result_layout = Layout::record(self.export.ty.result.iter().map(|ty| types.layout(*ty, PointerWidth::W64)));
        // SAFETY: the context stands for exclusive access to the store, which outlives the scope.
        let scope = unsafe { ArenaScope::new(store.state_ptr()) };
        // SAFETY: as above, and no guest runs while parameters are lowered.
        let mut cx = unsafe { LowerContext::for_params(store.state_ptr(), record, &self.export.name) };
        let param_buffer = cx.alloc_layout(whole)?;
        let offsets = offsets(types, types_of_params(), PointerWidth::W64);
        for (index, ((ty, offset), val)) in offsets.zip(params).enumerate() {
            // SAFETY: the buffer has the layout of the tuple of the parameters.
            let lowered = unsafe { lower_val(&mut cx, ty, val, param_buffer.add(offset as usize)) };
            lowered.map_err(|e| e.within(PathStep::Param(index, self.export.ty.params[index].0.clone())))?;
        }
        let results = cx.alloc_layout(result_layout)?;
        cx.give();
        // SAFETY: the buffers hold the parameters, and have room for the result, in the layout of
        // this function's type.
        unsafe {
            results.write_bytes(0, result_layout.size as usize);
            call_raw(store.state_ptr(), record, self.target, param_buffer, results)?;
        }
        // SAFETY: the guest has returned; nobody refers to the store's state.
        let mut cx = unsafe { LiftContext::new(record) };
        // SAFETY: the adapter has written the result.
        let result = self.export.ty.result.map(|ty| unsafe { lift_val(&mut cx, ty, results) }).transpose();
        drop(scope);
        Ok(result.map_err(|e| e.within(PathStep::Result))?)
    }
}

/// Calls a function whose parameters are lowered.
///
/// # Safety
///
/// `store` must own `record`, with no reference to its state alive; `target` must be a function of
/// the record's image; `params` and `results` must fit its type.
#[inline(always)]
pub(crate) unsafe fn call_raw(
    store: *mut StoreState,
    record: &InstanceRecord,
    target: Target,
    params: *mut u8,
    results: *mut u8,
) -> Result<()> {
    // SAFETY: the caller vouches for it all.
    unsafe {
        (*store).arena.begin_activation();
        match target {
            Target::Guest(entry) => enter(store, record, |block, landing| entry(block, params, results, landing)),
            Target::Host(at) => call_host(store, record, at, params, results),
        }
    }
}

/// Calls a host function that a component exports again.
///
/// # Safety
///
/// As [`call_raw`], where `at` is what the target names.
#[cold]
unsafe fn call_host(
    store: *mut StoreState,
    record: &InstanceRecord,
    at: u32,
    params: *mut u8,
    results: *mut u8,
) -> Result<()> {
    let callee = record.block.at::<HostCallee>(at)?;
    // SAFETY: instantiation filled the slot with a function of this type; the caller vouches for
    // the buffers.
    unsafe {
        let Some(func) = (*callee).func else { return Ok(()) };
        match func((*callee).data, record.block.header(), params, results) {
            HOST_SUCCEEDED => Ok(()),
            _ => Failure::outside_guests((*store).failure.take()),
        }
    }
}
