//! Makes an instance: takes a block that has everything in it that all instances of the object have
//! in common, adds what is this instance's, and runs the late steps.

use super::entry::enter_core;
use super::host_func::HostBinding;
use crate::error::{Error, LinkError, Result};
use crate::handle::history::HandleHistory;
use crate::image::loaded::Image;
use crate::store::arena_scope::ArenaScope;
use crate::store::record::{HostTypes, Instance, InstanceRecord};
use crate::store::state::StoreState;
use cantilever_abi::block::{Context, FuncDef, HostCallee};
use cantilever_object::artifact::{ImportSlot, LateStep};
use std::any::Any;
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// For each import of a component the host function in its slot; none for a resource type without
/// destructor.
pub(crate) type ImportBindings = Vec<Option<HostBinding>>;

/// Makes an instance of a component.
///
/// # Safety
///
/// `bindings` must have been checked against the imports, for the type of the store's data. Nobody
/// may have a reference to the store's state.
pub(crate) unsafe fn instantiate(
    store: *mut StoreState,
    image: &Arc<Image>,
    host_types: Arc<HostTypes>,
    bindings: Arc<ImportBindings>,
) -> Result<Instance> {
    // SAFETY: the caller vouches for it; no guest runs before `run_late_steps`.
    let record = unsafe { &*new_record(&mut *store, image, host_types, bindings.clone())? };
    for (import, binding) in image.artifact.imports.iter().zip(&*bindings) {
        let (ImportSlot::Func { at, .. } | ImportSlot::Resource { at, .. }) = import.kind else { continue };
        let callee = host_callee(record, binding.as_ref());
        // SAFETY: `at` checks that the place lies in the block.
        unsafe { record.block.at::<HostCallee>(at)?.write(callee) };
    }
    // SAFETY: the caller vouches for the store; the imports are in place.
    unsafe { run_late_steps(store, record)? };
    Ok(Instance::new(record))
}

/// A `HostCallee` for a host function in a block.
pub(crate) fn host_callee(record: &InstanceRecord, binding: Option<&HostBinding>) -> HostCallee {
    HostCallee {
        context: context(record),
        func: binding.map(|b| b.func),
        data: binding.map_or(std::ptr::null_mut(), HostBinding::data),
        keeps_strings: binding.is_some_and(|binding| binding.keeps_strings).into(),
    }
}

/// A context of an instance, for host functions.
fn context(record: &InstanceRecord) -> Context {
    let header = record.block.header();
    Context {
        stack_limit: AtomicUsize::new(0),
        intrinsics: record.image.engine.intrinsics(),
        block: header,
        // SAFETY: the header is the block's, which lives as long as the record.
        type_ids: unsafe { (*header).context.type_ids },
        fuel: std::ptr::null_mut(),
    }
}

/// Takes a block for an instance, and fills in what does not depend on imports. The store owns the
/// record.
pub(crate) fn new_record(
    store: &mut StoreState,
    image: &Arc<Image>,
    host_types: Arc<HostTypes>,
    bindings: Arc<dyn Any + Send + Sync>,
) -> Result<*const InstanceRecord> {
    assert!(store.engine.same(&image.engine), "types are compared by the identities of one engine");
    store.limits.check_instances(store.instances.len() + 1)?;
    store.check_supervision(image.artifact.supervision)?;
    image.plan.check(&store.limits)?;
    if image.artifact.keeps_exceptions {
        store.exceptions.keep();
    }
    let index = u32::try_from(store.instances.len()).map_err(|e| Error::Resources(e.to_string()))?;
    let record = Box::new(InstanceRecord {
        image: image.clone(),
        block: ManuallyDrop::new(image.block()?),
        index,
        store_id: store.id,
        history: HandleHistory::default(),
        host_types,
        _bindings: bindings,
    });
    if store.limits.handles != u32::MAX {
        record.limit_handles(store.limits.handles);
    }
    let address = std::ptr::from_ref(&*record);
    let header = record.block.header();
    // SAFETY: nobody else refers to the block yet, which begins with a header; the template, which
    // was written to it, has room for the contexts.
    unsafe {
        (*header).store = std::ptr::from_mut(store).cast();
        (*header).instance = address.cast_mut().cast();
        for at in &image.plan.template.contexts {
            store.add_context(header.byte_add(*at as usize).cast());
        }
    }
    store.instances.push(record);
    Ok(address)
}

/// Runs the object's late steps.
///
/// # Safety
///
/// `store` must own `record`, with no reference to its state alive; the imports must be in place.
pub(crate) unsafe fn run_late_steps(store: *mut StoreState, record: &InstanceRecord) -> Result<()> {
    // SAFETY: the caller vouches for the store, which outlives this call.
    let _scope = unsafe { ArenaScope::of_activation(store) };
    for step in &record.image.plan.late_steps {
        // SAFETY: the caller vouches for it.
        unsafe { run_late_step(store, record, step)? };
    }
    Ok(())
}

/// # Safety
///
/// As [`run_late_steps`].
unsafe fn run_late_step(store: *mut StoreState, record: &InstanceRecord, step: &LateStep) -> Result<()> {
    let (block, image) = (&record.block, &record.image);
    // SAFETY: `at` and `array` check that places lie in the block; the steps are the compiler's, so
    // what is read from a place was written there before. The caller vouches for the store.
    unsafe {
        match *step {
            LateStep::CopyFuncDef { at, from } => block.at::<FuncDef>(at)?.write(block.at::<FuncDef>(from)?.read()),
            LateStep::CopyPointer { at, from } => block.at::<*mut u8>(at)?.write(block.at::<*mut u8>(from)?.read()),
            LateStep::Init { func, entry, ctx, instance } => {
                if instance >= block.layout().instance_count {
                    return Err(LinkError::Malformed("a step names an unknown component instance".to_owned()).into());
                }
                block.forget_task(instance);
                let target = (image.function(func)?, block.at::<Context>(ctx)?.cast::<c_void>());
                enter_core(store, record, image.function(entry)?, target, &mut [])?;
            }
        }
    }
    Ok(())
}
