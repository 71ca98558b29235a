//! Strings and lists.

use super::map::entry;
use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext, View};
use crate::bytes::vector::copy;
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::{TypeDef, ValType};
use std::alloc::Layout;
use std::mem::MaybeUninit;

/// A string or a list in the 64-bit canonical layout.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RawSlice {
    /// The first byte or element.
    pub ptr: *const u8,
    /// How many bytes of a string, or elements of a list.
    pub len: u64,
}

impl RawSlice {
    /// The elements where they lie.
    ///
    /// # Safety
    ///
    /// This must be a list of `T`s, aligned as they are, which does not change for `'a`.
    #[inline]
    pub(super) unsafe fn as_slice<'a, T>(&self) -> &'a [T] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the caller vouches for it; adapters refuse lists that are longer than a Rust
        // slice can be.
        unsafe { std::slice::from_raw_parts(self.ptr.cast(), self.len as usize) }
    }

    /// The elements: as they were allocated for the host if that is possible, else a copy.
    ///
    /// # Safety
    ///
    /// This must be a list of `T`s that is being lifted, with any bytes being a `T`, and not be
    /// used afterwards.
    pub(crate) unsafe fn into_vec<T: Copy>(self, cx: &mut LiftContext<'_>) -> Result<Vec<T>, ValueError> {
        let len = usize::try_from(self.len).map_err(|_| ValueError::NoMemory)?;
        if Layout::array::<T>(len).is_ok_and(|layout| cx.takes_over(self.ptr, layout)) {
            // SAFETY: allocated by the global allocator with the layout of so many items, which an
            // adapter has written.
            return Ok(unsafe { Vec::from_raw_parts(self.ptr.cast_mut().cast(), len, len) });
        }
        let mut items = cx.vector::<T>(self.len)?;
        if len != 0 {
            // SAFETY: the caller vouches for the source; there is room for `len` items.
            unsafe {
                copy(self.ptr, items.as_mut_ptr().cast(), len * size_of::<T>());
                items.set_len(len);
            }
        }
        Ok(items)
    }

    /// The string: as it was allocated for the host if that is possible, else a copy.
    ///
    /// # Safety
    ///
    /// This must be a string that an adapter has written, well-formed UTF-8, is being lifted, and
    /// not be used afterwards.
    pub(crate) unsafe fn into_string(self, cx: &mut LiftContext<'_>) -> Result<String, ValueError> {
        // SAFETY: the caller vouches for it.
        unsafe {
            let bytes = self.into_vec::<u8>(cx)?;
            debug_assert!(std::str::from_utf8(&bytes).is_ok(), "adapters validate strings");
            Ok(String::from_utf8_unchecked(bytes))
        }
    }
}

fn check_string(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
    match ty {
        Some(ValType::String) => Ok(()),
        _ => Err(cx.mismatch(ty, "string")),
    }
}

// SAFETY: a string is a pointer and a length.
unsafe impl ComponentType for String {
    type Raw = RawSlice;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        check_string(ty, cx)
    }
}

// SAFETY: writes pointer and length of well-formed UTF-8.
unsafe impl Lower for String {
    #[inline]
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<RawSlice>,
    ) -> Result<(), ValueError> {
        dst.write(cx.slice(self.as_bytes())?);
        Ok(())
    }
}

// SAFETY: adapters write well-formed UTF-8 for strings.
unsafe impl Lift for String {
    fn lift(cx: &mut LiftContext<'_>, _ty: Option<ValType>, src: &RawSlice) -> Result<Self, ValueError> {
        // SAFETY: an adapter has written it, and a value is lifted once.
        unsafe { src.into_string(cx) }
    }
}

// SAFETY: a string is a pointer and a length.
unsafe impl ComponentType for &str {
    type Raw = RawSlice;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        check_string(ty, cx)
    }
}

// SAFETY: writes pointer and length of well-formed UTF-8.
unsafe impl Lower for &str {
    #[inline]
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<RawSlice>,
    ) -> Result<(), ValueError> {
        dst.write(cx.slice(self.as_bytes())?);
        Ok(())
    }
}

/// The type of the elements of a list type.
fn element(def: Option<&TypeDef>) -> Option<ValType> {
    match def {
        Some(TypeDef::List(element)) => Some(*element),
        _ => None,
    }
}

fn check_list<T: ComponentType>(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
    match cx.def(ty) {
        Some(TypeDef::List(element)) => T::typecheck(Some(*element), cx).map_err(|e| e.within(PathStep::Elements)),
        Some(TypeDef::Map(key, value)) => T::typecheck_entry(*key, *value, cx),
        _ => Err(cx.mismatch(ty, "list")),
    }
}

// SAFETY: a list is a pointer and a length; its elements have their own shape.
unsafe impl<T: ComponentType> ComponentType for Vec<T> {
    type Raw = RawSlice;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        check_list::<T>(ty, cx)
    }
}

// SAFETY: writes pointer and length of lowered elements.
unsafe impl<T: Lower> Lower for Vec<T> {
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<RawSlice>,
    ) -> Result<(), ValueError> {
        self.as_slice().lower(cx, ty, dst)
    }
}

// SAFETY: reads as many elements as there are.
unsafe impl<T: Lift> Lift for Vec<T> {
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &RawSlice) -> Result<Self, ValueError> {
        let def = cx.def(ty);
        // SAFETY: an adapter has written a list of elements or entries of this type, which the type
        // check accepted.
        unsafe {
            match entry(def) {
                Some(entry) => T::lift_entries(cx, entry, *src),
                None => T::lift_list(cx, element(def), *src),
            }
        }
    }
}

// SAFETY: looks at as many elements as there are.
unsafe impl<T: View> View for Vec<T> {
    type Of<'a> = Vec<T::Of<'a>>;

    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a RawSlice,
    ) -> Result<Self::Of<'a>, ValueError> {
        let def = cx.def(ty);
        // SAFETY: the caller vouches for a list of elements or entries of this type, which the type
        // check accepted.
        unsafe {
            match entry(def) {
                Some(entry) => T::view_entries(cx, entry, src),
                None => T::view_list(cx, element(def), src),
            }
        }
    }
}

// SAFETY: a list is a pointer and a length; its elements have their own shape.
unsafe impl<T: ComponentType> ComponentType for &[T] {
    type Raw = RawSlice;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        check_list::<T>(ty, &cx.by_reference())
    }
}

// SAFETY: writes pointer and length of lowered elements.
unsafe impl<T: Lower> Lower for &[T] {
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<RawSlice>,
    ) -> Result<(), ValueError> {
        let def = cx.def(ty);
        dst.write(match entry(def) {
            Some(entry) => T::lower_entries(self, cx, entry)?,
            None => T::lower_list(self, cx, element(def))?,
        });
        Ok(())
    }
}
