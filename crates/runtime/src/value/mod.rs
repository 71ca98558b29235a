//! Component values on the host's side: as Rust values of their own types, as [`Val`](val::Val)s of
//! any type, and as handles.
//!
//! Traits say how a Rust type lies in the 64-bit canonical layout. Each type has a `repr(C)` shape,
//! [`ComponentType::Raw`], so that sizes and offsets are the Rust compiler's; they agree with the
//! canonical ABI's. Types are checked when a function is looked up or bound, not when it is called.
//!
//! It must not know how guests are entered.

mod context;
pub mod derived;
pub(crate) mod fill;
mod fixed_list;
mod handle;
mod list;
mod map;
mod pointer;
pub(crate) mod reflection;
pub(crate) mod resource;
mod scalar;
mod tuple;
pub(crate) mod val;
pub(crate) mod val_layout;
mod variant;
mod view;
#[cfg(feature = "wave")]
pub mod wave;

pub use context::{LiftContext, LowerContext, TypeContext};
pub use list::RawSlice;
pub use tuple::{LiftParams, LowerParams, Params};
pub use view::{Plain, View, ViewParams};

use crate::error::value::{PathStep, ValueError};
use cantilever_abi::ValType;
use std::mem::MaybeUninit;

/// A Rust type that stands for component types.
///
/// | component type | Rust |
/// |---|---|
/// | numbers, `bool`, `char` | the same |
/// | `string` | `String`; `&str` to give, or to look at ([`View`]) |
/// | `list<T>` | `Vec<T>`; `&[T]` to give; `&[T]` of numbers to look at |
/// | `list<T, N>` | `[T; N]` |
/// | `map<K, V>` | `Vec<(K, V)>`, `HashMap<K, V>`, `BTreeMap<K, V>` |
/// | `tuple<…>` | tuples |
/// | `option<T>`, `result<T, E>` | `Option<T>`, `Result<T, E>`; `()` for an absent payload |
/// | `record`, `variant`, `enum`, `flags` | structs and enums, by derives |
/// | `own<R>`, `borrow<R>` | [`ResourceAny`](crate::ResourceAny); [`Resource<T>`](crate::Resource) if the host implements it |
/// | `error-context` | [`ErrorContext`](crate::ErrorContext) |
///
/// `Box<T>` and, to give, `&T` stand for what `T` does.
///
/// With the feature `derive`, structs and enums derive this trait, [`Lower`] and [`Lift`]. Labels
/// are the Rust names in kebab case, unless `#[component(name = "…")]` gives another:
///
/// ```
/// use cantilever_runtime::{ComponentType, Lift, Lower};
///
/// /// `record entry { key: string, val: value, created-at: u64 }`
/// #[derive(ComponentType, Lower, Lift)]
/// struct Entry {
///     key: String,
///     #[component(name = "val")]
///     value: Value,
///     created_at: u64,
/// }
///
/// /// `variant value { text(string), range(tuple<u32, u32>), nothing }`
/// #[derive(ComponentType, Lower, Lift)]
/// enum Value {
///     Text(String),
///     Range((u32, u32)),
///     Nothing,
/// }
///
/// /// `enum kind { plain-text, blob }`
/// #[derive(Clone, Copy, ComponentType, Lower, Lift)]
/// enum Kind {
///     PlainText,
///     Blob,
/// }
///
/// /// `flags perms { read, write }`
/// #[derive(ComponentType, Lower, Lift)]
/// #[component(flags)]
/// struct Perms {
///     read: bool,
///     write: bool,
/// }
///
/// /// `type path = string`: whatever the only field stands for
/// #[derive(ComponentType, Lower, Lift)]
/// #[component(transparent)]
/// struct Path(String);
/// ```
///
/// # Safety
///
/// `Raw` must have the size, alignment and field offsets of the 64-bit canonical layout of every
/// type that `typecheck` accepts. Any bytes that an adapter writes for such a type must be a valid
/// `Raw`.
pub unsafe trait ComponentType: Sized {
    /// The value in memory.
    type Raw: Copy;

