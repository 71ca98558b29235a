//! Rust's pointers to component values: what they point to.

use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext};
use crate::model::ValType;
use crate::runtime::value_error::ValueError;
use std::mem::MaybeUninit;

/// The traits of a pointer as those of what it points to.
macro_rules! pointer {
    ($($pointer:ty, $cx:ident => $pointee:expr;)*) => { $(
        // SAFETY: it stands for what it points to.
        unsafe impl<T: ComponentType> ComponentType for $pointer {
            type Raw = T::Raw;

            fn typecheck(ty: Option<ValType>, $cx: &TypeContext<'_>) -> Result<(), ValueError> {
                T::typecheck(ty, $pointee)
            }
        }

        // SAFETY: writes what it points to.
        unsafe impl<T: Lower> Lower for $pointer {
            #[inline]
            fn lower(
                &self,
                cx: &mut LowerContext<'_>,
                ty: Option<ValType>,
                dst: &mut MaybeUninit<T::Raw>,
            ) -> Result<(), ValueError> {
                T::lower(self, cx, ty, dst)
            }
        }
    )* };
}

pointer! {
    &T, cx => &cx.by_reference();
    Box<T>, cx => cx;
}

// SAFETY: reads what it is to point to.
unsafe impl<T: Lift> Lift for Box<T> {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &T::Raw) -> Result<Self, ValueError> {
        T::lift(cx, ty, src).map(Box::new)
    }
}
