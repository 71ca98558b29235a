//! A table of values of any type, some of them children of others.

use super::slab::{MAX_ENTRIES, NoSuchEntry, Slab, SlotIndex, TableFull};
use crate::value::resource::Resource;
use std::any::Any;

/// What resources of any type stand for, by representation, in one table.
///
/// A handle `Resource<T>` names a value of type `T` here. A host that has a type for each kind of
/// resource does better with a [`Table`](super::table::Table) for each: that needs no allocation
/// for an entry, and no check of types.
///
/// An entry can be the child of another. A parent that is removed is dead at once: nothing finds
/// it. Its value stays until its last child is gone, and meanwhile
/// [`parent`](Self::parent) still reaches it from a child. When the table is dropped, children are
/// dropped before their parents.
///
/// Representations are those of [`Table`](super::table::Table). Removing a parent that has children
/// uses up two generations of its slot.
#[derive(Debug)]
pub struct ResourceTable {
    slab: Slab<Entry>,
}

#[derive(Debug)]
struct Entry {
    value: Box<dyn Any + Send>,
    /// Where the parent is. It stays there as long as it has children, under whatever key.
    parent: Option<SlotIndex>,
    children: u32,
    /// It was removed, and waits for its children.
    dead: bool,
}

/// Why a [`ResourceTable`] refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceTableError {
    /// There are as many entries as there may be.
    #[error(transparent)]
    Full(#[from] TableFull),
    /// There is no such entry.
    #[error(transparent)]
    NoSuchEntry(#[from] NoSuchEntry),
    /// The entry's value has another type.
    #[error("entry {rep:#x} of the table of resources is no `{expected}`")]
    WrongType {
        /// The entry's representation.
        rep: u32,
        /// The Rust type that was asked for.
        expected: &'static str,
    },
    /// The entry is nobody's child.
    #[error("entry {rep:#x} of the table of resources has no parent")]
    NoParent {
        /// The entry's representation.
        rep: u32,
    },
}

type Result<T, E = ResourceTableError> = core::result::Result<T, E>;

impl ResourceTable {
    /// An empty table for at most [`Table::MAX_ENTRIES`](super::table::Table::MAX_ENTRIES) entries.
    pub fn new() -> Self {
        Self::with_limit(MAX_ENTRIES)
    }

    /// An empty table for at most `limit` entries at one time. Removed parents that wait for their
    /// children count.
    pub fn with_limit(limit: u32) -> Self {
        ResourceTable { slab: Slab::new(limit) }
    }

    /// How many entries there may be at one time.
    pub fn limit(&self) -> u32 {
        self.slab.limit()
    }

    /// Sets how many entries there may be from now on. Entries above the limit stay.
    pub fn set_limit(&mut self, limit: u32) {
        self.slab.set_limit(limit);
    }

    /// How many entries there are. Removed parents that wait for their children count.
    pub fn len(&self) -> u32 {
        self.slab.len()
    }

    /// Is there no entry?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a value, and gives an owned handle of it.
    ///
    /// # Errors
    ///
    /// [`TableFull`] when there are as many entries as the limit allows. The value is dropped.
    pub fn push<T: Any + Send>(&mut self, value: T) -> Result<Resource<T>, TableFull> {
        self.insert(value, None)
    }

    /// Adds a value that keeps its parent's value as long as it is there itself.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NoSuchEntry`] when the parent has been removed, also while other
    /// children keep it. [`ResourceTableError::Full`] as for [`push`](Self::push).
    pub fn push_child<T: Any + Send, P: Any>(&mut self, value: T, parent: &Resource<P>) -> Result<Resource<T>> {
        self.get(parent)?;
        let child = self.insert(value, Some(SlotIndex::of(parent.rep())))?;
        self.slab.get_mut(parent.rep())?.children += 1;
        Ok(child)
    }

    fn insert<T: Any + Send>(&mut self, value: T, parent: Option<SlotIndex>) -> Result<Resource<T>, TableFull> {
        let entry = Entry { value: Box::new(value), parent, children: 0, dead: false };
        self.slab.insert(entry).map(Resource::new)
    }

    /// The value that a handle names.
    pub fn get<T: Any>(&self, handle: &Resource<T>) -> Result<&T> {
        let rep = handle.rep();
        self.slab.get(rep)?.value.downcast_ref().ok_or_else(|| wrong_type::<T>(rep))
    }

    /// The value that a handle names, to change.
    pub fn get_mut<T: Any>(&mut self, handle: &Resource<T>) -> Result<&mut T> {
        let rep = handle.rep();
        self.slab.get_mut(rep)?.value.downcast_mut().ok_or_else(|| wrong_type::<T>(rep))
    }

    /// The value of a child's parent, which may have been removed.
    pub fn parent<P: Any, T: Any>(&self, child: &Resource<T>) -> Result<&P> {
        let rep = child.rep();
        let parent = self.slab.get(rep)?.parent.ok_or(ResourceTableError::NoParent { rep })?;
        let (rep, entry) = self.slab.slot(parent).expect(PARENT_STAYS);
        entry.value.downcast_ref().ok_or_else(|| wrong_type::<P>(rep))
    }

    /// The value of a child's parent, to change.
    pub fn parent_mut<P: Any, T: Any>(&mut self, child: &Resource<T>) -> Result<&mut P> {
        let rep = child.rep();
        let parent = self.slab.get(rep)?.parent.ok_or(ResourceTableError::NoParent { rep })?;
        let (rep, entry) = self.slab.slot_mut(parent).expect(PARENT_STAYS);
        entry.value.downcast_mut().ok_or_else(|| wrong_type::<P>(rep))
    }

    /// Removes the entry that a handle names, and gives its value. An entry that has children gives
    /// none: its value stays until the last of them is removed, and is dropped then.
    pub fn remove<T: Any>(&mut self, handle: Resource<T>) -> Result<Option<T>> {
        self.get(&handle)?;
        let Some(Entry { value, parent, .. }) = self.retire(handle.rep())? else { return Ok(None) };
        self.release(parent);
        Ok(Some(*value.downcast().expect("the type was checked before")))
    }

    /// Removes the entry with a representation, which is what destructors are given, whatever its
    /// type. Its value is dropped, at once or with its last child.
    pub fn remove_rep(&mut self, rep: u32) -> Result<(), NoSuchEntry> {
        if let Some(entry) = self.retire(rep)? {
            self.end(entry);
        }
        Ok(())
    }

    /// Ends a key. Gives its entry unless children keep it.
    fn retire(&mut self, rep: u32) -> Result<Option<Entry>, NoSuchEntry> {
        let entry = self.slab.get_mut(rep)?;
        if entry.children == 0 {
            return self.slab.remove(rep).map(Some);
        }
        entry.dead = true;
        self.slab.rekey(rep)?;
        Ok(None)
    }

    /// Drops an entry's value, then its parents as far as only it kept them.
    fn end(&mut self, entry: Entry) {
        drop(entry.value);
        self.release(entry.parent);
    }

    /// A child of this parent has gone. Drops the parent if it is dead and has no other, and so on
    /// upwards.
    fn release(&mut self, parent: Option<SlotIndex>) {
        let mut next = parent;
        while let Some(slot) = next {
            let (key, entry) = self.slab.slot_mut(slot).expect(PARENT_STAYS);
            entry.children -= 1;
            if !entry.dead || entry.children != 0 {
                return;
            }
            next = self.slab.remove(key).expect("a slot has an entry under its own key").parent;
        }
    }
}

const PARENT_STAYS: &str = "a parent stays in its slot as long as it has children";

fn wrong_type<T>(rep: u32) -> ResourceTableError {
    ResourceTableError::WrongType { rep, expected: std::any::type_name::<T>() }
}

impl Default for ResourceTable {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ResourceTable {
    fn drop(&mut self) {
        let mut leaves = Vec::new();
        for (key, entry) in self.slab.iter_mut() {
            if entry.children == 0 {
                leaves.push(key);
            }
            entry.dead = true;
        }
        for leaf in leaves {
            let entry = self.slab.remove(leaf).expect("the key was just read");
            self.end(entry);
        }
    }
}
