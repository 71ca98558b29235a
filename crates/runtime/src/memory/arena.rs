//! Memory for values on their way between a guest and the host.
//!
//! A call from the host lowers its parameters here, and adapters allocate here what the host is to
//! receive. Everything that a call allocated is freed at once when its results have been read.
//! Inside one call the guest may call the host any number of times. What one of those calls left is
//! freed when the next begins. So a guest cannot make the arena grow by calling often.
//!
//! What is large is an allocation of its own, which the Rust value that is made of it takes over
//! instead of copying it.
//!
//! What is allocated for values that guests give counts as [`Lifted`]: large allocations, and whole
//! chunks that were begun for such values, but the first. What the host gives does not count.

use super::fences::{FENCE, Fences};
use super::lifted::Lifted;
use crate::error::limits::{LimitExceeded, Limits};
use crate::error::value::ValueError;
use std::alloc::Layout;
use std::collections::HashMap;

/// The size of the first chunk.
const FIRST_CHUNK: usize = 16 << 10;
/// A chunk that is larger than this is given back when it is empty.
const KEPT_CHUNK: usize = 1 << 20;
/// Alignment of chunks.
const CHUNK_ALIGN: usize = 16;
/// Room for more large allocations than this is given back when there are none.
const KEPT_LARGE: usize = 1 << 10;
/// From this size on an allocation is one of its own.
pub(crate) const LARGE: usize = 4 << 10;

/// A stack of allocations.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    chunks: Vec<Chunk>,
    /// Where the next allocation goes.
    top: Mark,
    /// Where the innermost activation's own allocations begin.
    base: Mark,
    /// What lies above `base` is left over from a finished call of the host.
    stale: bool,
    fences: Fences<Mark>,
    /// Large allocations by their addresses, until they are freed or taken over.
    large: HashMap<usize, Large>,
    /// Their addresses, also of those that have been taken over, by ascending height.
    large_order: Vec<(Mark, usize)>,
    /// What values that guests give take, here and as Rust values.
    pub(crate) lifted: Lifted,
}

/// A large allocation.
#[derive(Debug, Clone, Copy)]
struct Large {
    mark: Mark,
    layout: Layout,
    /// Does it count as lifted?
    counted: bool,
}

/// Why there is no allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The allocator has none, or the size or alignment is absurd.
    NoMemory,
    /// A limit of the store forbids it.
    Limit(LimitExceeded),
}

impl From<LimitExceeded> for Refused {
    fn from(exceeded: LimitExceeded) -> Self {
        Refused::Limit(exceeded)
    }
}

impl From<Refused> for ValueError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoMemory => ValueError::NoMemory,
            Refused::Limit(exceeded) => ValueError::Limit(exceeded),
        }
    }
}

/// A height of the arena. The upper bits are the index of a chunk below which all are full,
/// `chunks.len()` or less. The lower [`USED_BITS`] bits are the bytes in use of that chunk. One
/// word, since every call from the host keeps two.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd)]
pub(crate) struct Mark(u64);

/// A chunk is smaller than two to this power.
const USED_BITS: u32 = 40;

impl Mark {
    fn new(chunk: usize, used: usize) -> Self {
        Mark((chunk as u64) << USED_BITS | used as u64)
    }

    fn chunk(self) -> usize {
        (self.0 >> USED_BITS) as usize
    }

    fn used(self) -> usize {
        (self.0 & ((1 << USED_BITS) - 1)) as usize
    }
}

impl std::fmt::Debug for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Mark").field(&self.chunk()).field(&self.used()).finish()
    }
}

/// What [`Arena::enter`] saved.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Saved {
    top: Mark,
    base: Mark,
    stale: bool,
}

#[derive(Debug)]
struct Chunk {
    base: *mut u8,
    len: usize,
    /// Does it count as lifted?
    counted: bool,
}

