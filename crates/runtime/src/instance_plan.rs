//! What all instances of an object have in common, worked out when it is loaded, so that making one is little more than
//! copying a template.

use super::image::Image;
use super::limits::{LimitExceeded, Limits};
use super::linear_memory;
use super::memory_image::{Contents, ImageFile};
use super::template::{Builder, Template};
use cantilever_object::artifact::{Elements, MemoryLimits, Piece, Step, TableLimits};
use cantilever_object::load::LoadError;

/// What all instances of an object have in common.
#[derive(Debug, Default)]
pub(crate) struct InstancePlan {
    /// The fixed part of the block.
    pub(crate) template: Template,
    /// The memories that an instance has.
    pub(crate) memories: MemoryPlans,
    /// The tables that an instance has.
    pub(crate) tables: Box<[TablePlan]>,
    /// What remains to be done for each instance: steps that depend on imports or run code.
    pub(crate) steps: Box<[Step]>,
}

/// The memories of an object's instances.
#[derive(Debug, Default)]
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

/// A table.
#[derive(Debug)]
pub(crate) struct TablePlan {
    /// Block offset of the `TableDef`.
    pub(crate) at: u32,
    pub(crate) limits: TableLimits,
    pub(crate) contents: Box<[Elements]>,
}

impl MemoryPlans {
    /// Makes images of what memories contain, which `data` has.
    pub(super) fn new(steps: &[Step], data: &[u8]) -> Result<Self, LoadError> {
        let memories = steps.iter().filter_map(|step| match step {
            Step::Memory { at, limits, contents } => Some((*at, *limits, &contents[..])),
            _ => None,
        });
        let memories: Vec<(u32, MemoryLimits, &[Piece])> = memories.collect();
        for (_, limits, pieces) in &memories {
            // A memory that is too large to be made is an error when it is made.
            let size = linear_memory::initial_bytes(limits);
            if !pieces.iter().all(|p| fits(p.start, p.len, data.len() as u64) && fits(p.offset, p.len, size)) {
                return Err(LoadError::Malformed("a piece of data lies outside its memory or section".to_owned()));
            }
        }
        let pieces: Vec<&[Piece]> = memories.iter().map(|(_, _, pieces)| *pieces).collect();
        let (file, contents) = ImageFile::new(&pieces, data);
        let plan = |((at, limits, _), contents)| MemoryPlan { at, limits, contents };
        Ok(MemoryPlans { plans: memories.into_iter().zip(contents).map(plan).collect(), file })
    }

    /// Are there contents that each instance copies from the data section?
    pub(super) fn copy(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.contents, Contents::Copied(_)))
    }
}

impl InstancePlan {
    /// Works out the plan of an image that is complete but for this.
    pub(super) fn new(image: &Image, steps: Vec<Step>, memories: MemoryPlans) -> Result<Self, LoadError> {
        let mut template = Builder::new(image)?;
        let (mut tables, mut remaining) = (Vec::new(), Vec::new());
        for step in steps {
            match template.step(step)? {
                None | Some(Step::Memory { .. }) => {}
                Some(Step::Table { at, limits, contents }) => {
                    for elements in &contents {
                        image.elements(elements, limits.min)?;
                    }
                    tables.push(TablePlan { at, limits, contents: contents.into() });
                }
                Some(step) => remaining.push(step),
            }
        }
        Ok(InstancePlan { template: template.finish(), memories, tables: tables.into(), steps: remaining.into() })
    }

    /// May a store with these limits have an instance?
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), LimitExceeded> {
        for plan in &self.memories.plans {
            limits.check_memory(linear_memory::initial_bytes(&plan.limits))?;
        }
        for plan in &self.tables {
            limits.check_table(plan.limits.min)?;
        }
        Ok(())
    }
}

fn fits(start: u64, len: u64, size: u64) -> bool {
    start.checked_add(len).is_some_and(|end| end <= size)
}