    /// Does this type stand for that component type? `None` is the absence of a value: no result,
    /// no payload.
    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError>;

    /// Does this type stand for the entries of a map from `key` to `value`? Pairs do.
    #[doc(hidden)]
    fn typecheck_entry(key: ValType, value: ValType, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        let expected = format!("entries of a map from {} to {}", cx.describe(Some(key)), cx.describe(Some(value)));
        Err(ValueError::Mismatch { expected, found: std::any::type_name::<Self>().to_owned() })
    }
}

/// A Rust type whose values can be given to guests.
///
/// # Safety
///
/// `lower` must initialise all of `dst` but padding when it succeeds, with a valid value of the
/// type.
pub unsafe trait Lower: ComponentType {
    /// Writes the value. `ty` is the type that `typecheck` accepted.
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        ty: Option<ValType>,
        dst: &mut MaybeUninit<Self::Raw>,
    ) -> Result<(), ValueError>;

    /// Writes the values of a list, whose elements have the type `ty`.
    fn lower_list(items: &[Self], cx: &mut LowerContext<'_>, ty: Option<ValType>) -> Result<RawSlice, ValueError> {
        let size = items.len().checked_mul(size_of::<Self::Raw>()).ok_or(ValueError::NoMemory)?;
        let base = cx.alloc(size, align_of::<Self::Raw>())?.cast::<MaybeUninit<Self::Raw>>();
        for (index, item) in items.iter().enumerate() {
            // SAFETY: `base` has room for all items.
            let place = unsafe { &mut *base.add(index) };
            item.lower(cx, ty, place).map_err(|e| e.within(PathStep::Element(index)))?;
        }
        Ok(RawSlice { ptr: base.cast(), len: items.len() as u64 })
    }

    /// Writes the entries of a map, whose keys and values have the types `entry`.
    #[doc(hidden)]
    fn lower_entries(
        _items: &[Self],
        _cx: &mut LowerContext<'_>,
        _entry: (ValType, ValType),
    ) -> Result<RawSlice, ValueError> {
        Err(ValueError::Unsupported("map".to_owned()))
    }
}

/// A Rust type whose values can be received from guests.
///
/// # Safety
///
/// `lift` must rely on nothing about `src` but what `ComponentType` promises.
pub unsafe trait Lift: ComponentType {
    /// Reads a value. `ty` is the type that `typecheck` accepted.
    fn lift(cx: &mut LiftContext<'_>, ty: Option<ValType>, src: &Self::Raw) -> Result<Self, ValueError>;

    /// Reads the values of a list, whose elements have the type `ty`.
    ///
    /// # Safety
    ///
    /// `list` must be such a list, written by an adapter.
    unsafe fn lift_list(
        cx: &mut LiftContext<'_>,
        ty: Option<ValType>,
        list: RawSlice,
    ) -> Result<Vec<Self>, ValueError> {
        let mut items = cx.vector(list.len)?;
        for index in 0..list.len as usize {
            // SAFETY: the caller vouches for the elements.
            let raw = unsafe { &*list.ptr.cast::<Self::Raw>().add(index) };
            items.push(Self::lift(cx, ty, raw).map_err(|e| e.within(PathStep::Element(index)))?);
        }
        Ok(items)
    }

    /// Reads the entries of a map, whose keys and values have the types `entry`.
    ///
    /// # Safety
    ///
    /// `list` must be such a map, written by an adapter.
    #[doc(hidden)]
    unsafe fn lift_entries(
        _cx: &mut LiftContext<'_>,
        _entry: (ValType, ValType),
        _list: RawSlice,
    ) -> Result<Vec<Self>, ValueError> {
        Err(ValueError::Unsupported("map".to_owned()))
    }
}

#[cfg(test)]
mod tests;
