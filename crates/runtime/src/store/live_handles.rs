//! What the blocks of a store tell about handles: which live, and what became of one that a trap is
//! about.

use super::record::InstanceRecord;
use crate::error::message::handle_type;
use crate::handle::trace::{HandleHolder, HandleSite, LiveHandle};
use cantilever_abi::block::{HandleEvent, HandleRecord, TrapKind};

impl InstanceRecord {
    /// Every live handle. Of an instance that was not compiled to debug handles, or that trapped,
    /// none is known.
    pub(crate) fn live_handles(&self) -> Vec<LiveHandle> {
        // SAFETY: the block lives as long as its record, and no guest runs now.
        let poisoned = unsafe { (*self.block.header()).poisoned } != 0;
        if poisoned {
            return Vec::new();
        }
        (0..self.block.layout().instance_count).flat_map(|instance| self.live_handles_in(instance)).collect()
    }

    fn live_handles_in(&self, instance: u32) -> impl Iterator<Item = LiveHandle> {
        let holder = match instance == self.block.layout().host_instance() {
            true => HandleHolder::Host,
            false => HandleHolder::Guest(instance),
        };
        let live = move |index, tag| {
            let created = self.site(&self.record_of(instance, index)?.created)?;
            Some(LiveHandle { ty: self.type_of(tag), holder, index, created })
        };
        self.block.handles(instance).filter_map(move |(index, entry)| live(index, entry.tag))
    }

    /// What the message of a trap adds about the handles that it is about: lines, each after a line
    /// break. Nothing unless the instance was compiled to debug handles.
    pub(crate) fn explain_handle(&self, kind: TrapKind, values: &[u64; 4]) -> String {
        if !self.image.artifact.debugs_handles() {
            return String::new();
        }
        let [index, instance, scope, table] = values.map(|value| value as u32);
        match kind {
            TrapKind::UnknownHandle => self.explain_unknown(table, index) + &self.explain_use(table),
            TrapKind::WrongHandleType | TrapKind::HandleLent | TrapKind::NotOwned => {
                self.explain_live(table, index) + &self.explain_use(table)
            }
            TrapKind::BorrowsRemain => self.explain_borrows(instance, scope),
            _ => String::new(),
        }
    }

    fn explain_use(&self, instance: u32) -> String {
        let site = self.block.handle_fault(instance).and_then(|event| self.site(&event));
        site.map(|site| format!("\n    used {site}")).unwrap_or_default()
    }

    fn explain_unknown(&self, instance: u32, index: u32) -> String {
        let sites = self.record_of(instance, index).and_then(|HandleRecord { created, dropped }| {
            Some((self.type_of(dropped.tag), self.site(&created)?, self.site(&dropped)?))
        });
        match sites {
            Some((ty, created, dropped)) => format!("\n    it was {ty}, created {created}\n    and dropped {dropped}"),
            None => "\n    no handle was ever at this index".to_owned(),
        }
    }

    fn explain_live(&self, instance: u32, index: u32) -> String {
        let Some(HandleRecord { created, dropped }) = self.record_of(instance, index) else { return String::new() };
        let line = |what: &str, event: &HandleEvent| {
            let site = self.site(event)?;
            Some(format!("\n    {} {what} {site}", self.type_of(event.tag)))
        };
        let lines = [line("was created", &created), line("was there before, and dropped", &dropped)];
        lines.into_iter().flatten().collect()
    }

    fn explain_borrows(&self, instance: u32, scope: u32) -> String {
        /// How many of them are listed.
        const LISTED: usize = 10;
        let mut borrows = self.block.borrows(instance, scope);
        let line = |(index, _)| {
            let created = self.record_of(instance, index)?.created;
            Some(format!("\n    {} at index {index} was created {}", self.type_of(created.tag), self.site(&created)?))
        };
        let mut lines: String = borrows.by_ref().take(LISTED).filter_map(line).collect();
        match borrows.count() {
            0 => {}
            more => lines += &format!("\n    and {more} more"),
        }
        lines
    }

    fn record_of(&self, instance: u32, index: u32) -> Option<HandleRecord> {
        let record = self.block.handle_record(instance, index).filter(|_| index != 0)?;
        // SAFETY: `handle_record` gives addresses of records in this block, and nobody changes them
        // now.
        Some(unsafe { record.read() })
    }

    /// Where something happened, if it did.
    fn site(&self, event: &HandleEvent) -> Option<HandleSite> {
        (event.tag != 0).then(|| HandleSite::new(&self.image, event))
    }

    fn type_of(&self, tag: u32) -> String {
        handle_type(tag, |identity| self.image.resource(identity))
    }
}
