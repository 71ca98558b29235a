//! Tuples: as component values, and as the parameters of functions.

use super::list::RawSlice;
use super::map;
use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext, View, ViewParams};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::{TypeDef, ValType};
use std::mem::MaybeUninit;

/// The parameters of a function, as a tuple of Rust types.
///
/// # Safety
///
/// `Raw` must be the shape of the tuple of the parameters, as for [`ComponentType`].
pub unsafe trait Params: Sized {
    /// The parameters in memory.
    type Raw: Copy;

    /// Do these types stand for those of the function?
    fn typecheck(params: &[(String, ValType)], cx: &TypeContext<'_>) -> Result<(), ValueError>;
}

/// Parameters that the host can pass.
///
/// # Safety
///
/// As [`Lower`].
pub unsafe trait LowerParams: Params {
    /// Writes the parameters.
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        params: &[(String, ValType)],
        dst: &mut MaybeUninit<Self::Raw>,
    ) -> Result<(), ValueError>;
}

/// Parameters that the host can receive.
///
/// # Safety
///
/// As [`Lift`].
pub unsafe trait LiftParams: Params {
    /// Reads the parameters.
    fn lift(cx: &mut LiftContext<'_>, params: &[(String, ValType)], src: &Self::Raw) -> Result<Self, ValueError>;
}

/// The type of a field of a tuple or record type that has as many as the Rust tuple, or `None`.
fn field(def: Option<&TypeDef>, index: usize) -> Option<ValType> {
    match def? {
        TypeDef::Tuple(types) => types.get(index).copied(),
        TypeDef::Record(fields) => fields.get(index).map(|f| f.ty),
        _ => None,
    }
}

/// The place of such a field.
#[cold]
fn place(def: Option<&TypeDef>, index: usize) -> PathStep {
    PathStep::Field(match def {
        Some(TypeDef::Record(fields)) if index < fields.len() => fields[index].name.clone(),
        _ => index.to_string(),
    })
}

/// The place of a parameter.
#[cold]
fn param(params: &[(String, ValType)], index: usize) -> PathStep {
    PathStep::Param(index, params.get(index).map_or("?", |(name, _)| name).to_owned())
}

fn field_count(def: Option<&TypeDef>) -> Option<usize> {
    match def? {
        TypeDef::Tuple(types) => Some(types.len()),
        TypeDef::Record(fields) => Some(fields.len()),
        _ => None,
    }
}

// SAFETY: `()` stands for the absence of a value only, which takes no space.
unsafe impl ComponentType for () {
    type Raw = ();

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        if ty.is_none() { Ok(()) } else { Err(cx.mismatch(ty, "nothing")) }
    }
}

// SAFETY: there is nothing to write.
unsafe impl Lower for () {
    #[inline]
    fn lower(
        &self,
        _cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        _dst: &mut MaybeUninit<()>,
    ) -> Result<(), ValueError> {
        Ok(())
    }
}

// SAFETY: there is nothing to read.
unsafe impl Lift for () {
    #[inline]
    fn lift(_cx: &mut LiftContext<'_>, _ty: Option<ValType>, _src: &()) -> Result<Self, ValueError> {
        Ok(())
    }
}

