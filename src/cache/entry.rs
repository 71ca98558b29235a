//! An object in a file of a cache, with what people are told of it.
//!
//! | bytes | content |
//! |---|---|
//! | any | the object, whose seal has checksums of every byte |
//! | any | a [`Description`], in postcard's encoding |
//! | 4 | length of the description |
//! | 4 | CRC-32 of the description |
//! | 8 | [`MAGIC`] |
//!
//! Numbers are little-endian.

use super::key::Key;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The last bytes of a file.
const MAGIC: [u8; 8] = *b"CANTKEPT";
/// Length, checksum and magic number.
const FOOTER: usize = 16;
/// A description is no longer than this, in bytes.
const MAX_DESCRIPTION: usize = 1 << 16;
/// The longest text of a description that is kept, in bytes.
const MAX_TEXT: usize = 1 << 12;

/// What people are told of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Description {
    /// The key that it is found by.
    pub key: [u8; 32],
    /// What the caller called the input; may be empty.
    pub input: String,
    /// Length of the input in bytes.
    pub input_bytes: u64,
    /// The options that are not the default ones.
    pub options: String,
    /// The compiler that made it.
    pub build: String,
}

/// What follows the object in the file.
pub(super) fn trailer(description: &Description) -> Vec<u8> {
    let mut description = description.clone();
    for text in [&mut description.input, &mut description.options] {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
    }
    let mut trailer = postcard::to_stdvec(&description).expect("writing to memory does not fail");
    let (len, checksum) = (trailer.len() as u32, crc32fast::hash(&trailer));
    trailer.extend(len.to_le_bytes());
    trailer.extend(checksum.to_le_bytes());
    trailer.extend(MAGIC);
    trailer
}

/// The object in a file that is found by this key; `None` if the file is damaged. The object's own
/// seal has not been looked at.
pub(super) fn object(file: &[u8], key: Key) -> Option<&[u8]> {
    let (object, description) = split(file)?;
    (description.key == key.0).then_some(object)
}

/// Divides a file, or its end, into the object and the description.
fn split(file: &[u8]) -> Option<(&[u8], Description)> {
    let (rest, footer) = file.split_last_chunk::<FOOTER>()?;
    let number = |at: usize| u32::from_le_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]);
    let len = number(0) as usize;
    if footer[8..] != MAGIC || len > MAX_DESCRIPTION {
        return None;
    }
    let (object, description) = rest.split_at_checked(rest.len().checked_sub(len)?)?;
    if crc32fast::hash(description) != number(4) {
        return None;
    }
    Some((object, postcard::from_bytes(description).ok()?))
}

/// Reads the description at the end of a file; `None` if it is damaged.
pub(super) fn describe(file: &File) -> io::Result<Option<Description>> {
    let len = file.metadata()?.len();
    let tail = len.min((MAX_DESCRIPTION + FOOTER) as u64);
    let mut bytes = vec![0; tail as usize];
    file.read_exact_at(&mut bytes, len - tail)?;
    Ok(split(&bytes).map(|(_, description)| description))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(key: Key) -> Description {
        let [input, options, build] = ["kv.wasm", "no-inlining", "1"].map(str::to_owned);
        Description { key: key.0, input, input_bytes: 12, options, build }
    }

    #[test]
    fn an_object_comes_back_by_its_key_alone() {
        let key = Key([7; 32]);
        let file = [b"object".to_vec(), trailer(&description(key))].concat();
        assert_eq!(object(&file, key), Some(&b"object"[..]));
        assert_eq!(object(&file, Key([8; 32])), None);
        assert_eq!(split(&file).unwrap().1, description(key));
    }

    #[test]
    fn damage_behind_the_object_is_noticed() {
        let key = Key([7; 32]);
        let file = [b"object".to_vec(), trailer(&description(key))].concat();
        for at in b"object".len()..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << (at % 8);
            assert_ne!(object(&damaged, key), Some(&b"object"[..]), "byte {at}");
        }
        for len in 0..file.len() {
            assert_eq!(object(&file[..len], key), None, "cut off at {len}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let long = Description { input: "é".repeat(MAX_TEXT), ..description(Key([7; 32])) };
        let input = split(&trailer(&long)).unwrap().1.input;
        assert_eq!(input.len(), MAX_TEXT);
    }
}
