//! The seal of an object: checksums of the whole file, behind its end.
//!
//! It covers every byte before it, ELF header and section headers included, and itself. It is
//! looked at before anything else. An ELF file may have bytes that no header names, so linkers,
//! `nm` and `objdump` pass over it.
//!
//! | bytes | content |
//! |---|---|
//! | 4 for each block | CRC-32 of each block of [`BLOCK`] bytes of the file; the last block may be shorter |
//! | 8 | length of the file before the seal, in bytes |
//! | 4 | CRC-32 of all of the seal before this field |
//! | 8 | [`MAGIC`] |
//!
//! Numbers are little-endian. The last two fields are the only bytes that no checksum covers: a
//! change of the first is a wrong checksum, and one of the second a missing seal.
//!
//! It is a guard against damage, not against an adversary, who would compute it anew. In a block of
//! this size CRC-32 finds each change of up to three bits and each burst of up to 32. Blocks also
//! tell where the damage is.

/// The last bytes of a sealed file.
pub const MAGIC: [u8; 8] = *b"CANTSEAL";

/// How many bytes have a checksum of their own.
pub const BLOCK: usize = 4096;

/// Length, checksum and magic number.
const FOOTER: usize = 20;

/// Why a seal does not hold. Offsets are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// There is no seal where the file ends.
    #[error(
        "at offset {at:#x}, its end, there is no seal: it is cut off, something follows it, or another tool wrote it"
    )]
    Missing {
        /// The length of the file in bytes.
        at: u64,
    },
    /// The seal is not what was written.
    #[error("its seal, from offset {start:#x} to {end:#x}, is not what was written")]
    Seal {
        /// Where the seal should begin.
        start: u64,
        /// The length of the file in bytes.
        end: u64,
    },
    /// A block is not what was written.
    #[error("what lies from offset {start:#x} to {end:#x} is not what was written")]
    Block {
        /// Where the first such block begins.
        start: u64,
        /// Where it ends.
        end: u64,
    },
}

/// Appends the seal to a file.
pub fn seal(mut file: Vec<u8>) -> Vec<u8> {
    let len = file.len();
    let checksums: Vec<u8> = file.chunks(BLOCK).flat_map(|block| crc32fast::hash(block).to_le_bytes()).collect();
    file.extend(checksums);
    file.extend((len as u64).to_le_bytes());
    let checksum = crc32fast::hash(&file[len..]);
    file.extend(checksum.to_le_bytes());
    file.extend(MAGIC);
    file
}

/// The file before its seal, once every byte has been checked.
pub fn unseal(sealed: &[u8]) -> Result<&[u8], SealError> {
    let end = sealed.len() as u64;
    let missing = SealError::Missing { at: end };
    let body = sealed.strip_suffix(&MAGIC).ok_or(missing)?;
    let (body, checksum) = body.split_last_chunk().ok_or(missing)?;
    let (_, len) = body.split_last_chunk().ok_or(missing)?;
    let damaged = |start| SealError::Seal { start, end };
    // What the length should be follows from the length of it all: each block adds four bytes.
    let rest = (sealed.len() - FOOTER) as u64;
    let expected = rest.checked_sub(4 * rest.div_ceil(BLOCK as u64 + 4)).ok_or(missing)?;
    if u64::from_le_bytes(*len) != expected {
        return Err(damaged(expected));
    }
    let (file, seal) = body.split_at(expected as usize);
    if crc32fast::hash(seal) != u32::from_le_bytes(*checksum) {
        return Err(damaged(expected));
    }
    let mut start = 0;
    for (block, checksum) in file.chunks(BLOCK).zip(seal.chunks(4)) {
        let end = start + block.len() as u64;
        if crc32fast::hash(block).to_le_bytes() != checksum {
            return Err(SealError::Block { start, end });
        }
        start = end;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of every interesting length: none, less than a block, whole blocks, and a byte more or
    /// less.
    fn files() -> impl Iterator<Item = Vec<u8>> {
        [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 5]
            .into_iter()
            .map(|len| (0..len).map(|i| (i * 7) as u8).collect())
    }

    #[test]
    fn what_is_sealed_comes_back() {
        for file in files() {
            assert_eq!(unseal(&seal(file.clone())), Ok(&file[..]));
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed_and_located() {
        for file in files() {
            let sealed = seal(file.clone());
            for at in 0..sealed.len() {
                let mut damaged = sealed.clone();
                damaged[at] ^= 1 << (at % 8);
                match unseal(&damaged).expect_err("a flipped bit") {
                    SealError::Block { start, end } => assert!((start..end).contains(&(at as u64))),
                    SealError::Seal { start, end } => assert!(at >= file.len() && start <= end),
                    SealError::Missing { .. } => assert!(at >= sealed.len() - MAGIC.len()),
                }
            }
        }
    }

    #[test]
    fn what_is_cut_off_or_appended_is_noticed() {
        for file in files() {
            let sealed = seal(file);
            assert!((0..sealed.len()).all(|len| unseal(&sealed[..len]).is_err()));
            assert!(unseal(&[&sealed[..], &[0]].concat()).is_err());
            assert!(unseal(&[&sealed[..], &MAGIC].concat()).is_err());
            assert!(unseal(&[&sealed[..], &sealed].concat()).is_err());
        }
    }

    #[test]
    fn a_seal_says_nothing_of_any_length() {
        for len in [0, 1, u64::MAX, u64::MAX - 3, 1 << 62] {
            let mut file = len.to_le_bytes().to_vec();
            file.extend(crc32fast::hash(&file).to_le_bytes());
            file.extend(MAGIC);
            assert_eq!(unseal(&file).is_ok(), len == 0, "{len}");
        }
    }
}
