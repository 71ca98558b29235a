//! A table of values of one type.

use super::slab::{GENERATIONS, MAX_ENTRIES, NoSuchEntry, Slab, TableFull};
use crate::store::variance::Invariant;
use crate::value::resource::Resource;

/// What the resources of one type stand for, by representation.
///
/// The table holds values of type `T` and gives out handles of type `Resource<R>`. `R` is what the
/// [`Linker`](crate::Linker) was told stands for the resource type; it is `T` itself unless another
/// type is named. A handle of another resource type does not compile:
///
/// ```
/// # use cantilever_runtime::{Resource, Table};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut names: Table<String> = Table::new();
/// let name = names.push("first".to_owned())?;
/// assert_eq!(names.get(&name)?, "first");
/// assert_eq!(names.remove(name)?, "first");
/// # Ok(())
/// # }
/// ```
/// ```compile_fail
/// # use cantilever_runtime::{Resource, Table};
/// # fn wrong(names: &Table<String>, file: &Resource<std::fs::File>) {
/// names.get(file); // `Resource<String>` is wanted
/// # }
/// ```
///
/// A representation is an index of 20 bits below a generation of 12 bits. The generation changes
/// when an entry is removed. So the representation of a removed entry finds nothing, until
/// [`Self::GENERATIONS`] entries have been removed from the same slot: then generations start
/// again, and so does the representation. Guests have handles and no representations, so only a
/// host that keeps numbers of its own can meet that.
///
/// Nothing is hashed, boxed or looked up by type. An entry takes the room of a `T` and eight bytes
/// or so. Slots are kept when their entries are removed.
pub struct Table<T, R = T> {
    slab: Slab<T>,
    _resource: Invariant<R>,
}

impl<T, R> Table<T, R> {
    /// How many entries a table can have at one time, whatever its limit.
    pub const MAX_ENTRIES: u32 = MAX_ENTRIES;

    /// How many entries a slot has before a representation comes again.
    pub const GENERATIONS: u32 = GENERATIONS;

    /// An empty table for at most [`Self::MAX_ENTRIES`] entries. It allocates nothing.
    pub fn new() -> Self {
        Self::with_limit(MAX_ENTRIES)
    }

    /// An empty table for at most `limit` entries at one time.
    pub fn with_limit(limit: u32) -> Self {
        Table { slab: Slab::new(limit), _resource: Invariant::default() }
    }

    /// How many entries there may be at one time.
    pub fn limit(&self) -> u32 {
        self.slab.limit()
    }

    /// Sets how many entries there may be from now on. Entries above the limit stay.
    pub fn set_limit(&mut self, limit: u32) {
        self.slab.set_limit(limit);
    }

    /// How many entries there are.
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
    #[inline]
    pub fn push(&mut self, value: T) -> Result<Resource<R>, TableFull> {
        self.insert(value).map(Resource::new)
    }

    /// The value that a handle names.
    #[inline]
    pub fn get(&self, handle: &Resource<R>) -> Result<&T, NoSuchEntry> {
        self.by_rep(handle.rep())
    }

    /// The value that a handle names, to change.
    #[inline]
    pub fn get_mut(&mut self, handle: &Resource<R>) -> Result<&mut T, NoSuchEntry> {
        self.by_rep_mut(handle.rep())
    }

    /// Takes out the value that a handle names. Other names of the entry are dead from now on.
    #[inline]
    pub fn remove(&mut self, handle: Resource<R>) -> Result<T, NoSuchEntry> {
        self.remove_rep(handle.rep())
    }

    /// As [`push`](Self::push), with the representation instead of a handle.
    #[inline]
    pub fn insert(&mut self, value: T) -> Result<u32, TableFull> {
        self.slab.insert(value)
    }

    /// The value with a representation.
    #[inline]
    pub fn by_rep(&self, rep: u32) -> Result<&T, NoSuchEntry> {
        self.slab.get(rep)
    }

    /// The value with a representation, to change.
    #[inline]
    pub fn by_rep_mut(&mut self, rep: u32) -> Result<&mut T, NoSuchEntry> {
        self.slab.get_mut(rep)
    }

    /// Takes out the value with a representation, which is what destructors are given.
    #[inline]
    pub fn remove_rep(&mut self, rep: u32) -> Result<T, NoSuchEntry> {
        self.slab.remove(rep)
    }

    /// All values with their representations, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.slab.iter()
    }

    /// All values with their representations, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        self.slab.iter_mut()
    }
}

impl<T, R> std::fmt::Debug for Table<T, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).field("limit", &self.limit()).finish_non_exhaustive()
    }
}

impl<T, R> Default for Table<T, R> {
    fn default() -> Self {
        Self::new()
    }
}
