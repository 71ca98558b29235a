//! Host functions over core values.

use super::val::CoreVal;
use crate::call::host_func::guarded;
use crate::error::value::ValueError;
use crate::error::{Error, HostError};
use crate::store::state::{Caller, StoreContextMut};
use cantilever_abi::block::{Header, HostFunc, ValueSlot};
use cantilever_object::artifact::CoreFuncType;
use std::any::Any;
use std::ffi::c_void;

/// A host function over core values, for stores with data of type `T`.
pub(super) type CoreClosure<T> =
    dyn Fn(Caller<'_, T>, &[CoreVal]) -> Result<Vec<CoreVal>, HostError> + Send + Sync + 'static;

/// A host function that modules can import.
pub(super) struct HostCoreFunc {
    /// The stub for `T`.
    pub(super) func: HostFunc,
    /// The `Bound<T>` that the stub's first argument points to.
    bound: Box<dyn Any + Send + Sync>,
    data: *mut c_void,
}

// SAFETY: `data` points into `bound`, which is `Send` and `Sync`, and is read only.
unsafe impl Send for HostCoreFunc {}
// SAFETY: as above.
unsafe impl Sync for HostCoreFunc {}

impl std::fmt::Debug for HostCoreFunc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostCoreFunc")
    }
}

struct Bound<T: 'static> {
    ty: CoreFuncType,
    closure: Box<CoreClosure<T>>,
}

impl HostCoreFunc {
    pub(super) fn new<T: 'static>(ty: CoreFuncType, closure: Box<CoreClosure<T>>) -> Self {
        let mut bound = Box::new(Bound { ty, closure });
        let data = (&raw mut *bound).cast();
        HostCoreFunc { func: stub::<T>, bound, data }
    }

    /// The stub's first argument. Valid as long as this.
    pub(super) fn data(&self) -> *mut c_void {
        self.data
    }

    /// Is it for stores with data of type `T`?
    pub(super) fn is_for<T: 'static>(&self) -> bool {
        self.bound.is::<Bound<T>>()
    }
}

unsafe extern "C" fn stub<T: 'static>(data: *mut c_void, block: *mut Header, params: *mut u8, results: *mut u8) -> u32 {
    // SAFETY: `HostCoreFunc::data` of a function that the store keeps; the trampoline passes the
    // block whose slot was called, and arrays of slots for this type. That the store has data of
    // type `T` was checked when it was bound.
    unsafe {
        let bound = &*data.cast::<Bound<T>>();
        guarded(block, |store, record| {
            let slots = params.cast::<ValueSlot>();
            let types = bound.ty.params.iter().enumerate();
            let params: Vec<CoreVal> =
                types.map(|(i, ty)| CoreVal::read(*ty, &slots.add(i).read(), record.store_id)).collect();
            let values = (bound.closure)(StoreContextMut::<T>::from_state(store), &params)?;
            if values.len() != bound.ty.results.len() {
                return Err(ValueError::Count { expected: bound.ty.results.len(), found: values.len() }.into());
            }
            // The closure is done with the store.
            let state = &*store;
            for (i, (value, ty)) in values.iter().zip(&bound.ty.results).enumerate() {
                value.check(*ty, state).map_err(|error| match error {
                    Error::Value(error) => HostError::from(error),
                    error => error.into(),
                })?;
                results.cast::<ValueSlot>().add(i).write(value.write());
            }
            Ok(())
        })
    }
}
