//! The file of what Wasmtime did: a line that says what made it, then a digest for each seed from 0
//! on.

use super::generate::Case;
use super::random::Digest;

/// In place of the digest of an outcome that is cut.
pub const CUT: &str = "--------";
/// What comes before the digest of the modules, at the end of the first line.
pub const MODULES: &str = "modules";

/// The digest of the first modules that the generator makes, by which it is noticed that it makes
/// others.
pub fn modules() -> u32 {
    let mut digest = Digest::default();
    (0..16).for_each(|seed| digest.bytes(&Case::new(seed).wasm));
    digest.short()
}
