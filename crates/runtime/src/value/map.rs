//! Maps: lists of entries, as pairs or as Rust's maps.
//!
//! An entry is a tuple of key and value, but its type is not one of the component's, so pairs as
//! entries have functions of their own.

use super::list::RawSlice;
use super::tuple::RawTuple2;
use super::{ComponentType, Lift, LiftContext, Lower, LowerContext, TypeContext, View};
use crate::error::value::{PathStep, ValueError};
use cantilever_abi::{TypeDef, ValType};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::mem::MaybeUninit;

/// The types of key and value.
pub(super) type Entry = (ValType, ValType);

/// The types in a map type.
pub(super) fn entry(def: Option<&TypeDef>) -> Option<Entry> {
    match def {
        Some(TypeDef::Map(key, value)) => Some((*key, *value)),
        _ => None,
    }
}

/// [`ComponentType::typecheck_entry`] of a pair.
pub(super) fn check<K: ComponentType, V: ComponentType>(
    (key, value): Entry,
    cx: &TypeContext<'_>,
) -> Result<(), ValueError> {
    K::typecheck(Some(key), cx).map_err(|e| e.within(PathStep::Key))?;
    V::typecheck(Some(value), cx).map_err(|e| e.within(PathStep::Value))
}

/// Writes entries.
pub(super) fn lower<'v, K: Lower + 'v, V: Lower + 'v>(
    entries: impl ExactSizeIterator<Item = (&'v K, &'v V)>,
    cx: &mut LowerContext<'_>,
    ty: Option<Entry>,
) -> Result<RawSlice, ValueError> {
    type Raw<K, V> = RawTuple2<<K as ComponentType>::Raw, <V as ComponentType>::Raw>;
    let len = entries.len();
    let size = len.checked_mul(size_of::<Raw<K, V>>()).ok_or(ValueError::NoMemory)?;
    let base = cx.alloc(size, align_of::<Raw<K, V>>())?.cast::<MaybeUninit<Raw<K, V>>>();
    // `take`: an iterator that belies its length writes nothing past the allocation.
    let mut written = 0;
    for (key, value) in entries.take(len) {
        // SAFETY: `base` has room for `len` entries; the fields of one are borrowed, which may be
        // uninitialised.
        let (key_place, value_place) = unsafe { RawTuple2::split(&mut *base.add(written)) };
        key.lower(cx, ty.map(|(key, _)| key), key_place)
            .map_err(|e| e.within(PathStep::Key).within(PathStep::Element(written)))?;
        value
            .lower(cx, ty.map(|(_, value)| value), value_place)
            .map_err(|e| e.within(PathStep::Value).within(PathStep::Element(written)))?;
        written += 1;
    }
    Ok(RawSlice { ptr: base.cast(), len: written as u64 })
}

/// Reads entries.
///
/// # Safety
///
/// `list` must be a map of this type, written by an adapter.
pub(super) unsafe fn lift<K: Lift, V: Lift>(
    cx: &mut LiftContext<'_>,
    ty: Option<Entry>,
    list: RawSlice,
    mut keep: impl FnMut(K, V),
) -> Result<(), ValueError> {
    for index in 0..list.len as usize {
        // SAFETY: the caller vouches for the entries.
        let entry = unsafe { &*list.ptr.cast::<RawTuple2<K::Raw, V::Raw>>().add(index) };
        let (key, value) = entry.parts();
        let key = K::lift(cx, ty.map(|(key, _)| key), key);
        let key = key.map_err(|e| e.within(PathStep::Key).within(PathStep::Element(index)))?;
        let value = V::lift(cx, ty.map(|(_, value)| value), value);
        keep(key, value.map_err(|e| e.within(PathStep::Value).within(PathStep::Element(index)))?);
    }
    Ok(())
}

/// Looks at entries.
///
/// # Safety
///
/// `list` must be a map of this type, written by an adapter, and neither it nor what it points to
/// must change for `'a`.
pub(super) unsafe fn view<'a, K: View, V: View>(
    cx: &mut LiftContext<'_>,
    (key_type, value_type): Entry,
    list: RawSlice,
    entries: &mut Vec<(K::Of<'a>, V::Of<'a>)>,
) -> Result<(), ValueError> {
    for index in 0..list.len as usize {
        // SAFETY: the caller vouches for the entries.
        let (key, value) = unsafe {
            let (key, value) = (*list.ptr.cast::<RawTuple2<K::Raw, V::Raw>>().add(index)).parts();
            (K::view(cx, Some(key_type), key), V::view(cx, Some(value_type), value))
        };
        let key = key.map_err(|e| e.within(PathStep::Key).within(PathStep::Element(index)))?;
        entries.push((key, value.map_err(|e| e.within(PathStep::Value).within(PathStep::Element(index)))?));
    }
    Ok(())
}

/// Counts a Rust map of so many entries: twice their size, since maps are never full, and what a
/// map notes of each.
fn charge<K, V>(cx: &mut LiftContext<'_>, len: u64) -> Result<(), ValueError> {
    let each = 2 * size_of::<(K, V)>() + size_of::<usize>();
    let bytes = usize::try_from(len).ok().and_then(|len| len.checked_mul(each));
    cx.charge(bytes.ok_or(ValueError::NoMemory)?)
}

fn check_map<K: ComponentType, V: ComponentType>(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
    match entry(cx.def(ty)) {
        Some(entry) => check::<K, V>(entry, cx),
        None => Err(cx.mismatch(ty, "map")),
    }
}

/// The traits of a Rust map.
macro_rules! map {
    ($map:ident<K, V $(, $hasher:ident)?>, $($key:path),+) => {
        // SAFETY: a map is a list of pairs: a pointer and a length.
        unsafe impl<K: ComponentType, V: ComponentType $(, $hasher)?> ComponentType for $map<K, V $(, $hasher)?> {
            type Raw = RawSlice;

            fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
                check_map::<K, V>(ty, cx)
            }
        }

        // SAFETY: writes pointer and length of lowered pairs.
        unsafe impl<K: Lower, V: Lower $(, $hasher)?> Lower for $map<K, V $(, $hasher)?> {
            fn lower(
                &self,
                cx: &mut LowerContext<'_>,
                ty: Option<ValType>,
                dst: &mut MaybeUninit<RawSlice>,
            ) -> Result<(), ValueError> {
                let entry = entry(cx.def(ty));
                dst.write(lower(self.iter(), cx, entry)?);
                Ok(())
            }
        }

        // SAFETY: reads as many pairs as there are.
        unsafe impl<K: Lift $(+ $key)+, V: Lift $(, $hasher: BuildHasher + Default)?> Lift
            for $map<K, V $(, $hasher)?>
        {
            /// Of entries with equal keys, the last one counts.
            fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &RawSlice) -> Result<Self, ValueError> {
                let mut map = Self::default();
                charge::<K, V>(cx, src.len)?;
                let entry = entry(cx.def(ty));
                // SAFETY: an adapter has written a map of this type, which the type check accepted.
                unsafe { lift(cx, entry, *src, |key, value| drop(map.insert(key, value)))? };
                Ok(map)
            }
        }
    };
}

map!(HashMap<K, V, S>, Eq, Hash);
map!(BTreeMap<K, V>, Ord);
