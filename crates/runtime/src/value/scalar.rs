//! Numbers, `bool` and `char`.

use super::list::RawSlice;
use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, Plain, TypeContext};
use crate::error::value::ValueError;
use cantilever_abi::ValType;
use std::mem::MaybeUninit;

/// Numbers lie in memory as they are, so lists of them are views.
macro_rules! numbers {
    ($($rust:ty => $val_type:ident),* $(,)?) => { $(
        // SAFETY: a number has the canonical layout, and any bytes are one.
        unsafe impl ComponentType for $rust {
            type Raw = $rust;

            fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
                match ty {
                    Some(ValType::$val_type) => Ok(()),
                    _ => Err(cx.mismatch(ty, stringify!($rust))),
                }
            }
        }

        // SAFETY: it is its own shape.
        unsafe impl Plain for $rust {}

        // SAFETY: writes the whole number.
        unsafe impl Lower for $rust {
            #[inline]
            fn lower(
                &self,
                _cx: &mut LowerContext<'_>,
                _ty: Option<ValType>,
                dst: &mut MaybeUninit<$rust>,
            ) -> Result<(), ValueError> {
                dst.write(*self);
                Ok(())
            }

            fn lower_list(
                items: &[Self],
                cx: &mut LowerContext<'_>,
                _ty: Option<ValType>,
            ) -> Result<RawSlice, ValueError> {
                cx.slice(items)
            }
        }

        // SAFETY: any bytes are a number.
        unsafe impl Lift for $rust {
            #[inline]
            fn lift(_cx: &mut LiftContext<'_>, _ty: Option<ValType>, src: &$rust) -> Result<Self, ValueError> {
                Ok(*src)
            }

            unsafe fn lift_list(
                cx: &mut LiftContext<'_>,
                _ty: Option<ValType>,
                list: RawSlice,
            ) -> Result<Vec<Self>, ValueError> {
                // SAFETY: the caller vouches for the list.
                unsafe { list.into_vec(cx) }
            }
        }
    )* };
}

numbers! {
    i8 => S8, u8 => U8, i16 => S16, u16 => U16, i32 => S32, u32 => U32, i64 => S64, u64 => U64, f32 => F32, f64 => F64,
}

// SAFETY: a byte, as the canonical ABI says.
unsafe impl ComponentType for bool {
    type Raw = u8;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match ty {
            Some(ValType::Bool) => Ok(()),
            _ => Err(cx.mismatch(ty, "bool")),
        }
    }
}

// SAFETY: writes the byte.
unsafe impl Lower for bool {
    #[inline]
    fn lower(
        &self,
        _cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<u8>,
    ) -> Result<(), ValueError> {
        dst.write(u8::from(*self));
        Ok(())
    }
}

// SAFETY: takes any byte.
unsafe impl Lift for bool {
    #[inline]
    fn lift(_cx: &mut LiftContext<'_>, _ty: Option<ValType>, src: &u8) -> Result<Self, ValueError> {
        Ok(*src != 0)
    }
}

// SAFETY: four bytes, as the canonical ABI says.
unsafe impl ComponentType for char {
    type Raw = u32;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match ty {
            Some(ValType::Char) => Ok(()),
            _ => Err(cx.mismatch(ty, "char")),
        }
    }
}

// SAFETY: writes all four bytes.
unsafe impl Lower for char {
    #[inline]
    fn lower(
        &self,
        _cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<u32>,
    ) -> Result<(), ValueError> {
        dst.write(*self as u32);
        Ok(())
    }
}

// SAFETY: checks the bits.
unsafe impl Lift for char {
    #[inline]
    fn lift(_cx: &mut LiftContext<'_>, _ty: Option<ValType>, src: &u32) -> Result<Self, ValueError> {
        char::from_u32(*src).ok_or(ValueError::Invalid("char"))
    }
}
