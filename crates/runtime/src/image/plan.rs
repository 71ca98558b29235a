//! What all instances of an object have in common, worked out when it is loaded, so that making one
//! is little more than copying a template.

use super::parts::{ElementLists, Parts};
use super::template::Template;
use crate::error::limits::{LimitExceeded, Limits};
use crate::memory::contents::{Contents, ImageFile};
use crate::memory::linear_memory;
use cantilever_abi::block::BlockLayout;
use cantilever_object::artifact::{
    Instantiation, LateStep, MemoryEntry, MemoryLimits, Piece, TableEntry, TemplateItem,
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
    /// The bytes of data segments, where segment slots of the template point to, and pieces that
    /// are copied lie.
    pub(crate) data: Box<[u8]>,
    /// What remains to be done for each instance.
    pub(crate) late_steps: Box<[LateStep]>,
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
        let elements = ElementLists::new(std::mem::take(&mut parts.elements), parts.layout);
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