impl Chunk {
    fn new(len: usize) -> Option<Self> {
        let layout =
            Layout::from_size_align(len, CHUNK_ALIGN).ok().filter(|l| (1..1 << USED_BITS).contains(&l.size()))?;
        // SAFETY: the size is not zero.
        let base = unsafe { std::alloc::alloc(layout) };
        (!base.is_null()).then_some(Chunk { base, len, counted: false })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this very layout.
        unsafe { std::alloc::dealloc(self.base, Layout::from_size_align_unchecked(self.len, CHUNK_ALIGN)) };
    }
}

impl Arena {
    /// Starts a call: remembers the height to which [`Arena::leave`] returns.
    #[inline]
    pub(crate) fn enter(&mut self) -> Saved {
        Saved { top: self.top, base: self.base, stale: self.stale }
    }

    /// The parameters of a call are in place: what follows belongs to the guest's activation.
    #[inline]
    pub(crate) fn begin_activation(&mut self) {
        self.base = self.top;
        self.stale = false;
    }

    /// Ends a call: frees all that it allocated.
    #[inline]
    pub(crate) fn leave(&mut self, saved: Saved) {
        self.release(saved.top);
        self.base = saved.base;
        self.stale = saved.stale;
    }

    /// A host function begins: what the previous one left is free, unless its parameters were
    /// allocated since.
    #[inline]
    pub(crate) fn begin_host_call(&mut self) {
        if self.stale {
            self.release(self.base);
            self.stale = false;
        }
    }

    /// A host function's results are in place; the adapter reads them before anything is allocated
    /// again.
    #[inline]
    pub(crate) fn end_host_call(&mut self) {
        self.stale = true;
    }

    /// Begins a stretch that ends before the guest's activation does: what is allocated in it is
    /// freed by [`Arena::leave`].
    pub(crate) fn enter_within(&mut self) -> Saved {
        // Else the next call of the host would free what lies below.
        self.begin_host_call();
        let saved = self.enter();
        self.begin_activation();
        saved
    }

    /// `size` bytes at a multiple of `align` for what the host gives, or `None` when there is no
    /// memory. Never null, even for size 0.
    pub(crate) fn alloc(&mut self, size: usize, align: usize) -> Option<*mut u8> {
        self.alloc_for(size, align, None).ok()
    }

    /// The same for what a guest gives, which counts.
    pub(crate) fn alloc_lifted(&mut self, size: usize, align: usize, limits: &Limits) -> Result<*mut u8, Refused> {
        self.alloc_for(size, align, Some(limits))
    }

    fn alloc_for(&mut self, size: usize, align: usize, limits: Option<&Limits>) -> Result<*mut u8, Refused> {
        if !align.is_power_of_two() || align > CHUNK_ALIGN {
            return Err(Refused::NoMemory);
        }
        self.begin_host_call();
        if size >= LARGE {
            let layout = Layout::from_size_align(size, align).map_err(|_| Refused::NoMemory)?;
            return self.alloc_large(layout, limits);
        }
        let fenced = size + FENCE;
        loop {
            let index = self.top.chunk();
            if let Some(chunk) = self.chunks.get(index) {
                let start = self.top.used().next_multiple_of(align);
                let end = start + fenced;
                if end <= chunk.len {
                    self.top = Mark::new(index, end);
                    // SAFETY: `start` is at most `end`, which is at most the chunk's length; the
                    // fence lies between the allocation and `end`.
                    unsafe {
                        self.fences.put(self.top, chunk.base.add(end - FENCE));
                        return Ok(chunk.base.add(start));
                    }
                }
            }
            self.go_on(fenced + CHUNK_ALIGN, limits)?;
        }
    }

    /// Goes on in the next chunk, whose length is `least` or more: as usual if that is allowed, or
    /// else just that.
    #[cold]
    fn go_on(&mut self, least: usize, limits: Option<&Limits>) -> Result<(), Refused> {
        let index = (self.top.chunk() + 1).min(self.chunks.len());
        let limits = limits.filter(|_| index > 0);
        let check = |len: usize| limits.map_or(Ok(()), |limits| self.lifted.check(len as u64, limits));
        if !self.chunks.get(index).is_some_and(|spare| spare.len >= least && check(spare.len).is_ok()) {
            let last = self.chunks.last().map_or(FIRST_CHUNK / 2, |c| c.len.min(KEPT_CHUNK / 2));
            let usual = (last * 2).max(least);
            let len = if check(usual).is_ok() { usual } else { least };
            check(len)?;
            self.chunks.truncate(index);
            self.chunks.push(Chunk::new(len).ok_or(Refused::NoMemory)?);
        }
        let chunk = &mut self.chunks[index];
        if let Some(limits) = limits {
            self.lifted.charge(chunk.len as u64, limits)?;
            chunk.counted = true;
        }
        if index > self.top.chunk() {
            self.top = Mark::new(index, 0);
        }
        Ok(())
    }

