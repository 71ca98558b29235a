//! Makes an instance: reserves its block, fills it in, and runs the object's steps.

use super::block_memory::BlockMemory;
use super::entry::enter_core;
use super::error::{Error, LinkError, Result};
use super::handle_history::HandleHistory;
use super::host_func::HostBinding;
use super::image::Image;
use super::instance::{HostTypes, Instance, InstanceRecord};
use super::intrinsics::INTRINSICS;
use super::linear_memory::LinearMemory;
use super::store::StoreState;
use super::table::Table;
use crate::block::intrinsics::SegmentSlot;
use crate::block::{Context, FuncDef, HostCallee, MemoryDef, TableDef};
use crate::object::artifact::{ImportSlot, Step};
use std::any::Any;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// For each import of a component the host function in its slot; none for a resource type without destructor.
pub(crate) type ImportBindings = Vec<Option<HostBinding>>;

/// How many handles a table can hold before its slow path runs.
const INITIAL_HANDLES: u32 = 256;

/// Makes an instance of a component.
///
/// # Safety
///
/// `bindings` must have been checked against the imports, for the type of the store's data. Nobody may have a reference
/// to the store's state.
pub(crate) unsafe fn instantiate(
    store: *mut StoreState,
    image: &Arc<Image>,
    host_types: Arc<HostTypes>,
    bindings: Arc<ImportBindings>,
) -> Result<Instance> {
    // SAFETY: the caller vouches for it; no guest runs before `run_steps`.
    let record = unsafe { &*new_record(&mut *store, image, host_types, bindings.clone())? };
    for (import, binding) in image.artifact.imports.iter().zip(&*bindings) {
        let (ImportSlot::Func { at, .. } | ImportSlot::Resource { at, .. }) = import.kind else { continue };
        let callee = host_callee(record, binding.as_ref());
        // SAFETY: `at` checks that the place lies in the block.
        unsafe { record.block.at::<HostCallee>(at)?.write(callee) };
    }
    // SAFETY: the caller vouches for the store; the imports are in place.
    unsafe { run_steps(store, record)? };
    Ok(Instance::new(record))
}

/// A `HostCallee` for a host function in a block.
pub(crate) fn host_callee(record: &InstanceRecord, binding: Option<&HostBinding>) -> HostCallee {
    HostCallee {
        context: context(record),
        func: binding.map(|b| b.func),
        data: binding.map_or(std::ptr::null_mut(), HostBinding::data),
    }
}

/// A context of an instance. Its stack limit and fuel are set when it is added to the store.
fn context(record: &InstanceRecord) -> Context {
    let type_ids = record.block.layout().type_ids as usize;
    Context {
        stack_limit: AtomicUsize::new(0),
        intrinsics: &INTRINSICS,
        block: record.block.header(),
        // SAFETY: the block's layout was checked when it was reserved.
        type_ids: unsafe { record.block.header().cast::<u8>().add(type_ids).cast() },
        fuel: std::ptr::null_mut(),
    }
}

/// Reserves a block, and fills in what does not depend on imports and steps. The store owns the record.
pub(crate) fn new_record(
    store: &mut StoreState,
    image: &Arc<Image>,
    host_types: Arc<HostTypes>,
    bindings: Arc<dyn Any + Send + Sync>,
) -> Result<*const InstanceRecord> {
    if store.instances.len() >= store.limits.instances {
        return Err(Error::Resources("the store has as many instances as its limits allow".to_owned()));
    }
    store.check_supervision(image.artifact.supervision)?;
    if image.artifact.keeps_exceptions {
        store.exceptions.keep();
    }
    let layout = &image.artifact.layout;
    let block = BlockMemory::reserve(layout).map_err(|e| Error::out_of_resources("an instance", &e))?;
    let record = Box::new(InstanceRecord {
        image: image.clone(),
        block,
        index: u32::try_from(store.instances.len()).map_err(|e| Error::Resources(e.to_string()))?,
        store_id: store.id,
        history: HandleHistory::default(),
        host_types,
        _bindings: bindings,
    });
    let type_ids = record.block.array::<u32>(layout.type_ids, image.type_ids.len() as u64)?;
    let address = std::ptr::from_ref(&*record);
    let header = record.block.header();
    // SAFETY: the block is new and nobody else refers to it; `reserve` and `array` checked the places.
    unsafe {
        (*header).context = context(&record);
        (*header).store = std::ptr::from_mut(store).cast();
        (*header).instance = address.cast_mut().cast();
        type_ids.copy_from_nonoverlapping(image.type_ids.as_ptr(), image.type_ids.len());
        let quota = image.engine.handle_quota(layout.handle_capacity);
        for instance in 0..layout.instance_count {
            let state = record.block.instance_state(instance);
            (*state).may_leave = 1;
            (*state).handles.free_head = 1;
            (*state).handles.limit = INITIAL_HANDLES.min(quota);
            (*state).handles.quota = quota;
        }
        store.add_context(&raw mut (*header).context);
    }
    store.instances.push(record);
    Ok(address)
}

