//! UTF-8 and UTF-16: validating, copying and transcoding. Knows slices only, neither guests nor
//! traps.
//!
//! On x86-64 with AVX2 our own loops do it. They have no branch that depends on what kinds of
//! characters a text mixes, so short and mixed text is as fast as any. Elsewhere the libraries do
//! it, which have such branches.

#[cfg(target_arch = "x86_64")]
mod block;
#[cfg(target_arch = "x86_64")]
mod from_utf16;
#[cfg(target_arch = "x86_64")]
mod from_utf8;
#[cfg(target_arch = "x86_64")]
mod pairs;
mod portable;
#[cfg(target_arch = "x86_64")]
mod validity;

/// Defines a function by a loop for machines with AVX2 and by a portable one, chosen when it is
/// called.
macro_rules! chosen {
    ($(#[$doc:meta])* $name:ident($from:ident: $source:ty, $to:ident: $target:ty) -> $result:ty, $wide:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If `to` is shorter than that.
        #[inline]
        pub fn $name($from: $source, $to: $target) -> $result {
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt") {
                // SAFETY: the machine has the features.
                return unsafe { $wide::$name($from, $to) };
            }
            portable::$name($from, $to)
        }
    };
}

/// Is this well-formed UTF-8?
pub fn is_utf8(text: &[u8]) -> bool {
    portable::text(text).is_some()
}

chosen! {
    /// Copies UTF-8: whether it is well-formed. `to` is no shorter than `from`.
    utf8_to_utf8(from: &[u8], to: &mut [u8]) -> bool, from_utf8
}

chosen! {
    /// UTF-8 as UTF-16: how many units, `None` if it is ill-formed. `to` is no shorter than `from`.
    utf8_to_utf16(from: &[u8], to: &mut [u16]) -> Option<usize>, from_utf8
}

chosen! {
    /// The longest well-formed beginning of UTF-8 that Latin-1 can represent, as Latin-1: how many
    /// bytes that was, and how many it becomes. `to` is no shorter than `from`.
    utf8_to_latin1(from: &[u8], to: &mut [u8]) -> (usize, usize), from_utf8
}

chosen! {
    /// Copies UTF-16: all units' bits that are set in any, `None` if it is ill-formed. `to` is no
    /// shorter than `from`.
    utf16_to_utf16(from: &[u16], to: &mut [u16]) -> Option<u16>, from_utf16
}

chosen! {
    /// UTF-16 as UTF-8: how many bytes, `None` if it is ill-formed. `to` is at least three times as
    /// long as `from`.
    utf16_to_utf8(from: &[u16], to: &mut [u8]) -> Option<usize>, from_utf16
}

#[cfg(test)]
mod tests;
