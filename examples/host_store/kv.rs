//! A key-value store as plain Rust. What its types have to do with components is derived; it knows
//! nothing of handles or the runtime.

use cantilever::runtime::{ComponentType, Lift, Lower};

/// What a key stands for.
#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
pub enum Value {
    Text(String),
    Number(f64),
    Blob(Vec<u8>),
    Nothing,
}

/// The kind of a value that is something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower, Lift)]
pub enum Kind {
    Text,
    Number,
    Blob,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
pub struct Entry {
    pub key: String,
    pub val: Value,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lower, Lift)]
pub enum StoreError {
    NotFound(String),
    Full,
    BadType((Kind, Kind)),
}

/// The permissions that are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower, Lift)]
#[component(flags)]
pub struct Perms {
    pub read: bool,
    pub write: bool,
    pub admin: bool,
}

/// Entries in the order in which they were set first.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    pub name: String,
    pub perms: Perms,
    pub entries: Vec<Entry>,
}

/// Walks the entries that a bucket had when the cursor was made.
#[derive(Debug)]
pub struct Cursor(std::vec::IntoIter<Entry>);

impl Value {
    fn kind(&self) -> Option<Kind> {
        match self {
            Value::Text(_) => Some(Kind::Text),
            Value::Number(_) => Some(Kind::Number),
            Value::Blob(_) => Some(Kind::Blob),
            Value::Nothing => None,
        }
    }
}

impl Bucket {
    pub fn new(name: String, perms: Perms) -> Self {
        Bucket { name, perms, entries: Vec::new() }
    }

    /// Opens a bucket by name; some names are refused.
    pub fn open(name: String) -> Result<Self, StoreError> {
        match name.as_bytes().first() {
            None => Err(StoreError::Full),
            Some(b'!') => Err(StoreError::NotFound(name)),
            Some(_) => Ok(Bucket::new(name, Perms { read: true, write: true, admin: false })),
        }
    }

    pub fn get(&self, key: &str) -> Result<Value, StoreError> {
        match self.entries.iter().find(|entry| entry.key == key) {
            Some(entry) => Ok(entry.val.clone()),
            None => Err(StoreError::NotFound(key.to_owned())),
        }
    }

    /// Returns the old value. A value may only be replaced by one of its kind, or by nothing.
    pub fn set(&mut self, key: String, val: Value) -> Result<Option<Value>, StoreError> {
        if !self.perms.write {
            return Err(StoreError::Full);
        }
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key) else {
            self.entries.push(Entry { key, val, version: 1 });
            return Ok(None);
        };
        match (entry.val.kind(), val.kind()) {
            (Some(old), Some(new)) if old != new => Err(StoreError::BadType((old, new))),
            _ => {
                entry.version += 1;
                Ok(Some(std::mem::replace(&mut entry.val, val)))
            }
        }
    }

    /// Copies what is missing from another bucket; how many entries that were.
    pub fn merge(&mut self, other: &Bucket) -> u32 {
        let before = self.entries.len();
        for entry in &other.entries {
            if !self.entries.iter().any(|own| own.key == entry.key) {
                self.entries.push(Entry { version: 1, ..entry.clone() });
            }
        }
        (self.entries.len() - before) as u32
    }

    /// A copy whose name has a prefix.
    pub fn fork(&self, prefix: &str) -> Bucket {
        Bucket { name: format!("{prefix}{}", self.name), ..self.clone() }
    }

    pub fn scan(&self) -> Cursor {
        Cursor(self.entries.clone().into_iter())
    }
}

impl Iterator for Cursor {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        self.0.next()
    }
}

/// Values under numbers: a handle's representation is such a number.
#[derive(Debug)]
pub struct Slab<V> {
    slots: Vec<Option<V>>,
    free: Vec<u32>,
}

impl<V> Default for Slab<V> {
    fn default() -> Self {
        Slab { slots: Vec::new(), free: Vec::new() }
    }
}

impl<V> Slab<V> {
    pub fn insert(&mut self, value: V) -> u32 {
        match self.free.pop() {
            Some(rep) => {
                self.slots[rep as usize] = Some(value);
                rep
            }
            None => {
                self.slots.push(Some(value));
                (self.slots.len() - 1) as u32
            }
        }
    }

    pub fn get(&self, rep: u32) -> &V {
        self.slots[rep as usize].as_ref().expect("a handle keeps its value alive")
    }

    pub fn get_mut(&mut self, rep: u32) -> &mut V {
        self.slots[rep as usize].as_mut().expect("a handle keeps its value alive")
    }

    pub fn remove(&mut self, rep: u32) -> V {
        self.free.push(rep);
        self.slots[rep as usize].take().expect("a handle keeps its value alive")
    }

    pub fn len(&self) -> u32 {
        (self.slots.len() - self.free.len()) as u32
    }
}

/// The host's data: every bucket and cursor that a guest has a handle of.
#[derive(Debug, Default)]
pub struct Stored {
    pub buckets: Slab<Bucket>,
    pub cursors: Slab<Cursor>,
}

impl Stored {
    /// Copies into the first bucket what it lacks of the second; they may be the same.
    pub fn merge(&mut self, into: u32, from: u32) -> u32 {
        if into == from {
            return 0;
        }
        let other = self.buckets.get(from).clone();
        self.buckets.get_mut(into).merge(&other)
    }

    /// The name of the first bucket that has more entries than those before it.
    pub fn largest(&self, buckets: impl IntoIterator<Item = u32>) -> Option<String> {
        let mut largest: Option<&Bucket> = None;
        for bucket in buckets.into_iter().map(|rep| self.buckets.get(rep)) {
            if largest.is_none_or(|l| bucket.entries.len() > l.entries.len()) {
                largest = Some(bucket);
            }
        }
        largest.map(|bucket| bucket.name.clone())
    }
}
