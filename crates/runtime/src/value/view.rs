//! Parameters of host functions as views: strings and lists of numbers that are looked at where
//! they lie, which may be the guest's memory. They can be parameters, and parts of tuples, records,
//! options, results and lists.
//!
//! A view must not live when the guest runs, for the guest could change or free what is looked at.
//! So a function that gets views ([`LinkerInstance::func_view`](crate::LinkerInstance::func_view))
//! gets the host's data but no access to the store: nothing it can reach calls a guest of that
//! store or changes its memories. Views end when it returns, before its result is lowered, and the
//! bound on its lifetime keeps them from being stored.

use super::list::RawSlice;
use super::resource::{Resource, ResourceAny};
use super::val::ErrorContext;
use super::{ComponentType, LiftContext, Params};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::ValType;
use std::collections::{BTreeMap, HashMap};

/// A type of parameters that host functions can look at. It names what it becomes for the lifetime
/// of a call:
///
/// | type | what the function gets |
/// |---|---|
/// | `&str`, `&[u8]`, lists of other numbers | the same, where the guest has it |
/// | tuples, for records too; `Option`, `Result`, `Box`, arrays | the same of what their parts become |
/// | `Vec<T>`, for lists and maps | a vector of what `T` becomes: one allocation, and none for strings in it |
/// | numbers, `String`, handles, derived types … | the same, lifted |
///
/// ```
/// # use cantilever_runtime::{Engine, Linker, LinkError};
/// # fn main() -> Result<(), LinkError> {
/// let mut linker = Linker::<usize>::new(&Engine::default());
/// // `func(headers: list<tuple<string, list<u8>>>, body: option<string>)`
/// linker.func_view::<(Vec<(&str, &[u8])>, Option<&str>), (), _>("send", |size, (headers, body)| {
///     *size += headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
///     *size += body.map_or(0, str::len);
///     Ok(())
/// })?;
/// # Ok(())
/// # }
/// ```
///
/// A view cannot be kept:
///
/// ```compile_fail
/// # use cantilever_runtime::{Engine, Linker};
/// let mut linker = Linker::<Vec<&'static str>>::new(&Engine::default());
/// linker.func_view::<(&str,), (), _>("keep", |kept, (text,)| {
///     kept.push(text); // borrowed data escapes
///     Ok(())
/// });
/// ```
///
/// # Safety
///
/// As [`Lift`](crate::Lift). What `view` returns must borrow from nothing but `src` and what `src`
/// points to.
pub unsafe trait View: ComponentType + 'static {
    /// What the function is given.
    type Of<'a>;

    /// Looks at the value.
    ///
    /// # Safety
    ///
    /// `src` must be a value of the type `ty`, written by an adapter, and what it points to must
    /// not change for `'a`.
    unsafe fn view<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        src: &'a Self::Raw,
    ) -> Result<Self::Of<'a>, ValueError>;

    /// Looks at the values of a list, whose elements have the type `ty`.
    ///
    /// # Safety
    ///
    /// `list` must be such a list, written by an adapter, and neither it nor what it points to must
    /// change for `'a`.
    unsafe fn view_list<'a>(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        list: &'a RawSlice,
    ) -> Result<Vec<Self::Of<'a>>, ValueError> {
        let mut items = cx.vector(list.len)?;
        for index in 0..list.len as usize {
            // SAFETY: the caller vouches for the elements.
            let item = unsafe { Self::view(cx, ty, &*list.ptr.cast::<Self::Raw>().add(index)) };
            items.push(item.map_err(|e| e.within(PathStep::Element(index)))?);
        }
        Ok(items)
    }

    /// Looks at the entries of a map, whose keys and values have the types `entry`.
    ///
    /// # Safety
    ///
    /// As for a list.
    #[doc(hidden)]
    unsafe fn view_entries<'a>(
        _cx: &mut LiftContext<'_>,
        _entry: (ValType, ValType),
        _list: &'a RawSlice,
    ) -> Result<Vec<Self::Of<'a>>, ValueError> {
        Err(ValueError::Unsupported("map".to_owned()))
    }
}

/// A type whose values lie in the guest's memory as they do in Rust's, and of which every bit
/// pattern is one.
///
/// # Safety
///
/// The type must be its own [`ComponentType::Raw`], and have no padding.
pub unsafe trait Plain: ComponentType<Raw = Self> + Copy {}

/// [`View`] of types that are lifted: what is lifted borrows from nothing.
macro_rules! lifted {
    ($({$($generics:tt)*} $ty:ty),* $(,)?) => { $(
        // SAFETY: as stated above.
        unsafe impl<$($generics)*> $crate::View for $ty
        where
            $ty: $crate::Lift + 'static,
        {
            type Of<'a> = $ty;

            #[inline]
            unsafe fn view(
                cx: &mut $crate::LiftContext<'_>,
                ty: Option<::cantilever_abi::ValType>,
                src: &Self::Raw,
            ) -> Result<$ty, $crate::ValueError> {
                <$ty as $crate::Lift>::lift(cx, ty, src)
            }

            unsafe fn view_list(
                cx: &mut $crate::LiftContext<'_>,
                ty: Option<::cantilever_abi::ValType>,
                list: &$crate::RawSlice,
            ) -> Result<Vec<$ty>, $crate::ValueError> {
                // SAFETY: the caller vouches for the list.
                unsafe { <$ty as $crate::Lift>::lift_list(cx, ty, *list) }
            }
        }
    )* };
}

lifted! {
    {} (), {} bool, {} i8, {} u8, {} i16, {} u16, {} i32, {} u32, {} i64, {} u64, {} f32, {} f64, {} char, {} String,
    {} ErrorContext, {} ResourceAny, {T} Resource<T>, {K, V, S} HashMap<K, V, S>, {K, V} BTreeMap<K, V>,
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
        // SAFETY: the adapter has validated the string, and the caller vouches that it has not
        // changed since.
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
