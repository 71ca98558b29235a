//! Calls with Rust values.

use super::{ComponentType, Lift, LiftContext, LowerContext, LowerParams};
use crate::error::Result;
use crate::func::{ArenaScope, Func, call_raw};
use crate::store::AsContextMut;
use crate::value_error::Place;
use crate::variance::Invariant;
use std::mem::MaybeUninit;

/// A function that takes the tuple `P` and gives `R`, or nothing when that is `()`. Its types have been checked.
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

impl<P: LowerParams, R: Lift + ComponentType> TypedFunc<P, R> {
    /// `func`'s types must have been checked.
    pub(crate) fn new(func: Func) -> Self {
        TypedFunc { func, _type: Invariant::default() }
    }

    /// The function without its Rust types.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: P) -> Result<R> {
        let mut store = store.as_context_mut();
        let record = self.func.instance.record(store.state())?;
        let state = store.state_ptr();
        let _scope = ArenaScope::new(state);
        let ty = &self.func.ty;
        let mut raw_params = MaybeUninit::<P::Raw>::uninit();
        let mut raw_result = MaybeUninit::<R::Raw>::zeroed();
        let mut cx = LowerContext::for_params(state, record, &self.func.name);
        params.lower(&mut cx, &ty.params, &mut raw_params)?;
        cx.give();
        // SAFETY: the types were checked, so the shapes are those of this function's parameters and result; `lower` has
        // written the parameters, and the adapter writes the result when it succeeds.
        let raw_result = unsafe {
            let (params, results) = (raw_params.as_mut_ptr().cast(), raw_result.as_mut_ptr().cast());
            call_raw(state, record, self.func.target, params, results)?;
            raw_result.assume_init_ref()
        };
        R::lift(&mut LiftContext::new(record), ty.result, raw_result).map_err(|e| e.within(Place::Result).into())
    }
}
