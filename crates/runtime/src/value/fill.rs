//! Bytes in the result of a host function that may be where its caller wants them already.
//!
//! What is in place is no value of Rust's: only the call that filled it can return it. So a
//! [`Filled`] names the fill, and the address stays with the call ([`InPlace`]). It must not know
//! how guests make room: [`Fill`](crate::Fill) does.

use super::list::RawSlice;
use super::{ComponentType, Lower, LowerContext, TypeContext};
use crate::error::value::ValueError;
use cantilever_abi::ValType;
use std::mem::MaybeUninit;

/// A `list<u8>` in the result of a host function: filled in the guest's memory by
/// [`Fill::bytes`](crate::Fill::bytes), or bytes of the host.
///
/// ```
/// use cantilever_runtime::Filled;
///
/// let none = Filled::empty();
/// let some = Filled::from(vec![1, 2, 3]);
/// let same = Filled::copy(&[1, 2, 3]);
/// # let _ = (none, some, same);
/// ```
#[derive(Debug)]
pub struct Filled(pub(crate) Bytes);

/// The same for a `string`, by [`Fill::string`](crate::Fill::string).
///
/// ```
/// use cantilever_runtime::FilledString;
///
/// let none = FilledString::empty();
/// let some = FilledString::from("one".to_owned());
/// let same = FilledString::copy("one");
/// # let _ = (none, some, same);
/// ```
#[derive(Debug)]
pub struct FilledString(pub(crate) Bytes);

/// Bytes on their way to a guest. Those of a string are well-formed UTF-8.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// In the guest's memory.
    InPlace(FillId),
    /// In the host's.
    Host(Vec<u8>),
}

/// Names a fill among all of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FillId {
    pub(crate) store: u64,
    pub(crate) number: u64,
}

/// What a call has filled in its caller's memory. Its caller waits, so that it stays there until
/// the result has been lowered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPlace {
    pub(crate) id: FillId,
    pub(crate) bytes: RawSlice,
}

impl Filled {
    /// No bytes.
    pub fn empty() -> Self {
        Filled(Bytes::Host(Vec::new()))
    }

    /// A copy of bytes that the host has.
    pub fn copy(bytes: &[u8]) -> Self {
        Filled(Bytes::Host(bytes.to_vec()))
    }
}

impl From<Vec<u8>> for Filled {
    fn from(bytes: Vec<u8>) -> Self {
        Filled(Bytes::Host(bytes))
    }
}

impl FilledString {
    /// No text.
    pub fn empty() -> Self {
        FilledString(Bytes::Host(Vec::new()))
    }

    /// A copy of text that the host has.
    pub fn copy(text: &str) -> Self {
        FilledString(Bytes::Host(text.as_bytes().to_vec()))
    }
}

impl From<String> for FilledString {
    fn from(text: String) -> Self {
        FilledString(Bytes::Host(text.into_bytes()))
    }
}

impl Bytes {
    fn lower(&self, cx: &mut LowerContext<'_>, dst: &mut MaybeUninit<RawSlice>) -> Result<(), ValueError> {
        dst.write(match self {
            Bytes::InPlace(id) => cx.in_place(*id)?,
            Bytes::Host(bytes) => cx.slice(bytes)?,
        });
        Ok(())
    }
}

// SAFETY: a list is a pointer and a length.
unsafe impl ComponentType for Filled {
    type Raw = RawSlice;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        Vec::<u8>::typecheck(ty, cx)
    }
}

// SAFETY: writes pointer and length of bytes, which are there until the result has been lowered.
unsafe impl Lower for Filled {
    #[inline]
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<RawSlice>,
    ) -> Result<(), ValueError> {
        self.0.lower(cx, dst)
    }
}

// SAFETY: a string is a pointer and a length.
unsafe impl ComponentType for FilledString {
    type Raw = RawSlice;

    fn typecheck(ty: Option<ValType>, cx: &TypeContext<'_>) -> Result<(), ValueError> {
        String::typecheck(ty, cx)
    }
}

// SAFETY: writes pointer and length of well-formed UTF-8, which is there until the result has been
// lowered.
unsafe impl Lower for FilledString {
    #[inline]
    fn lower(
        &self,
        cx: &mut LowerContext<'_>,
        _ty: Option<ValType>,
        dst: &mut MaybeUninit<RawSlice>,
    ) -> Result<(), ValueError> {
        self.0.lower(cx, dst)
    }
}
