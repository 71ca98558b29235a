//! Parameters of host functions as views: strings and lists of numbers that are looked at where they lie, which may be
//! the guest's memory.
//!
//! A view must not live when the guest runs, for the guest could change or free what is looked at. So a function that
//! gets views ([`LinkerInstance::func_view`](crate::runtime::LinkerInstance::func_view)) gets the host's data but no access
//! to the store: nothing it can reach calls a guest of that store or changes its memories. Views end when it returns,
//! before its result is lowered, and the bound on its lifetime keeps them from being stored.

use super::list::RawSlice;
use super::{ComponentType, Lift, LiftContext, Params};
use crate::model::ValType;
use crate::runtime::value_error::ValueError;

/// A type of parameters that host functions can look at. It names what it becomes for the lifetime of a call: `&'static
/// str` becomes `&'a str`, `&'static [u8]` becomes `&'a [u8]`, and types that can be lifted are lifted.
///
/// A view cannot be kept:
///
/// ```compile_fail
/// # use cantilever::runtime::{Engine, Linker};
/// let mut linker = Linker::<Vec<&'static str>>::new(&Engine::default());
/// linker.func_view::<(&str,), (), _>("keep", |kept, (text,)| {
///     kept.push(text); // borrowed data escapes
///     Ok(())
/// });
/// ```
///
/// # Safety
///
/// As [`Lift`]. What `view` returns must borrow from nothing but `src` and what `src` points to.
pub unsafe trait View: ComponentType + 'static {
    /// What the function is given.
    type Of<'a>;

    /// Looks at the value.
    ///
    /// # Safety
    ///
    /// `src` must be a value of the type `ty`, written by an adapter, and what it points to must not change for `'a`.
    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a Self::Raw,
    ) -> Result<Self::Of<'a>, ValueError>;
}

/// A type whose values lie in the guest's memory as they do in Rust's, and of which every bit pattern is one.
///
/// # Safety
///
/// The type must be its own [`ComponentType::Raw`], and have no padding.
pub unsafe trait Plain: ComponentType<Raw = Self> + Copy {}

// SAFETY: what is lifted borrows from nothing.
unsafe impl<T: Lift + 'static> View for T {
    type Of<'a> = T;

    #[inline]
    unsafe fn view(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &T::Raw) -> Result<T, ValueError> {
        T::lift(cx, ty, src)
    }
}

// SAFETY: adapters write well-formed UTF-8 for strings.
unsafe impl View for &'static str {
    type Of<'a> = &'a str;

    #[inline]
    unsafe fn view<'a>(
        _cx: &mut LiftContext<'_>,
        _ty: Option<ValType>,
        src: &'a RawSlice,
    ) -> Result<&'a str, ValueError> {
        // SAFETY: the adapter has validated the string, and the caller vouches that it has not changed since.
        unsafe {
            let bytes = src.as_slice::<u8>();
            debug_assert!(std::str::from_utf8(bytes).is_ok(), "adapters validate strings");
            Ok(std::str::from_utf8_unchecked(bytes))
        }
    }
}

// SAFETY: any bytes are plain data, and adapters check that lists are aligned.
unsafe impl<T: Plain> View for &'static [T] {
    type Of<'a> = &'a [T];

    #[inline]
    unsafe fn view<'a>(
        _cx: &mut LiftContext<'_>,
        _ty: Option<ValType>,
        src: &'a RawSlice,
    ) -> Result<&'a [T], ValueError> {
        // SAFETY: the caller vouches for the list, whose elements the type check accepted.
        Ok(unsafe { src.as_slice() })
    }
}

/// Parameters that host functions can look at, as a tuple of [`View`]s.
///
/// # Safety
///
/// As [`View`].
pub unsafe trait ViewParams: Params + 'static {
    /// What the function is given.
    type Of<'a>;

    /// Looks at the parameters.
    ///
    /// # Safety
    ///
    /// As [`View::view`].
    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        params: &[(String, ValType)],
        src: &'a Self::Raw,
    ) -> Result<Self::Of<'a>, ValueError>;
}
