//! What the plan of an object's instances is made of: data and code that are there before it.

use super::code::Code;
use cantilever_abi::block::BlockLayout;
use cantilever_abi::block::intrinsics::Intrinsics;
use cantilever_object::artifact::{Elements, Instantiation};
use cantilever_object::load::LoadError;

/// The parts of a loaded object of which a plan is made.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) instantiation: Instantiation,
    /// As [`Artifact::elements`](cantilever_object::artifact::Artifact::elements).
    pub(crate) elements: Vec<Vec<Option<u32>>>,
    pub(crate) layout: &'a BlockLayout,
    pub(crate) memory_reservation: u64,
    /// The data section.
    pub(crate) data: &'a [u8],
    pub(crate) code: &'a Code,
    /// Engine-wide identities of the core types, by `CoreTypeId`.
    pub(crate) type_ids: &'a [u32],
    /// The greatest number of entries of a handle table.
    pub(crate) handle_quota: u32,
    /// What contexts point to.
    pub(crate) intrinsics: &'static Intrinsics,
}

/// Lists of functions in tables and element segments.
#[derive(Debug)]
pub(crate) struct ElementLists {
    lists: Vec<Vec<Option<u32>>>,
    /// The offset at which the part of the block ends in which functions lie.
    end: u32,
}

impl ElementLists {
    /// The lists of an object whose block has this layout.
    pub(super) fn new(lists: Vec<Vec<Option<u32>>>, layout: &BlockLayout) -> Self {
        ElementLists { lists, end: layout.scopes }
    }

    /// The functions that these elements are: offsets from their base, or none for null.
    pub(crate) fn of(&self, elements: &Elements) -> &[Option<u32>] {
        &self.lists[elements.list as usize]
    }

    /// The same for elements that have not been looked at yet: checked to lie below `len`, and in
    /// the block.
    pub(crate) fn checked(&self, elements: &Elements, len: u64) -> Result<&[Option<u32>], LoadError> {
        let list = self.lists.get(elements.list as usize);
        let inside = |def: &u32| def.checked_add(elements.base).is_some_and(|at| at <= self.end);
        let fits = |list: &&Vec<Option<u32>>| {
            let end = elements.offset.checked_add(list.len() as u64);
            end.is_some_and(|end| end <= len) && list.iter().flatten().all(inside)
        };
        let list = list.filter(fits);
        list.map(Vec::as_slice).ok_or_else(|| LoadError::Malformed("elements lie outside their table".to_owned()))
    }
}
