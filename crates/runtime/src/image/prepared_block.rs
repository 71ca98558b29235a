//! An instance block with its memories and tables, as it is before imports are bound. It is made so
//! again after an instance has ended, so the next one needs no new address space.

use super::plan::{InstancePlan, MemoryPlan};
use crate::error::Error;
use crate::memory::block::BlockMemory;
use crate::memory::contents::Contents;
use crate::memory::linear_memory::{self, LinearMemory};
use crate::memory::table::{self, Table};
use cantilever_abi::block::{MemoryDef, TableDef};
use cantilever_object::artifact::Elements;
use std::io;
use std::ops::Deref;

/// A block, with what its definitions own.
#[derive(Debug)]
pub(crate) struct PreparedBlock {
    memory: BlockMemory,
    memories: Box<[LinearMemory]>,
    tables: Box<[Table]>,
}

// SAFETY: what is in a block is tied to the thread that uses it only while an instance lives, and
// its store answers for that. Definitions point into the block and to boxes that belong to it.
unsafe impl Send for PreparedBlock {}

impl Deref for PreparedBlock {
    type Target = BlockMemory;

    #[inline]
    fn deref(&self) -> &BlockMemory {
        &self.memory
    }
}

impl PreparedBlock {
    /// Reserves address space and makes everything that all instances of a plan have in common.
    pub(crate) fn new(plan: &InstancePlan) -> Result<Self, Error> {
        let memory = BlockMemory::reserve(&plan.layout);
        let memory = memory.map_err(|e| Error::out_of_resources("an instance", &e))?;
        let mut memories = Vec::with_capacity(plan.memories.plans.len());
        let (file, reservation) = (plan.memories.file.as_ref(), plan.memory_reservation);
        for plan in &plan.memories.plans {
            let def = memory.at::<MemoryDef>(plan.at)?;
            // SAFETY: the definition lies in the block, which is kept as long as the memory.
            let made = unsafe { LinearMemory::new(def, plan.limits, reservation, &plan.contents, file) };
            memories.push(made.map_err(|e| Error::out_of_resources(&linear_memory::describe(&plan.limits), &e))?);
        }
        let mut tables = Vec::with_capacity(plan.tables.len());
        for entry in &plan.tables {
            let def = memory.at::<TableDef>(entry.at)?;
            // SAFETY: the definition lies in the block, which is kept as long as the table.
            let made = unsafe { Table::new(def, entry.limits) };
            tables.push(made.map_err(|e| Error::out_of_resources(&table::describe(&entry.limits), &e))?);
        }
        let block = PreparedBlock { memory, memories: memories.into(), tables: tables.into() };
        block.prepare(plan);
        Ok(block)
    }

    /// How many reservations of address space it has.
    pub(crate) fn reservations(&self) -> usize {
        1 + self.memories.iter().map(LinearMemory::reservations).sum::<usize>()
    }

    /// Does an access of compiled code to this address fault because it lies outside a memory? Safe
    /// in a signal handler.
    pub(crate) fn is_guard(&self, address: usize) -> bool {
        self.memories.iter().any(|memory| memory.is_guard(address))
    }

    /// Copies the contents that are not mapped. To be done for each instance.
    pub(crate) fn copy_contents(&self, plan: &InstancePlan) {
        for (memory, MemoryPlan { contents, .. }) in self.memories.iter().zip(&plan.memories.plans) {
            let Contents::Copied(pieces) = contents else { continue };
            for piece in pieces {
                let bytes = &plan.data[piece.start as usize..(piece.start + piece.len) as usize];
                // SAFETY: pieces were checked to lie in the initial size of the memory, which no
                // code uses yet.
                unsafe {
                    memory.base().add(piece.offset as usize).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len())
                };
            }
        }
    }

    /// Makes it as if it were new, when its instance has ended: all that was written is gone.
    pub(crate) fn reset(&self, plan: &InstancePlan) -> io::Result<()> {
        self.memory.clear_handles()?;
        self.memories.iter().try_for_each(LinearMemory::reset)?;
        self.tables.iter().try_for_each(Table::reset)?;
        self.prepare(plan);
        Ok(())
    }

    /// Fills in what all instances have in common. All else must be zero.
    fn prepare(&self, plan: &InstancePlan) {
        plan.template.write(&self.memory);
        self.memories.iter().for_each(LinearMemory::define);
        for (table, entry) in self.tables.iter().zip(&plan.tables) {
            table.define();
            for elements in &entry.contents {
                self.fill(table, elements, plan.elements.of(elements));
            }
        }
    }

    fn fill(&self, table: &Table, elements: &Elements, list: &[Option<u32>]) {
        let base = self.memory.header() as u64 + u64::from(elements.base);
        // SAFETY: when the object was loaded, elements were checked to lie in the initial size of
        // their table.
        let place = unsafe { table.base().add(elements.offset as usize) };
        for (index, def) in list.iter().enumerate() {
            // SAFETY: as above.
            unsafe { place.add(index).write(def.map_or(0, |def| base + u64::from(def))) };
        }
    }
}
