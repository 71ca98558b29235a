//! What all instances of an object have in common, worked out when it is loaded, so that making one is little more than
//! copying a template.

use super::code::Code;
use super::limits::{LimitExceeded, Limits};
use super::linear_memory;
use super::memory_image::{Contents, ImageFile};
use super::template::Template;
use cantilever_abi::block::BlockLayout;
use cantilever_abi::block::intrinsics::Intrinsics;
use cantilever_object::artifact::{
    Elements, Instantiation, LateStep, MemoryEntry, MemoryLimits, Piece, TableEntry, TemplateItem,
};
use cantilever_object::load::LoadError;

/// What all instances of an object have in common.
#[derive(Debug)]
pub(crate) struct InstancePlan {
    /// Where everything lies in a block.
    pub(crate) layout: BlockLayout,
    /// Bytes of address space that each memory needs.
    pub(crate) memory_reservation: u64,
    /// The fixed part of the block.
    pub(crate) template: Template,
    /// The memories that an instance has.
    pub(crate) memories: MemoryPlans,
    /// The tables that an instance has. What is in them was checked to lie in their initial size.
    pub(crate) tables: Box<[TableEntry]>,
    /// The functions in tables and segments.
    pub(crate) elements: ElementLists,
    /// The bytes of data segments, where segment slots of the template point to, and pieces that are copied lie.
    pub(crate) data: Box<[u8]>,
    /// What remains to be done for each instance.
    pub(crate) late_steps: Box<[LateStep]>,
}

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

/// The memories of an object's instances.
#[derive(Debug)]
pub(crate) struct MemoryPlans {
    pub(crate) plans: Box<[MemoryPlan]>,
    /// The file from which contents are mapped.
    pub(crate) file: Option<ImageFile>,
}

/// A memory.
#[derive(Debug)]
pub(crate) struct MemoryPlan {
    /// Block offset of the `MemoryDef`.
    pub(crate) at: u32,
    pub(crate) limits: MemoryLimits,
    pub(crate) contents: Contents,
}

/// Lists of functions in tables and element segments.
#[derive(Debug)]
pub(crate) struct ElementLists {
    lists: Vec<Vec<Option<u32>>>,
    /// The offset at which the part of the block ends in which functions lie.
    end: u32,
}

impl ElementLists {
    /// The functions that these elements are: offsets from their base, or none for null.
    pub(crate) fn of(&self, elements: &Elements) -> &[Option<u32>] {
        &self.lists[elements.list as usize]
    }

    /// The same for elements that have not been looked at yet: checked to lie below `len`, and in the block.
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

impl MemoryPlans {
    /// Makes images of what memories contain, which `data` has.
    fn new(memories: &[MemoryEntry], data: &[u8]) -> Result<Self, LoadError> {
        for MemoryEntry { limits, contents, .. } in memories {
            // A memory that is too large to be made is an error when it is made.
            let size = linear_memory::initial_bytes(limits);
            if !contents.iter().all(|p| fits(p.start, p.len, data.len() as u64) && fits(p.offset, p.len, size)) {
                return Err(LoadError::Malformed("a piece of data lies outside its memory or section".to_owned()));
            }
        }
        let pieces: Vec<&[Piece]> = memories.iter().map(|memory| &*memory.contents).collect();
        let (file, contents) = ImageFile::new(&pieces, data);
        let plan =
            |(memory, contents): (&MemoryEntry, _)| MemoryPlan { at: memory.at, limits: memory.limits, contents };
        Ok(MemoryPlans { plans: memories.iter().zip(contents).map(plan).collect(), file })
    }

    /// Are there contents that each instance copies from the data section?
    pub(crate) fn copy(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.contents, Contents::Copied(_)))
    }
}

impl InstancePlan {
    /// Works out a plan.
    pub(crate) fn new(mut parts: Parts<'_>) -> Result<Self, LoadError> {
        let Instantiation { template: items, memories, tables, late_steps } = std::mem::take(&mut parts.instantiation);
        let elements = ElementLists { lists: std::mem::take(&mut parts.elements), end: parts.layout.scopes };
        let memories = MemoryPlans::new(&memories, parts.data)?;
        let needed = if memories.copy() { parts.data.len() } else { slots_end(&items, parts.data.len()) };
        let data: Box<[u8]> = parts.data[..needed].into();
        let template = Template::new(&parts, &items, &elements, &data)?;
        for table in &tables {
            for contents in &table.contents {
                elements.checked(contents, table.limits.min)?;
            }
        }
        Ok(InstancePlan {
            layout: parts.layout.clone(),
            memory_reservation: parts.memory_reservation,
            template,
            memories,
            tables: tables.into(),
            elements,
            data,
            late_steps: late_steps.into(),
        })
    }

    /// May a store with these limits have an instance?
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), LimitExceeded> {
        for plan in &self.memories.plans {
            limits.check_memory(linear_memory::initial_bytes(&plan.limits))?;
        }
        for table in &self.tables {
            limits.check_table(table.limits.min)?;
        }
        Ok(())
    }
}

/// The end of the data to which segment slots point, at most `len`.
fn slots_end(items: &[TemplateItem], len: usize) -> usize {
    let ends = items.iter().filter_map(|item| match item {
        TemplateItem::Data { start, len, .. } => Some(start.saturating_add(*len)),
        _ => None,
    });
    ends.max().unwrap_or(0).min(len as u64) as usize
}

fn fits(start: u64, len: u64, size: u64) -> bool {
    start.checked_add(len).is_some_and(|end| end <= size)
}
