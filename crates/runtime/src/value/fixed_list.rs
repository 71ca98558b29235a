//! Lists of fixed length: arrays.

use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, Plain, TypeContext, View};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::{TypeDef, ValType};
use std::mem::MaybeUninit;

fn element(def: Option<&TypeDef>) -> Option<ValType> {
    match def {
        Some(TypeDef::FixedList(element, _)) => Some(*element),
        _ => None,
    }
}

// SAFETY: a list of fixed length lies in memory as an array does.
unsafe impl<T: ComponentType, const N: usize> ComponentType for [T; N] {
    type Raw = [T::Raw; N];

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        match cx.def(ty) {
            Some(TypeDef::FixedList(element, len)) if *len as usize == N => {
                T::typecheck(Some(*element), cx).map_err(|e| e.within(PathStep::Elements))
            }
            _ => Err(cx.mismatch(ty, &format!("an array of {N}"))),
        }
    }
}

// SAFETY: writes every element.
unsafe impl<T: Lower, const N: usize> Lower for [T; N] {
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<Self::Raw>,
    ) -> Result<(), ValueError> {
        let element = element(cx.def(ty));
        let base = dst.as_mut_ptr().cast::<MaybeUninit<T::Raw>>();
        for (index, item) in self.iter().enumerate() {
            // SAFETY: an element of the array that `dst` borrows; a `MaybeUninit` may be
            // uninitialised.
            let place = unsafe { &mut *base.add(index) };
            item.lower(cx, element, place).map_err(|e| e.within(PathStep::Element(index)))?;
        }
        Ok(())
    }
}

// SAFETY: reads elements as their type does.
unsafe impl<T: Lift, const N: usize> Lift for [T; N] {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &Self::Raw) -> Result<Self, ValueError> {
        let element = element(cx.def(ty));
        collect(|index| T::lift(cx, element, &src[index]))
    }
}

// SAFETY: looks at elements as their type does.
unsafe impl<T: View, const N: usize> View for [T; N] {
    type Of<'a> = [T::Of<'a>; N];

    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a Self::Raw,
    ) -> Result<Self::Of<'a>, ValueError> {
        let element = element(cx.def(ty));
        // SAFETY: the caller vouches for the elements.
        collect(|index| unsafe { T::view(cx, element, &src[index]) })
    }
}

// SAFETY: an array has no padding between its elements.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}

/// An array of what is made for each index, or the first failure.
fn collect<T, const N: usize>(mut make: impl FnMut(usize) -> Result<T, ValueError>) -> Result<[T; N], ValueError> {
    let mut failure = None;
    let items: [Option<T>; N] = std::array::from_fn(|index| {
        if failure.is_some() {
            return None;
        }
        make(index).map_err(|e| failure = Some(e.within(PathStep::Element(index)))).ok()
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(items.map(|item| item.expect("without a failure, every element was made"))),
    }
}
