//! The functions of the last compilation of an input, for the next one, in which most of them will
//! be the same.
//!
//! They lie in one file, a *pack*, which is replaced after each compilation that made new ones:
//! what is not used any more is left out, so a pack does not grow.
//!
//! | bytes | content |
//! |---|---|
//! | any | records of functions |
//! | 52 for each | index, by ascending key: key, offset (8), length (8) and CRC-32 (4) of the record |
//! | 8 | number of records |
//! | 4 | CRC-32 of index and number |
//!
//! Numbers are little-endian. An [`entry`](super::entry) holds the pack as it holds an object.

use crate::codegen::reuse::{FunctionKey, FunctionStore};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Bytes of an entry of the index.
const INDEXED: usize = 52;
/// Bytes after the index.
const FOOTER: usize = 12;

/// The functions that a compilation finds and keeps.
pub(super) struct Functions<'a> {
    pack: Option<Pack<'a>>,
    /// For each record of the pack: was it found?
    used: Box<[AtomicBool]>,
    new: Mutex<Vec<(FunctionKey, Vec<u8>)>>,
}

impl<'a> Functions<'a> {
    /// With the pack in these bytes. A damaged one counts as none.
    pub fn new(pack: Option<&'a [u8]>) -> Self {
        let pack = pack.and_then(Pack::new);
        let records = pack.as_ref().map_or(0, |pack| pack.len());
        Functions { pack, used: (0..records).map(|_| AtomicBool::new(false)).collect(), new: Mutex::default() }
    }

    /// The pack for the next compilation; `None` if it is the one that there was.
    pub fn into_pack(self) -> Option<Vec<u8>> {
        let mut new = self.new.into_inner().expect("nothing panics while it holds the lock");
        if new.is_empty() {
            return None;
        }
        let used = (0..self.used.len()).filter(|index| self.used[*index].load(Relaxed));
        let used = used.filter_map(|index| self.pack.as_ref()?.record(index));
        new.sort_unstable();
        let mut records: Vec<(&FunctionKey, &[u8])> = new.iter().map(|(key, record)| (key, &record[..])).collect();
        records.extend(used);
        records.sort_unstable();
        // Functions that are alike are found by one key.
        records.dedup_by_key(|(key, _)| *key);
        Some(write(&records))
    }
}

impl FunctionStore for Functions<'_> {
    fn find(&self, key: &FunctionKey) -> Option<&[u8]> {
        let pack = self.pack.as_ref()?;
        let index = pack.find(key)?;
        let (_, record) = pack.record(index)?;
        self.used[index].store(true, Relaxed);
        Some(record)
    }

    fn keep(&self, key: FunctionKey, record: Vec<u8>) {
        self.new.lock().expect("nothing panics while it holds the lock").push((key, record));
    }
}

/// A pack, whose index has been checked.
struct Pack<'a> {
    records: &'a [u8],
    index: &'a [[u8; INDEXED]],
}

impl<'a> Pack<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let (rest, footer) = bytes.split_last_chunk::<FOOTER>()?;
        let (count, checksum) = footer.split_at(8);
        let len = usize::try_from(number(count)).ok()?.checked_mul(INDEXED)?;
        let start = rest.len().checked_sub(len)?;
        if crc32fast::hash(&bytes[start..bytes.len() - 4]) != number(checksum) as u32 {
            return None;
        }
        let (records, index) = rest.split_at(start);
        Some(Pack { records, index: index.as_chunks().0 })
    }

    fn len(&self) -> usize {
        self.index.len()
    }

    fn find(&self, key: &FunctionKey) -> Option<usize> {
        self.index.binary_search_by(|indexed| indexed[..key.len()].cmp(key)).ok()
    }

    /// A record with its key; `None` if it is damaged.
    fn record(&self, index: usize) -> Option<(&'a FunctionKey, &'a [u8])> {
        let (key, place) = self.index[index].split_first_chunk()?;
        let [start, len] = [number(&place[..8]), number(&place[8..16])].map(|n| usize::try_from(n).ok());
        let range: Range<usize> = start?..start?.checked_add(len?)?;
        let record = self.records.get(range)?;
        (crc32fast::hash(record) == number(&place[16..]) as u32).then_some((key, record))
    }
}

/// A little-endian number of at most eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Writes records, which are sorted by key.
fn write(records: &[(&FunctionKey, &[u8])]) -> Vec<u8> {
    let bytes: usize = records.iter().map(|(_, record)| record.len() + INDEXED).sum();
    let mut pack = Vec::with_capacity(bytes + FOOTER);
    for (_, record) in records {
        pack.extend_from_slice(record);
    }
    let (index, mut at) = (pack.len(), 0);
    for (key, record) in records {
        pack.extend_from_slice(&key[..]);
        pack.extend((at as u64).to_le_bytes());
        pack.extend((record.len() as u64).to_le_bytes());
        pack.extend(crc32fast::hash(record).to_le_bytes());
        at += record.len();
    }
    pack.extend((records.len() as u64).to_le_bytes());
    let checksum = crc32fast::hash(&pack[index..]);
    pack.extend(checksum.to_le_bytes());
    pack
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [FunctionKey; 3] = [[3; 32], [1; 32], [2; 32]];

    fn pack() -> Vec<u8> {
        let functions = Functions::new(None);
        KEYS.iter().for_each(|key| functions.keep(*key, vec![key[0]; 5]));
        functions.keep(KEYS[0], vec![3; 5]);
        functions.into_pack().unwrap()
    }

    #[test]
    fn what_is_kept_is_found_and_what_is_not_used_goes() {
        let pack = pack();
        let functions = Functions::new(Some(&pack));
        assert_eq!(functions.find(&[3; 32]), Some(&[3; 5][..]));
        assert_eq!(functions.find(&[1; 32]), Some(&[1; 5][..]));
        assert_eq!(functions.find(&[4; 32]), None);
        functions.keep([4; 32], vec![4]);
        let next = functions.into_pack().unwrap();
        let found = |key: u8| Functions::new(Some(&next)).find(&[key; 32]).is_some();
        assert_eq!([1, 2, 3, 4].map(found), [true, false, true, true]);
        assert!(Functions::new(Some(&next)).into_pack().is_none(), "nothing is new");
    }

    #[test]
    fn damage_is_noticed() {
        let pack = pack();
        for at in 0..pack.len() {
            let mut damaged = pack.clone();
            damaged[at] ^= 1 << (at % 8);
            let functions = Functions::new(Some(&damaged));
            let found: Vec<_> = KEYS.iter().filter_map(|key| Some((key[0], functions.find(key)?))).collect();
            assert!(found.len() < KEYS.len(), "byte {at}");
            assert!(found.iter().all(|(key, record)| *record == [*key; 5]), "byte {at}");
        }
        for len in 0..pack.len() {
            assert!(KEYS.iter().all(|key| Functions::new(Some(&pack[..len])).find(key).is_none()));
        }
    }
}
