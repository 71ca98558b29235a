//! Rust's pointers to component values: what they point to.

use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext, View};
use crate::error::value::ValueError;
use cantilever_abi::ValType;
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

// SAFETY: looks at what it is to point to.
unsafe impl<T: View> View for Box<T> {
    type Of<'a> = Box<T::Of<'a>>;

    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a T::Raw,
    ) -> Result<Self::Of<'a>, ValueError> {
        cx.charge(size_of::<T::Of<'a>>())?;
        // SAFETY: the caller vouches for the value.
        unsafe { T::view(cx, ty, src) }.map(Box::new)
    }
}

// SAFETY: reads what it is to point to.
unsafe impl<T: Lift> Lift for Box<T> {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &T::Raw) -> Result<Self, ValueError> {
        cx.charge(size_of::<T>())?;
        T::lift(cx, ty, src).map(Box::new)
    }
}