    fn alloc_large(&mut self, layout: Layout, limits: Option<&Limits>) -> Result<*mut u8, Refused> {
        if let Some(limits) = limits {
            self.lifted.check(layout.size() as u64, limits)?;
        }
        // SAFETY: the size is not zero.
        let base = unsafe { std::alloc::alloc(layout) };
        if base.is_null() {
            return Err(Refused::NoMemory);
        }
        if let Some(limits) = limits {
            self.lifted.charge(layout.size() as u64, limits).expect("just checked");
        }
        // A height of its own, so that a release to the one before frees it.
        self.top = Mark(self.top.0 + 1);
        let address = base.expose_provenance();
        self.large.insert(address, Large { mark: self.top, layout, counted: limits.is_some() });
        self.large_order.push((self.top, address));
        Ok(base)
    }

    /// Takes over the allocation at an address, if it is a large one of this layout: it is the
    /// caller's from now on, to be freed with the global allocator. Returns how many bytes of it
    /// count as lifted, which the caller has to give back.
    pub(crate) fn take_over(&mut self, base: *const u8, layout: Layout) -> Option<u64> {
        let large = *self.large.get(&base.addr()).filter(|large| large.layout == layout)?;
        self.large.remove(&base.addr());
        Some(if large.counted { layout.size() as u64 } else { 0 })
    }

    #[inline]
    fn release(&mut self, to: Mark) {
        if self.top == to {
            return;
        }
        self.fences.take_down(&to);
        self.top = to;
        if !self.large_order.is_empty() {
            self.free_large(to);
        }
        if self.chunks.len() > to.chunk() + 1 {
            self.give_back(to);
        }
    }

    /// Frees the large allocations above the height that nobody has taken over.
    fn free_large(&mut self, to: Mark) {
        while let Some((mark, address)) = self.large_order.pop_if(|(mark, _)| *mark > to) {
            // What was taken over may have been freed since, and its address be that of another
            // one.
            if let Some(Large { layout, counted, .. }) =
                self.large.get(&address).copied().filter(|own| own.mark == mark)
            {
                self.large.remove(&address);
                if counted {
                    self.lifted.give_back(layout.size() as u64);
                }
                // SAFETY: allocated in `alloc_large` with this layout, and nobody has taken it
                // over.
                unsafe { std::alloc::dealloc(std::ptr::with_exposed_provenance_mut(address), layout) };
            }
        }
        if self.large_order.is_empty() && self.large_order.capacity() > KEPT_LARGE {
            (self.large, self.large_order) = Default::default();
        }
    }

    /// Keeps one spare chunk of modest size above the height, which counts no longer.
    #[cold]
    fn give_back(&mut self, to: Mark) {
        for chunk in &mut self.chunks[to.chunk() + 1..] {
            if std::mem::take(&mut chunk.counted) {
                self.lifted.give_back(chunk.len as u64);
            }
        }
        self.chunks.truncate(to.chunk() + 2);
        if self.chunks.last().is_some_and(|c| c.len > KEPT_CHUNK) {
            self.chunks.pop();
        }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.free_large(Mark::default());
    }
}

#[cfg(test)]
impl Arena {
    /// The bytes of all chunks and large allocations.
    pub(crate) fn size(&self) -> usize {
        let large = self.large.values().map(|large| large.layout.size());
        self.chunks.iter().map(|chunk| chunk.len).chain(large).sum()
    }
}

#[cfg(test)]
mod tests;