/// Runs the object's steps.
///
/// # Safety
///
/// `store` must own `record`, with no reference to its state alive; the imports must be in place.
pub(crate) unsafe fn run_steps(store: *mut StoreState, record: &InstanceRecord) -> Result<()> {
    for step in &record.image.artifact.steps {
        // SAFETY: the caller vouches for it.
        unsafe { run_step(store, record, step)? };
    }
    Ok(())
}

/// # Safety
///
/// As [`run_steps`].
unsafe fn run_step(store: *mut StoreState, record: &InstanceRecord, step: &Step) -> Result<()> {
    let (block, image) = (&record.block, &record.image);
    // SAFETY: `at` and `array` check that places lie in the block; the steps are the compiler's, so what is read from
    // a place was written there before. The caller vouches for the store.
    unsafe {
        match *step {
            Step::Context { at } => {
                let place = block.at::<Context>(at)?;
                place.write(context(record));
                (*store).add_context(place);
            }
            Step::Memory { at, limits } => {
                let def = block.at::<MemoryDef>(at)?;
                let memory =
                    LinearMemory::new(def, limits, image.artifact.memory_reservation, (*store).limits.memory_bytes);
                let memory = memory.map_err(|e| Error::out_of_resources("a linear memory", &e))?;
                (*store).memories.insert(def as usize, memory);
            }
            Step::Table { at, limits } => {
                let def = block.at::<TableDef>(at)?;
                let table = Table::new(def, limits, (*store).limits.table_elements);
                let table = table.map_err(|e| Error::out_of_resources("a table", &e))?;
                (*store).tables.insert(def as usize, table);
            }
            Step::FuncDef { at, func, ctx, ty } => {
                let type_id = image.type_ids.get(ty.as_u32() as usize);
                let type_id = *type_id.ok_or_else(|| LinkError::Malformed("unknown core type".to_owned()))?;
                let vmctx = block.at::<Context>(ctx)?.cast::<c_void>();
                block.at::<FuncDef>(at)?.write(FuncDef { code: image.function(func)?, vmctx, type_id, reserved: 0 });
            }
            Step::CopyFuncDef { at, from } => block.at::<FuncDef>(at)?.write(block.at::<FuncDef>(from)?.read()),
            Step::Pointer { at, to } => block.at::<*mut u8>(at)?.write(block.at::<u8>(to)?),
            Step::CopyPointer { at, from } => block.at::<*mut u8>(at)?.write(block.at::<*mut u8>(from)?.read()),
            Step::Data { at, start, len } => {
                let end = start.checked_add(len).filter(|end| *end <= image.data.len() as u64);
                end.ok_or_else(|| LinkError::Malformed("a data segment lies outside its section".to_owned()))?;
                let base = image.data.as_ptr().add(start as usize);
                block.at::<SegmentSlot>(at)?.write(SegmentSlot { base, len });
            }
            Step::Elems { at, storage, len } => {
                let base = block.array::<u64>(storage, len)?.cast_const().cast();
                block.at::<SegmentSlot>(at)?.write(SegmentSlot { base, len });
            }
            Step::Init { func, entry, ctx } => {
                let target = (image.function(func)?, block.at::<Context>(ctx)?.cast::<c_void>());
                enter_core(store, record, image.function(entry)?, target, &mut [])?;
            }
        }
    }
    Ok(())
}
