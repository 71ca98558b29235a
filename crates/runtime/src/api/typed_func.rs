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
        let record = self.instance.record(&store.as_context_mut())?;
        self.export.typecheck::<P, R>(&record.host_types)?;
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
    pub fn call(&self, mut store: impl AsContextMut, params: P) -> Result<R> {
        let mut store = store.as_context_mut();
        let record = self.func.instance.record(&store)?;
        let state = store.state_ptr();
        // SAFETY: the context stands for exclusive access to the store, which outlives the scope.
        let _scope = unsafe { ArenaScope::new(state) };
        let ty = &self.func.export.ty;
        let mut raw_params = MaybeUninit::<P::Raw>::uninit();
        let mut raw_result = MaybeUninit::<R::Raw>::zeroed();
        // SAFETY: as above, and no guest runs while parameters are lowered.
        let mut cx = unsafe { LowerContext::for_params(state, record, &self.func.export.name) };
        params.lower(&mut cx, &ty.params, &mut raw_params)?;
        cx.give();
        // SAFETY: the types were checked, so the shapes are those of this function's parameters and
        // result; `lower` has written the parameters, and the adapter writes the result when it
        // succeeds.
        let raw_result = unsafe {
            let (params, results) = (raw_params.as_mut_ptr().cast(), raw_result.as_mut_ptr().cast());
            call_raw(state, record, self.func.target, params, results)?;
            raw_result.assume_init_ref()
        };
        // SAFETY: the guest has returned; nobody refers to the store's state.
        let mut cx = unsafe { LiftContext::new(record) };
        R::lift(&mut cx, ty.result, raw_result).map_err(|e| e.within(PathStep::Result).into())
    }
}
