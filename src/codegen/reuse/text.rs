//! What is hashed to a key, and the names in it.

use super::FunctionKey;
use cantilever_abi::FuncKey;
use std::collections::HashMap;
use std::hash::Hasher;

/// What is hashed to a key: numbers, and bytes after their number.
#[derive(Default)]
pub(super) struct Text(Vec<u8>);

impl Text {
    pub fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
    }

    pub fn debug(&mut self, value: &impl std::fmt::Debug) {
        self.bytes(format!("{value:?}").as_bytes());
    }

    pub fn hash(&self) -> FunctionKey {
        *blake3::hash(&self.0).as_bytes()
    }
}

/// What implements `Hash` writes itself.
impl Hasher for Text {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    fn finish(&self) -> u64 {
        unreachable!("what was written is hashed by `hash`")
    }
}

/// The functions that a function speaks of, in the order in which it does first. A key has their
/// places in this order instead of their names.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<FuncKey>,
    places: HashMap<FuncKey, u32>,
}

impl Names {
    /// The place of a function, which is added if it is new.
    pub fn place(&mut self, key: FuncKey) -> u32 {
        let new = self.list.len() as u32;
        let list = &mut self.list;
        *self.places.entry(key).or_insert_with(|| {
            list.push(key);
            new
        })
    }

    /// The place of a function that is there.
    pub fn find(&self, key: FuncKey) -> Option<u32> {
        self.places.get(&key).copied()
    }

    /// The function at a place.
    pub fn get(&self, place: u32) -> Option<FuncKey> {
        self.list.get(place as usize).copied()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn into_list(self) -> Vec<FuncKey> {
        self.list
    }
}
