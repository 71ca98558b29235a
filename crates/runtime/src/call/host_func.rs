//! Host functions as compiled code calls them: stubs that lift parameters, call the closure, and
//! lower its result.
//!
//! Neither an error nor a panic of the closure passes through a guest's frames: the store keeps it
//! until the entry that called the guest has landed.

use crate::error::HostError;
use crate::error::value::{PathStep, ValueError};
use crate::store::record::InstanceRecord;
use crate::store::state::{Caller, Failure, StoreContextMut, StoreState};
use crate::value::fill::InPlace;
use crate::value::val::Val;
use crate::value::val_layout::{lift_val, lower_val};
use crate::value::{ComponentType, LiftContext, LiftParams, Lower, LowerContext, TypeContext, ViewParams};
use cantilever_abi::block::{HOST_FAILED, HOST_SUCCEEDED, Header, HostFunc};
use cantilever_abi::layout::offsets;
use cantilever_abi::{FuncType, PointerWidth, ValType};
use std::any::Any;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A host function with the types of one import, as a `HostCallee` holds it.
#[derive(Clone)]
pub(crate) struct HostBinding {
    pub(crate) func: HostFunc,
    /// What `func`'s first argument points to.
    pub(crate) closure: Arc<dyn Any + Send + Sync>,
    /// Does it keep strings?
    pub(crate) keeps_strings: bool,
}

impl HostBinding {
    /// The first argument. Valid as long as the binding.
    pub(crate) fn data(&self) -> *mut c_void {
        Arc::as_ptr(&self.closure).cast_mut().cast()
    }
}

