//! Values under 32-bit keys: an index, and the generation of the slot there.
//!
//! A key has the index in its lower [`INDEX_BITS`] bits and the generation above. A slot's
//! generation changes whenever a key of it dies, so a dead key finds nothing. Generations wrap: a
//! key comes back after [`GENERATIONS`] deaths in its slot. Free slots are reused last in, first
//! out.

/// Bits of a key that are the index.
const INDEX_BITS: u32 = 20;

/// How many entries there can be at one time.
pub(crate) const MAX_ENTRIES: u32 = 1 << INDEX_BITS;

/// How many generations a slot has before the first one comes again.
pub(crate) const GENERATIONS: u32 = 1 << (u32::BITS - INDEX_BITS);

/// A table has as many entries as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the table of resources is full: its limit is {limit} entries")]
#[non_exhaustive]
pub struct TableFull {
    /// What the limit allows.
    pub limit: u32,
}

/// A representation under which a table has nothing: it never gave it out, or the entry is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the table of resources has no entry {rep:#x}")]
#[non_exhaustive]
pub struct NoSuchEntry {
    /// The representation.
    pub rep: u32,
}

#[derive(Debug)]
struct Slot<V> {
    /// The key of the entry, or of the next one that is put here.
    key: u32,
    content: Content<V>,
}

#[derive(Debug)]
enum Content<V> {
    Value(V),
    /// The next free slot, or [`NO_SLOT`].
    Free(u32),
}

impl<V> Slot<V> {
    fn entry(&self) -> Option<(u32, &V)> {
        match &self.content {
            Content::Value(value) => Some((self.key, value)),
            Content::Free(_) => None,
        }
    }

    fn entry_mut(&mut self) -> Option<(u32, &mut V)> {
        match &mut self.content {
            Content::Value(value) => Some((self.key, value)),
            Content::Free(_) => None,
        }
    }
}

/// The place of an entry, which keeps it whatever its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotIndex(u32);

impl SlotIndex {
    /// The slot of a key.
    pub(crate) fn of(key: u32) -> Self {
        SlotIndex(index(key) as u32)
    }
}

/// Ends the list of free slots.
const NO_SLOT: u32 = u32::MAX;

/// Values under keys. Looking one up is an index and a compare.
#[derive(Debug)]
pub(crate) struct Slab<V> {
    slots: Vec<Slot<V>>,
    first_free: u32,
    entries: u32,
    limit: u32,
}

impl<V> Slab<V> {
    /// An empty slab for at most `limit` entries, and never more than [`MAX_ENTRIES`].
    pub(crate) const fn new(limit: u32) -> Self {
        let limit = if limit < MAX_ENTRIES { limit } else { MAX_ENTRIES };
        Slab { slots: Vec::new(), first_free: NO_SLOT, entries: 0, limit }
    }

    pub(crate) fn len(&self) -> u32 {
        self.entries
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// Changes the limit. Entries above it stay.
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.limit = limit.min(MAX_ENTRIES);
    }

    /// Adds a value, and gives its key. A full slab drops the value.
    #[inline]
    pub(crate) fn insert(&mut self, value: V) -> Result<u32, TableFull> {
        if self.entries >= self.limit {
            return Err(TableFull { limit: self.limit });
        }
        let Some(slot) = self.slots.get_mut(self.first_free as usize) else { return Ok(self.append(value)) };
        let Content::Free(next) = std::mem::replace(&mut slot.content, Content::Value(value)) else {
            unreachable!("the list of free slots leads to free slots only")
        };
        self.first_free = next;
        self.entries += 1;
        Ok(slot.key)
    }

    /// Adds a value behind all slots, none of which is free. Their number is below [`MAX_ENTRIES`]:
    /// each has an entry, and the limit allows one more.
    fn append(&mut self, value: V) -> u32 {
        let key = self.slots.len() as u32;
        self.slots.push(Slot { key, content: Content::Value(value) });
        self.entries += 1;
        key
    }

    #[inline]
    pub(crate) fn get(&self, key: u32) -> Result<&V, NoSuchEntry> {
        match self.slots.get(index(key)) {
            Some(Slot { key: current, content: Content::Value(value) }) if *current == key => Ok(value),
            _ => Err(NoSuchEntry { rep: key }),
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: u32) -> Result<&mut V, NoSuchEntry> {
        match self.slots.get_mut(index(key)) {
            Some(Slot { key: current, content: Content::Value(value) }) if *current == key => Ok(value),
            _ => Err(NoSuchEntry { rep: key }),
        }
    }

    /// Takes a value out. Its key is dead from now on.
    #[inline]
    pub(crate) fn remove(&mut self, key: u32) -> Result<V, NoSuchEntry> {
        match self.slots.get_mut(index(key)) {
            Some(slot) if slot.key == key && matches!(slot.content, Content::Value(_)) => {
                slot.key = next_key(key);
                let Content::Value(value) = std::mem::replace(&mut slot.content, Content::Free(self.first_free)) else {
                    unreachable!("the slot has a value, as was just seen")
                };
                self.first_free = index(key) as u32;
                self.entries -= 1;
                Ok(value)
            }
            _ => Err(NoSuchEntry { rep: key }),
        }
    }

    /// Gives a value another key, which is returned. The old one is dead from now on.
    pub(crate) fn rekey(&mut self, key: u32) -> Result<u32, NoSuchEntry> {
        self.get(key)?;
        let slot = &mut self.slots[index(key)];
        slot.key = next_key(key);
        Ok(slot.key)
    }

    /// The entry in a slot with its key, whichever it is.
    pub(crate) fn slot(&self, slot: SlotIndex) -> Option<(u32, &V)> {
        self.slots.get(slot.0 as usize).and_then(Slot::entry)
    }

    /// The entry in a slot with its key, to change.
    pub(crate) fn slot_mut(&mut self, slot: SlotIndex) -> Option<(u32, &mut V)> {
        self.slots.get_mut(slot.0 as usize).and_then(Slot::entry_mut)
    }

    /// All values with their keys, in the order of their slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &V)> {
        self.slots.iter().filter_map(Slot::entry)
    }

    /// All values with their keys, to change, in the order of their slots.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut V)> {
        self.slots.iter_mut().filter_map(Slot::entry_mut)
    }
}

#[inline]
fn index(key: u32) -> usize {
    (key & (MAX_ENTRIES - 1)) as usize
}

/// The key of the next generation in the same slot.
#[inline]
fn next_key(key: u32) -> u32 {
    key.wrapping_add(MAX_ENTRIES)
}
