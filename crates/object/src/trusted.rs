//! Objects whose code may run in this process.
//!
//! An object is native code, so loading one is as much trust as running a program. This type
//! carries that trust: it is made by `unsafe` code that says why, and whoever has one may load it.

use std::borrow::Cow;

/// The bytes of an object that this version of the compiler wrote, unchanged since.
///
/// What the library has compiled in this process is one; so is what a cache gives back, if nobody
/// but this user can write to it.
#[derive(Debug, Clone)]
pub struct TrustedObject<'a>(Cow<'a, [u8]>);

impl<'a> TrustedObject<'a> {
    /// Vouches for an object.
    ///
    /// # Safety
    ///
    /// The bytes must be what this version of the compiler wrote. Code in them runs in this
    /// process, in no sandbox; the checks of the loader find damage, not intent.
    pub unsafe fn new(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        TrustedObject(bytes.into())
    }

    /// The object.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The object, for those who need no trust.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_owned()
    }
}
