//! Calls with Rust values.

use super::func::{ExportedFunc, Func, call_raw};
use crate::error::value::{PathStep, ValueError};
use crate::error::{LinkError, Result};
use crate::store::arena_scope::ArenaScope;
use crate::store::record::HostTypes;
use crate::store::state::AsContextMut;
use crate::store::variance::Invariant;
use crate::value::{ComponentType, Lift, LiftContext, LowerContext, LowerParams, TypeContext};
use std::mem::MaybeUninit;

/// A function that takes the tuple `P` and gives `R`, or nothing when that is `()`. Its types have
/// been checked.
pub struct TypedFunc<P, R> {
    func: Func,
    _type: Invariant<(P, R)>,
}

impl<P, R> Clone for TypedFunc<P, R> {
    fn clone(&self) -> Self {
        TypedFunc { func: self.func.clone(), _type: Invariant::default() }
    }
}

impl<P, R> std::fmt::Debug for TypedFunc<P, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TypedFunc").field(&self.func.name()).finish()
    }
}

impl Func {
    /// The function with its types checked, for calls with Rust values.
    pub fn typed<P, R>(&self, mut store: impl AsContextMut) -> Result<TypedFunc<P, R>>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        self.check::<P, R>(&mut store)?;
        Ok(TypedFunc::new(self.clone()))
    }
}

impl ExportedFunc {
    /// Does the function have this type, where these Rust types stand for the host's resource
    /// types?
    pub(super) fn typecheck<P, R>(&self, host_types: &HostTypes) -> Result<(), LinkError>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        let cx = TypeContext::new(&self.image.artifact, host_types);
        let mismatch = |e: ValueError| LinkError::FuncType { name: self.name.to_string(), reason: e.to_string() };
        P::typecheck(&self.ty.params, &cx).map_err(mismatch)?;
        R::typecheck(self.ty.result, &cx).map_err(|e| mismatch(e.within(PathStep::Result)))
    }
}

impl<P, R> TypedFunc<P, R> {
    /// A function whose types have been checked.
    pub(super) fn new(func: Func) -> Self {
        TypedFunc { func, _type: Invariant::default() }
    }
}

impl<P: LowerParams, R: Lift + ComponentType> TypedFunc<P, R> {
    /// The function without its Rust types.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function.
    #[inline]
    pub fn call(&self, store: impl AsContextMut, params: P) -> Result<R> {
        // SAFETY: `typed` has checked the types.
        unsafe { self.func.call_checked(store, params) }
    }
}

impl Func {
    /// Calls the function with Rust values, whose types are checked first. Where types live no
    /// longer than a call, as `(&str,)` in a method that borrows, no [`TypedFunc`] can be kept.
    #[inline]
    pub fn call_typed<P, R>(&self, mut store: impl AsContextMut, params: P) -> Result<R>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        let mut store = store.as_context_mut();
        self.check::<P, R>(&mut store)?;
        // SAFETY: the types have just been checked.
        unsafe { self.call_checked(store, params) }
    }

    /// Do the Rust types stand for those of the function?
    fn check<P: LowerParams, R: Lift + ComponentType>(&self, mut store: impl AsContextMut) -> Result<()> {
        let record = self.instance.record(&store.as_context_mut())?;
        Ok(self.export.typecheck::<P, R>(&record.host_types)?)
    }

    /// Calls the function with Rust values.
    ///
    /// # Safety
    ///
    /// `check` must have accepted `P` and `R`.
    #[inline]
    unsafe fn call_checked<P, R>(&self, mut store: impl AsContextMut, params: P) -> Result<R>
    where
        P: LowerParams,
        R: Lift + ComponentType,
    {
        let mut store = store.as_context_mut();
        let record = self.instance.record(&store)?;
        let state = store.state_ptr();
        // SAFETY: the context stands for exclusive access to the store, which outlives the scope.
        let _scope = unsafe { ArenaScope::new(state) };
        let ty = &self.export.ty;
        let mut raw_params = MaybeUninit::<P::Raw>::uninit();
        let mut raw_result = MaybeUninit::<R::Raw>::zeroed();
        // SAFETY: as above, and no guest runs while parameters are lowered.
        let mut cx = unsafe { LowerContext::for_params(state, record, &self.export.name) };
        params.lower(&mut cx, &ty.params, &mut raw_params)?;
        cx.give();
        // SAFETY: the types were checked, so the shapes are those of this function's parameters and
        // result; `lower` has written the parameters, and the adapter writes the result when it
        // succeeds.
        let raw_result = unsafe {
            let (params, results) = (raw_params.as_mut_ptr().cast(), raw_result.as_mut_ptr().cast());
            call_raw(state, record, self.target, params, results)?;
            raw_result.assume_init_ref()
        };
        // SAFETY: the guest has returned; nobody refers to the store's state.
        let mut cx = unsafe { LiftContext::new(record) };
        R::lift(&mut cx, ty.result, raw_result).map_err(|e| e.within(PathStep::Result).into())
    }
}
