//! Decodes exports, which nest, without recursing deeper than a bound.

use super::artifact::ExportEntry;
use serde::{Deserialize, Deserializer, de};
use std::cell::Cell;

/// How deep exported instances may nest in an object. The linker lets through fewer levels.
const MAX_DEPTH: u32 = 128;

thread_local! {
    /// How many instances are being decoded on this thread, one in another.
    static OPEN: Cell<u32> = const { Cell::new(0) };
}

/// One more instance is being decoded, until this is dropped.
struct Level;

impl Level {
    fn enter() -> Option<Self> {
        let open = OPEN.get();
        (open < MAX_DEPTH).then(|| {
            OPEN.set(open + 1);
            Level
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        OPEN.set(OPEN.get() - 1);
    }
}

/// Decodes the exports of an instance.
pub(super) fn bounded<'de, D: Deserializer<'de>>(decoder: D) -> Result<Vec<(String, ExportEntry)>, D::Error> {
    let _level = Level::enter().ok_or_else(|| de::Error::custom("exported instances are nested too deeply"))?;
    Vec::deserialize(decoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: u32) -> Vec<u8> {
        // The variant, the number of exports, and an empty name for each level.
        let mut bytes: Vec<u8> = (0..depth).flat_map(|_| [2, 1, 0]).collect();
        bytes.push(4);
        bytes
    }

    #[test]
    fn deep_nesting_is_refused() {
        let decode = |depth| postcard::from_bytes::<ExportEntry>(&nested(depth));
        assert!(matches!(decode(0), Ok(ExportEntry::Opaque)));
        assert!(decode(MAX_DEPTH).is_ok());
        assert!(decode(MAX_DEPTH + 1).is_err());
        assert!(decode(1_000_000).is_err());
        // A refusal leaves nothing behind.
        assert!(decode(MAX_DEPTH).is_ok());
    }
}
