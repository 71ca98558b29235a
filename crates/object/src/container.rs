//! How metadata and tables are wrapped in their sections, and the names of sections.
//!
//! | bytes | content |
//! |---|---|
//! | 0..8 | [`MAGIC`] |
//! | 8..12 | CRC-32 of the payload, little-endian |
//! | 12..16 | zero |
//! | 16..24 | length of the payload, little-endian |
//! | 24.. | the payload |
//!
//! A payload is an [`Artifact`](super::artifact::Artifact) or [`Lines`](super::lines::Lines) in
//! postcard's encoding, or the blocks of a [`SiteTable`](super::sites::SiteTable).

/// The section with the machine code of all functions.
pub const TEXT_SECTION: &str = ".text";
/// The section with the bytes of data segments, to which
/// [`TemplateItem::Data`](super::artifact::TemplateItem::Data) refers.
pub const DATA_SECTION: &str = ".rodata.cantilever";
/// The section with the blocks of a [`SiteTable`](super::sites::SiteTable).
pub const SITES_SECTION: &str = ".cantilever.sites";
/// The section with [`Lines`](super::lines::Lines); objects without source lines have none.
pub const LINES_SECTION: &str = ".cantilever.lines";
/// The section with the metadata.
pub const META_SECTION: &str = ".cantilever.meta";
/// The first bytes of the metadata's section.
pub const MAGIC: [u8; 8] = *b"CANTLVR1";
/// Where the payload starts.
pub const PAYLOAD_START: usize = 24;

/// Why a metadata section is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It does not begin with [`MAGIC`].
    #[error("it does not begin with the magic number")]
    Magic,
    /// It is shorter than it says.
    #[error("it is cut off")]
    Truncated,
    /// The checksum is not that of the payload.
    #[error("its checksum is wrong")]
    Checksum,
    /// The payload is no encoding of the metadata.
    #[error("it cannot be decoded")]
    Encoding,
}

/// Wraps a payload.
pub fn wrap(payload: &[u8]) -> Vec<u8> {
    let mut section = Vec::with_capacity(PAYLOAD_START + payload.len());
    section.extend(MAGIC);
    section.extend(crc32fast::hash(payload).to_le_bytes());
    section.extend(0u32.to_le_bytes());
    section.extend((payload.len() as u64).to_le_bytes());
    section.extend(payload);
    section
}

/// The payload of a section, after all checks.
pub fn unwrap(section: &[u8]) -> Result<&[u8], Damage> {
    let head = section.get(..PAYLOAD_START).ok_or(Damage::Truncated)?;
    if head[..8] != MAGIC {
        return Err(Damage::Magic);
    }
    let word = |range: core::ops::Range<usize>| {
        head[range].iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte))
    };
    let (checksum, reserved, len) = (word(8..12), word(12..16), word(16..24));
    let len = usize::try_from(len).map_err(|_| Damage::Truncated)?;
    let payload = section[PAYLOAD_START..].get(..len).ok_or(Damage::Truncated)?;
    if reserved != 0 || u64::from(crc32fast::hash(payload)) != checksum {
        return Err(Damage::Checksum);
    }
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_is_noticed() {
        let section = wrap(b"some metadata");
        assert_eq!(unwrap(&section), Ok(&b"some metadata"[..]));
        for at in 0..section.len() {
            let mut damaged = section.clone();
            damaged[at] ^= 0x10;
            assert!(unwrap(&damaged).is_err(), "byte {at}");
        }
    }
}