/// The shape of a tuple, and its traits.
macro_rules! tuple {
    ($raw:ident $count:literal $($ty:ident $field:ident $index:tt)*) => {
        tuple!($raw $count $($ty $field $index)*; entries {} {} {} {});
    };
    ($raw:ident $count:literal $($ty:ident $field:ident $index:tt)*;
        entries { $($check:tt)* } { $($lower:tt)* } { $($lift:tt)* } { $($view:tt)* }
    ) => {
        /// A tuple in the canonical layout.
        #[repr(C)]
        #[derive(Debug, Clone, Copy)]
        pub struct $raw<$($ty),*> { $($field: $ty,)* }

        // SAFETY: a tuple is a record; the canonical ABI lays records out as C does.
        unsafe impl<$($ty: ComponentType),*> ComponentType for ($($ty,)*) {
            type Raw = $raw<$($ty::Raw),*>;

            fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
                let def = cx.def(ty);
                if field_count(def) != Some($count) {
                    return Err(cx.mismatch(ty, concat!("a tuple of ", $count)));
                }
                $( $ty::typecheck(field(def, $index), cx).map_err(|e| e.within(place(def, $index)))?; )*
                Ok(())
            }

            $($check)*
        }

        // SAFETY: writes every field.
        unsafe impl<$($ty: Lower),*> Lower for ($($ty,)*) {
            fn lower(
                &self,
                cx: &mut LowerContext<'_>,
                ty: Option<ValType>,
                dst: &mut MaybeUninit<Self::Raw>,
            ) -> Result<(), ValueError> {
                let def = cx.def(ty);
                let dst = dst.as_mut_ptr();
                $(
                    // SAFETY: a field of the place that `dst` borrows; a `MaybeUninit` may be
                    // uninitialised.
                    let room = unsafe { &mut *(&raw mut (*dst).$field).cast() };
                    self.$index.lower(cx, field(def, $index), room).map_err(|e| e.within(place(def, $index)))?;
                )*
                Ok(())
            }

            $($lower)*
        }

        // SAFETY: reads fields as their types do.
        unsafe impl<$($ty: Lift),*> Lift for ($($ty,)*) {
            fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &Self::Raw) -> Result<Self, ValueError> {
                let def = cx.def(ty);
                Ok(($(
                    $ty::lift(cx, field(def, $index), &src.$field).map_err(|e| e.within(place(def, $index)))?,
                )*))
            }

            $($lift)*
        }

        // SAFETY: looks at fields as their types do.
        unsafe impl<$($ty: View),*> View for ($($ty,)*) {
            type Of<'a> = ($($ty::Of<'a>,)*);

            unsafe fn view<'a>(
                cx: &mut LiftContext<'_>,
                ty: Option<ValType>,
                src: &'a Self::Raw,
            ) -> Result<Self::Of<'a>, ValueError> {
                let def = cx.def(ty);
                Ok(($(
                    // SAFETY: the caller vouches for the fields.
                    unsafe { $ty::view(cx, field(def, $index), &src.$field) }
                        .map_err(|e| e.within(place(def, $index)))?,
                )*))
            }

            $($view)*
        }

        params!($raw $count $($ty $field $index)*);
    };
}

/// The traits of a tuple as parameters.
macro_rules! params {
    ($raw:ident $count:literal $($ty:ident $field:ident $index:tt)*) => {
        // SAFETY: parameters lie as the tuple of their types does.
        unsafe impl<$($ty: ComponentType),*> Params for ($($ty,)*) {
            type Raw = $raw<$($ty::Raw),*>;

            fn typecheck(params: &[(String, ValType)], cx: &TypeContext<'_>) -> Result<(), ValueError> {
                if params.len() != $count {
                    return Err(ValueError::Count { expected: params.len(), found: $count });
                }
                $( $ty::typecheck(Some(params[$index].1), cx).map_err(|e| e.within(param(params, $index)))?; )*
                let _ = cx;
                Ok(())
            }
        }

        // SAFETY: writes every parameter.
        unsafe impl<$($ty: Lower),*> LowerParams for ($($ty,)*) {
            #[inline]
            fn lower(
                &self,
                cx: &mut LowerContext<'_>,
                params: &[(String, ValType)],
                dst: &mut MaybeUninit<Self::Raw>,
            ) -> Result<(), ValueError> {
                let dst = dst.as_mut_ptr();
                $(
                    let ty = params.get($index).map(|(_, ty)| *ty);
                    // SAFETY: a field of the place that `dst` borrows; a `MaybeUninit` may be
                    // uninitialised.
                    let room = unsafe { &mut *(&raw mut (*dst).$field).cast() };
                    self.$index.lower(cx, ty, room).map_err(|e| e.within(param(params, $index)))?;
                )*
                let _ = (cx, params, dst);
                Ok(())
            }
        }

        // SAFETY: reads parameters as their types do.
        unsafe impl<$($ty: Lift),*> LiftParams for ($($ty,)*) {
            #[inline]
            fn lift(
                cx: &mut LiftContext<'_>,
                params: &[(String, ValType)],
                src: &Self::Raw,
            ) -> Result<Self, ValueError> {
                let _ = (&cx, params, src);
                Ok(($(
                    $ty::lift(cx, params.get($index).map(|(_, ty)| *ty), &src.$field)
                        .map_err(|e| e.within(param(params, $index)))?,
                )*))
            }
        }

        // SAFETY: looks at parameters as their types do.
        unsafe impl<$($ty: View),*> ViewParams for ($($ty,)*) {
            type Of<'a> = ($($ty::Of<'a>,)*);

            #[inline]
            unsafe fn view<'a>(
                cx: &mut LiftContext<'_>,
                params: &[(String, ValType)],
                src: &'a Self::Raw,
            ) -> Result<Self::Of<'a>, ValueError> {
                let _ = (&cx, params, src);
                Ok(($(
                    // SAFETY: the caller vouches for the parameters.
                    unsafe { $ty::view(cx, params.get($index).map(|(_, ty)| *ty), &src.$field) }
                        .map_err(|e| e.within(param(params, $index)))?,
                )*))
            }
        }
    };
}