/// What a linker holds for a function: binds it to the type of an import, if it fits.
pub(crate) type BindHostFunc = dyn Fn(&FuncType, &TypeContext<'_>) -> Result<HostBinding, ValueError> + Send + Sync;

/// A closure bound to the type of an import.
pub(super) struct Bound<F> {
    pub(super) ty: FuncType,
    pub(super) closure: Arc<F>,
}

/// A function whose parameters and result are Rust types.
pub(crate) fn typed<T, P, R, F>(closure: F) -> Arc<BindHostFunc>
where
    T: 'static,
    P: LiftParams + 'static,
    R: Lower + ComponentType + 'static,
    F: Fn(Caller<'_, T>, P) -> Result<R, HostError> + Send + Sync + 'static,
{
    let closure = Arc::new(closure);
    Arc::new(move |ty, cx| {
        P::typecheck(&ty.params, cx)?;
        R::typecheck(ty.result, cx).map_err(|e| e.within(PathStep::Result))?;
        let bound = Bound { ty: ty.clone(), closure: closure.clone() };
        Ok(HostBinding { func: typed_stub::<T, P, R, F>, closure: Arc::new(bound), keeps_strings: true })
    })
}

/// A function that looks at its parameters where they lie, with access to the host's data alone.
pub(crate) fn viewing<T, P, R, F>(closure: F) -> Arc<BindHostFunc>
where
    T: 'static,
    P: ViewParams,
    R: Lower + ComponentType + 'static,
    F: for<'a> Fn(&'a mut T, P::Of<'a>) -> Result<R, HostError> + Send + Sync + 'static,
{
    let closure = Arc::new(closure);
    Arc::new(move |ty, cx| {
        P::typecheck(&ty.params, cx)?;
        R::typecheck(ty.result, cx).map_err(|e| e.within(PathStep::Result))?;
        let bound = Bound { ty: ty.clone(), closure: closure.clone() };
        Ok(HostBinding { func: viewing_stub::<T, P, R, F>, closure: Arc::new(bound), keeps_strings: false })
    })
}

/// A function over values of any type.
pub(crate) fn dynamic<T, F>(closure: F) -> Arc<BindHostFunc>
where
    T: 'static,
    F: Fn(Caller<'_, T>, Vec<Val>) -> Result<Option<Val>, HostError> + Send + Sync + 'static,
{
    let closure = Arc::new(closure);
    Arc::new(move |ty, _| {
        let bound = Bound { ty: ty.clone(), closure: closure.clone() };
        Ok(HostBinding { func: dynamic_stub::<T, F>, closure: Arc::new(bound), keeps_strings: true })
    })
}

/// The destructor of a resource type that the host implements.
pub(crate) fn destructor<T, F>(closure: F) -> HostBinding
where
    T: 'static,
    F: Fn(Caller<'_, T>, u32) -> Result<(), HostError> + Send + Sync + 'static,
{
    HostBinding { func: destructor_stub::<T, F>, closure: Arc::new(closure), keeps_strings: false }
}

/// Runs the body of a host function, and keeps what goes wrong for the store. Returns the status.
///
/// A body may call the instance again, and may tolerate that the call trapped. Its caller does not
/// go on then: after a trap no code of a root component runs again, not even what is on the stack
/// already.
///
/// # Safety
///
/// `block` must be the block of the calling instance, whose code waits for this to return.
pub(crate) unsafe fn guarded(
    block: *mut Header,
    body: impl FnOnce(*mut StoreState, &InstanceRecord) -> Result<(), HostError>,
) -> u32 {
    // SAFETY: the header of a live block leads to its store and its record, which outlive it.
    let (store, record) =
        unsafe { ((*block).store.cast::<StoreState>(), &*(*block).instance.cast::<InstanceRecord>()) };
    // SAFETY: the guest waits, so nobody refers to the store's state. The block is live.
    let poisoned = unsafe {
        (*store).arena.begin_host_call();
        (*block).poisoned
    };
    // The state of the store is consistent at every call of the host's code, so unwinding leaves
    // nothing half done.
    let outcome = catch_unwind(AssertUnwindSafe(|| body(store, record)));
    // SAFETY: as above; the body has ended.
    unsafe {
        (*store).arena.end_host_call();
        let failure = match outcome {
            Ok(Ok(())) if (*block).poisoned == poisoned => return HOST_SUCCEEDED,
            Ok(Ok(())) => Failure::Poisoned,
            Ok(Err(error)) => Failure::Error(error),
            Err(payload) => Failure::Panic(payload),
        };
        (*store).failure = Some(failure);
    }
    HOST_FAILED
}

/// Lowers what a closure gave, of which `in_place` is in the guest's memory already.
///
/// # Safety
///
/// `store` must own `record`, with no reference to its state alive. `results` must point to room
/// for a value of the type, which the type check accepted for `R`.
pub(super) unsafe fn lower_result<R: Lower>(
    (store, record): (*mut StoreState, &InstanceRecord),
    ty: Option<ValType>,
    (result, in_place): (&R, Option<InPlace>),
    results: *mut u8,
) -> Result<(), HostError> {
    // SAFETY: the caller vouches for the store and for the room.
    let (mut cx, room) =
        unsafe { (LowerContext::for_results(store, record, in_place), &mut *results.cast::<MaybeUninit<R::Raw>>()) };
    result.lower(&mut cx, ty, room).map_err(|e| e.within(PathStep::Result))?;
    cx.give();
    Ok(())
}

/// Lifts parameters of any type.
///
/// # Safety
///
/// `params` must be the parameters in the layout of the types.
unsafe fn lift_vals(
    cx: &mut LiftContext<'_>,
    types: &[(String, ValType)],
    params: *mut u8,
) -> Result<Vec<Val>, ValueError> {
    let layout = offsets(cx.types(), types.iter().map(|(_, ty)| *ty), PointerWidth::W64);
    let vals = layout.enumerate().map(|(index, (ty, offset))| {
        // SAFETY: the caller vouches for the parameters.
        let lifted = unsafe { lift_val(cx, ty, params.add(offset as usize)) };
        lifted.map_err(|e| e.within(PathStep::Param(index, types[index].0.clone())))
    });
    vals.collect()
}

/// Lowers a result of any type.
///
/// # Safety
///
/// As [`lower_result`], in the layout of the type.
unsafe fn lower_val_result(
    (store, record): (*mut StoreState, &InstanceRecord),
    ty: Option<ValType>,
    result: Option<Val>,
    results: *mut u8,
) -> Result<(), HostError> {
    match (ty, result) {
        (Some(ty), Some(val)) => {
            // SAFETY: the caller vouches for the store and for the room.
            unsafe {
                let mut cx = LowerContext::for_results(store, record, None);
                lower_val(&mut cx, ty, &val, results).map_err(|e| e.within(PathStep::Result))?;
                cx.give();
            }
            Ok(())
        }
        (None, None) => Ok(()),
        (expected, found) => {
            let (expected, found) = (usize::from(expected.is_some()), usize::from(found.is_some()));
            Err(ValueError::Count { expected, found }.into())
        }
    }
}

unsafe extern "C" fn typed_stub<T, P, R, F>(
    data: *mut c_void,
    block: *mut Header,
    params: *mut u8,
    results: *mut u8,
) -> u32
where
    T: 'static,
    P: LiftParams,
    R: Lower + ComponentType,
    F: Fn(Caller<'_, T>, P) -> Result<R, HostError>,
{
    // SAFETY: `HostBinding::data` of a binding that the instance keeps; the adapter passes the
    // calling block, written parameters, and room for the result, in the shapes that the type check
    // accepted.
    unsafe {
        let bound = &*data.cast::<Bound<F>>();
        guarded(block, |store, record| {
            let mut cx = LiftContext::new(record);
            let params = P::lift(&mut cx, &bound.ty.params, &*params.cast::<P::Raw>())?;
            let result = (bound.closure)(StoreContextMut::<T>::from_state(store), params)?;
            lower_result((store, record), bound.ty.result, (&result, None), results)
        })
    }
}

unsafe extern "C" fn viewing_stub<T, P, R, F>(
    data: *mut c_void,
    block: *mut Header,
    params: *mut u8,
    results: *mut u8,
) -> u32
where
    T: 'static,
    P: ViewParams,
    R: Lower + ComponentType,
    F: for<'a> Fn(&'a mut T, P::Of<'a>) -> Result<R, HostError>,
{
    // SAFETY: as in `typed_stub`. What the parameters point to does not change while the closure
    // runs: the guest waits, and the closure cannot reach the store, which no other thread has
    // access to.
    unsafe {
        let bound = &*data.cast::<Bound<F>>();
        guarded(block, |store, record| {
            let mut cx = LiftContext::new(record);
            let result = {
                let params = P::view(&mut cx, &bound.ty.params, &*params.cast::<P::Raw>())?;
                (bound.closure)(StoreContextMut::<T>::from_state(store).data_mut(), params)?
            };
            lower_result((store, record), bound.ty.result, (&result, None), results)
        })
    }
}

unsafe extern "C" fn dynamic_stub<T, F>(data: *mut c_void, block: *mut Header, params: *mut u8, results: *mut u8) -> u32
where
    T: 'static,
    F: Fn(Caller<'_, T>, Vec<Val>) -> Result<Option<Val>, HostError>,
{
    // SAFETY: as in `typed_stub`, in the layout of the import's type.
    unsafe {
        let bound = &*data.cast::<Bound<F>>();
        guarded(block, |store, record| {
            let mut cx = LiftContext::new(record);
            let params = lift_vals(&mut cx, &bound.ty.params, params)?;
            let result = (bound.closure)(StoreContextMut::<T>::from_state(store), params)?;
            lower_val_result((store, record), bound.ty.result, result, results)
        })
    }
}

unsafe extern "C" fn destructor_stub<T, F>(
    data: *mut c_void,
    block: *mut Header,
    params: *mut u8,
    _results: *mut u8,
) -> u32
where
    T: 'static,
    F: Fn(Caller<'_, T>, u32) -> Result<(), HostError>,
{
    // SAFETY: as in `typed_stub`; the parameter is a representation.
    unsafe {
        let closure = &*data.cast::<F>();
        guarded(block, |store, _| closure(StoreContextMut::<T>::from_state(store), params.cast::<u32>().read()))
    }
}
