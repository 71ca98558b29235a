//! Handles.

use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext};
use crate::model::{TypeDef, ValType};
use crate::runtime::resource::{Resource, ResourceAny};
use crate::runtime::value_error::ValueError;
use std::any::TypeId;
use std::mem::MaybeUninit;

// SAFETY: a handle is four bytes.
unsafe impl ComponentType for ResourceAny {
    type Raw = u32;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match cx.def(ty) {
            Some(TypeDef::Own(_) | TypeDef::Borrow(_)) => Ok(()),
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
            Some(TypeDef::Own(r) | TypeDef::Borrow(r)) if cx.host_type(*r) == Some(TypeId::of::<T>()) => Ok(()),
            _ => Err(cx.mismatch(ty, std::any::type_name::<Self>())),
        }
    }
}

// SAFETY: writes the representation.
unsafe impl<T: 'static> Lower for Resource<T> {
    #[inline]
    fn lower(
        &self,
        _cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<u32>,
    ) -> Result<(), ValueError> {
        dst.write(self.rep());
        Ok(())
    }
}

// SAFETY: any number is a representation.
unsafe impl<T: 'static> Lift for Resource<T> {
    #[inline]
    fn lift(_cx: &mut LiftContext<'_>, _ty: Option<ValType>, src: &u32) -> Result<Self, ValueError> {
        Ok(Resource::new(*src))
    }
}