impl<A: Copy, B: Copy> RawTuple2<A, B> {
    /// The two fields.
    pub(super) fn parts(&self) -> (&A, &B) {
        (&self.a, &self.b)
    }

    /// The places of the two fields.
    pub(super) fn split(dst: &mut MaybeUninit<Self>) -> (&mut MaybeUninit<A>, &mut MaybeUninit<B>) {
        let dst = dst.as_mut_ptr();
        // SAFETY: two fields of the place that `dst` borrows; a `MaybeUninit` may be uninitialised.
        unsafe { (&mut *(&raw mut (*dst).a).cast(), &mut *(&raw mut (*dst).b).cast()) }
    }
}

/// No parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct RawTuple0 {}

params!(RawTuple0 0);
tuple!(RawTuple1 1 A a 0);
tuple!(RawTuple2 2 A a 0 B b 1;
    entries {
        fn typecheck_entry(key: ValType, value: ValType, cx: &TypeContext<'_>) -> Result<(), ValueError> {
            map::check::<A, B>((key, value), cx)
        }
    } {
        fn lower_entries(
            items: &[Self],
            cx: &mut LowerContext<'_>,
            entry: (ValType, ValType),
        ) -> Result<RawSlice, ValueError> {
            map::lower(items.iter().map(|(key, value)| (key, value)), cx, Some(entry))
        }
    } {
        unsafe fn lift_entries(
            cx: &mut LiftContext<'_>,
            entry: (ValType, ValType),
            list: RawSlice,
        ) -> Result<Vec<Self>, ValueError> {
            let mut entries = cx.vector(list.len)?;
            // SAFETY: the caller vouches for the map.
            unsafe { map::lift(cx, Some(entry), list, |key, value| entries.push((key, value)))? };
            Ok(entries)
        }
    } {
        unsafe fn view_entries<'a>(
            cx: &mut LiftContext<'_>,
            entry: (ValType, ValType),
            list: &'a RawSlice,
        ) -> Result<Vec<Self::Of<'a>>, ValueError> {
            let mut entries = cx.vector(list.len)?;
            // SAFETY: the caller vouches for the map.
            unsafe { map::view::<A, B>(cx, entry, *list, &mut entries)? };
            Ok(entries)
        }
    }
);
tuple!(RawTuple3 3 A a 0 B b 1 C c 2);
tuple!(RawTuple4 4 A a 0 B b 1 C c 2 D d 3);
tuple!(RawTuple5 5 A a 0 B b 1 C c 2 D d 3 E e 4);
tuple!(RawTuple6 6 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5);
tuple!(RawTuple7 7 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6);
tuple!(RawTuple8 8 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7);
tuple!(RawTuple9 9 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8);
tuple!(RawTuple10 10 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9);
tuple!(RawTuple11 11 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9 K k 10);
tuple!(RawTuple12 12 A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9 K k 10 L l 11);
