//! Blocks of instances that have ended, kept for the next instances of the same objects.

use super::prepared_block::PreparedBlock;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The idle blocks of an engine, those of all its objects together.
#[derive(Debug, Default)]
pub(crate) struct IdleBlocks(Mutex<Idle>);

#[derive(Debug, Default)]
struct Idle {
    /// With the identities of their objects; the last one was in use last.
    blocks: VecDeque<(u64, PreparedBlock)>,
    /// How many reservations of address space they have.
    reservations: usize,
}

impl IdleBlocks {
    /// Takes a block of this object.
    pub(crate) fn take(&self, object: u64) -> Option<PreparedBlock> {
        let mut idle = self.lock();
        let index = idle.blocks.iter().rposition(|(of, _)| *of == object)?;
        let (_, block) = idle.blocks.remove(index)?;
        idle.reservations -= block.reservations();
        Some(block)
    }

    /// Adds a block that is as new. If all together then have more reservations of address space
    /// than `limit`, those go that have been idle for longest.
    pub(crate) fn put(&self, object: u64, block: PreparedBlock, limit: usize) {
        let mut surplus = Vec::new();
        let mut idle = self.lock();
        idle.reservations += block.reservations();
        idle.blocks.push_back((object, block));
        while idle.reservations > limit
            && let Some((_, oldest)) = idle.blocks.pop_front()
        {
            idle.reservations -= oldest.reservations();
            surplus.push(oldest);
        }
        // Giving back address space takes time that others need not wait for.
        drop(idle);
    }

    /// Gives back the blocks of an object that is gone.
    pub(crate) fn forget(&self, object: u64) {
        while let Some(block) = self.take(object) {
            drop(block);
        }
    }

    /// How many reservations of address space idle blocks have.
    #[cfg(test)]
    pub(crate) fn reservations(&self) -> usize {
        self.lock().reservations
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
