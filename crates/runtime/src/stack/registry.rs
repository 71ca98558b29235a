//! Which addresses are compiled code, which of them are trap sites, and which are returned to by
//! calls that have handlers for exceptions. The signal handler reads it without a lock.

use cantilever_object::artifact::HandlerSite;
use cantilever_object::sites::SiteTable;
use std::ops::Range;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

/// Code that is registered for as long as this lives.
#[derive(Debug)]
pub(crate) struct CodeRegistration {
    start: usize,
}

#[derive(Clone)]
struct CodeRange {
    addresses: Range<usize>,
    /// By offset from the start of the range.
    sites: Arc<SiteTable>,
    /// By ascending offset from the start of the range.
    handlers: Arc<[HandlerSite]>,
}

/// What readers see: ranges by ascending address. Null when there are none.
static CURRENT: AtomicPtr<Vec<CodeRange>> = AtomicPtr::new(std::ptr::null_mut());
/// How many handlers are reading. A table that was replaced is freed when there are none.
static READERS: AtomicUsize = AtomicUsize::new(0);
/// Writers take turns.
static WRITER: Mutex<()> = Mutex::new(());

/// An address in registered code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A trap site with this kind.
    TrapSite(u8),
    /// Another instruction.
    OtherCode,
}

/// Where a call returns to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallSite {
    /// The call has a handler for exceptions, at this address; the stack pointer is then `frame`
    /// bytes below the frame pointer.
    Handler { handler: usize, frame: usize },
    /// The call has none.
    Plain,
}

impl CodeRegistration {
    /// Registers code.
    pub(crate) fn new(addresses: Range<usize>, sites: Arc<SiteTable>, handlers: Arc<[HandlerSite]>) -> Self {
        let start = addresses.start;
        replace(|ranges| {
            let at = ranges.partition_point(|r| r.addresses.start < start);
            ranges.insert(at, CodeRange { addresses, sites, handlers });
        });
        CodeRegistration { start }
    }
}

impl Drop for CodeRegistration {
    fn drop(&mut self) {
        replace(|ranges| ranges.retain(|r| r.addresses.start != self.start));
    }
}

/// Publishes a changed copy of the table, waits until nobody reads the old one, and frees it.
fn replace(change: impl FnOnce(&mut Vec<CodeRange>)) {
    let _turn = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    let old = CURRENT.load(SeqCst);
    // SAFETY: only writers free tables, and this thread is the only writer now.
    let mut ranges = if old.is_null() { Vec::new() } else { unsafe { (*old).clone() } };
    change(&mut ranges);
    CURRENT.store(Box::into_raw(Box::new(ranges)), SeqCst);
    while READERS.load(SeqCst) != 0 {
        std::hint::spin_loop();
    }
    if !old.is_null() {
        // SAFETY: readers announce themselves before they load the pointer, so one that has the old
        // table would have been counted; there is none, and later ones load the new table.
        drop(unsafe { Box::from_raw(old) });
    }
}

/// Reads the table. Safe in a signal handler: takes no lock, allocates nothing. `f` must not panic.
fn read<R>(f: impl FnOnce(&[CodeRange]) -> R) -> R {
    READERS.fetch_add(1, SeqCst);
    let current = CURRENT.load(SeqCst);
    // SAFETY: writers free no table while a reader is announced.
    let result = f(if current.is_null() { &[] } else { unsafe { &*current } });
    READERS.fetch_sub(1, SeqCst);
    result
}

/// Looks an address up.
pub(crate) fn find(pc: usize) -> Option<Found> {
    read(|ranges| find_in(ranges, pc))
}

/// Is there registered code at this address?
pub(crate) fn is_code(address: usize) -> bool {
    read(|ranges| range_of(ranges, address).is_some())
}

/// Lends a function that looks up return addresses; it gives `None` for what is not compiled code.
pub(crate) fn call_sites<R>(f: impl FnOnce(&dyn Fn(usize) -> Option<CallSite>) -> R) -> R {
    read(|ranges| f(&|return_address| call_site(ranges, return_address)))
}

/// The range that an address is in, and its offset there.
fn range_of(ranges: &[CodeRange], pc: usize) -> Option<(&CodeRange, usize)> {
    let range = ranges[..ranges.partition_point(|r| r.addresses.start <= pc)].last()?;
    range.addresses.contains(&pc).then(|| (range, pc - range.addresses.start))
}

fn call_site(ranges: &[CodeRange], return_address: usize) -> Option<CallSite> {
    // A call may be the last instruction of its code.
    let (range, before) = range_of(ranges, return_address.wrapping_sub(1))?;
    let site = range.handlers.binary_search_by_key(&(before + 1), |site| site.at as usize);
    Some(site.map_or(CallSite::Plain, |index| {
        let site = range.handlers[index];
        CallSite::Handler { handler: range.addresses.start + site.handler as usize, frame: site.frame as usize }
    }))
}

fn find_in(ranges: &[CodeRange], pc: usize) -> Option<Found> {
    let (range, offset) = range_of(ranges, pc)?;
    Some(range.sites.trap(offset as u32).map_or(Found::OtherCode, Found::TrapSite))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cantilever_abi::FuncKey;
    use cantilever_object::artifact::{FunctionEntry, FunctionIdentity};
    use cantilever_object::sites::{Site, SiteKind, encode};

    /// The table of one function with these trap sites.
    fn trap_sites(traps: &[(u32, u8)]) -> SiteTable {
        let site = |(at, kind): &(u32, u8)| Site { at: *at, kind: SiteKind::Trap(*kind), scope: 0, source: None };
        let block = encode(&[], &traps.iter().map(site).collect::<Vec<_>>());
        let sites = block.len() as u32;
        let identity = FunctionIdentity { key: FuncKey::Throw, name: String::new(), source: 0 };
        let function = FunctionEntry { start: 0, len: 0x10, identity, sites };
        SiteTable::new(&[function], &block).unwrap()
    }

    #[test]
    fn sites_are_found_while_code_is_registered() {
        let sites = Arc::new(trap_sites(&[(4, 1), (8, 2)]));
        let low = CodeRegistration::new(0x1000..0x1010, sites.clone(), [].into());
        let high = CodeRegistration::new(0x3000..0x3010, sites, [].into());
        assert_eq!(find(0x1004), Some(Found::TrapSite(1)));
        assert_eq!(find(0x3008), Some(Found::TrapSite(2)));
        assert_eq!(find(0x3009), Some(Found::OtherCode));
        assert_eq!(find(0x1010), None);
        drop(low);
        assert_eq!(find(0x1004), None);
        assert_eq!(find(0x3004), Some(Found::TrapSite(1)));
        drop(high);
        assert_eq!(find(0x3004), None);
    }
}
