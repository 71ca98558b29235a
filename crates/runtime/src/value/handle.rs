//! Handles and error contexts. An `own` is given by value, so that Rust's moves are those of the
//! component model.

use super::resource::{Resource, ResourceAny};
use super::val::ErrorContext;
use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext};
use crate::error::value::ValueError;
use cantilever_abi::{TypeDef, ValType};
use std::any::TypeId;
use std::mem::MaybeUninit;

/// Does what is behind a reference give ownership?
fn check_ownership(ty: Option<ValType>, def: &TypeDef, cx: &TypeContext<'_>) -> Result<(), ValueError> {
    match def {
        TypeDef::Own(_) if cx.is_by_reference() => {
            Err(cx.mismatch(ty, "a handle behind a reference, which lends it only"))
        }
        _ => Ok(()),
    }
}

// SAFETY: a handle is four bytes.
unsafe impl ComponentType for ResourceAny {
    type Raw = u32;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match cx.def(ty) {
            Some(def @ (TypeDef::Own(_) | TypeDef::Borrow(_))) => check_ownership(ty, def, cx),
            _ => Err(cx.mismatch(ty, "a resource")),
        }
    }
}

// SAFETY: writes the index of a live handle, or a representation.
unsafe impl Lower for ResourceAny {
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<u32>,
    ) -> Result<(), ValueError> {
        dst.write(cx.lower_handle(ty.ok_or(ValueError::Invalid("type"))?, self)?);
        Ok(())
    }
}

// SAFETY: looks the index up.
unsafe impl Lift for ResourceAny {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &u32) -> Result<Self, ValueError> {
        cx.lift_handle(ty.ok_or(ValueError::Invalid("type"))?, *src)
    }
}

// SAFETY: a representation is four bytes.
unsafe impl<T: 'static> ComponentType for Resource<T> {
    type Raw = u32;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match cx.def(ty) {
            Some(def @ (TypeDef::Own(r) | TypeDef::Borrow(r))) if cx.host_type(*r) == Some(TypeId::of::<T>()) => {
                check_ownership(ty, def, cx)
            }
            _ => Err(cx.mismatch(ty, std::any::type_name::<Self>())),
        }
    }
}

#[inline]
fn is_own(def: Option<&TypeDef>) -> bool {
    matches!(def, Some(TypeDef::Own(_)))
}

// SAFETY: writes the representation.
unsafe impl<T: 'static> Lower for Resource<T> {
    #[inline]
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<u32>,
    ) -> Result<(), ValueError> {
        if self.has_ended() {
            return Err(cx.ended_borrow(ty));
        }
        if !self.owned() && is_own(cx.def(ty)) {
            return Err(ty.map_or(ValueError::Invalid("type"), |ty| cx.mismatch(ty, "a borrow")));
        }
        dst.write(self.rep());
        Ok(())
    }
}

// SAFETY: any number is a representation.
unsafe impl<T: 'static> Lift for Resource<T> {
    #[inline]
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &u32) -> Result<Self, ValueError> {
        Ok(if is_own(cx.def(ty)) { Resource::new(*src) } else { Resource::lent(*src, cx.borrow_scope()) })
    }
}

// SAFETY: four bytes, which say nothing.
unsafe impl ComponentType for ErrorContext {
    type Raw = u32;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match ty {
            Some(ValType::ErrorContext) => Ok(()),
            _ => Err(cx.mismatch(ty, "error-context")),
        }
    }
}

// SAFETY: writes all bytes.
unsafe impl Lower for ErrorContext {
    fn lower(
        &self,
        _cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<u32>,
    ) -> Result<(), ValueError> {
        dst.write(0);
        Ok(())
    }
}

// SAFETY: reads nothing.
unsafe impl Lift for ErrorContext {
    fn lift(_cx: &mut LiftContext<'_>, _ty: Option<ValType>, _src: &u32) -> Result<Self, ValueError> {
        Ok(ErrorContext::default())
    }
}
