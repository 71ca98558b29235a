//! Memory for values on their way between a guest and the host.
//!
//! A call from the host lowers its parameters here, and adapters allocate here what the host is to receive. Everything
//! that a call allocated is freed at once when its results have been read. Inside one call the guest may call the host
//! any number of times; what one of those calls left is freed when the next begins, so a guest cannot make the arena grow
//! by calling often.
//!
//! What is large is an allocation of its own, which the Rust value that is made of it takes over instead of copying it.

use super::fences::{FENCE, Fences};
use std::alloc::Layout;
use std::collections::HashMap;

/// The size of the first chunk.
const FIRST_CHUNK: usize = 16 << 10;
/// A chunk that is larger than this is given back when it is empty.
const KEPT_CHUNK: usize = 1 << 20;
/// Alignment of chunks.
const CHUNK_ALIGN: usize = 16;
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
    large: HashMap<usize, (Mark, Layout)>,
    /// Their addresses, also of those that have been taken over, by ascending height.
    large_order: Vec<(Mark, usize)>,
}

/// A height of the arena: the index of a chunk below which all are full, `chunks.len()` or less; and the bytes in use of that
/// chunk, in the lower [`USED_BITS`] bits. One word, since every call from the host keeps two.
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
}

impl Chunk {
    fn new(len: usize) -> Option<Self> {
        let layout =
            Layout::from_size_align(len, CHUNK_ALIGN).ok().filter(|l| (1..1 << USED_BITS).contains(&l.size()))?;
        // SAFETY: the size is not zero.
        let base = unsafe { std::alloc::alloc(layout) };
        (!base.is_null()).then_some(Chunk { base, len })
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

    /// A host function begins: what the previous one left is free, unless its parameters were allocated since.
    #[inline]
    pub(crate) fn begin_host_call(&mut self) {
        if self.stale {
            self.release(self.base);
            self.stale = false;
        }
    }

    /// A host function's results are in place; the adapter reads them before anything is allocated again.
    #[inline]
    pub(crate) fn end_host_call(&mut self) {
        self.stale = true;
    }

    /// `size` bytes at a multiple of `align`, or `None` when there is no memory. Never null, even for size 0.
    pub(crate) fn alloc(&mut self, size: usize, align: usize) -> Option<*mut u8> {
        if !align.is_power_of_two() || align > CHUNK_ALIGN {
            return None;
        }
        self.begin_host_call();
        if size >= LARGE {
            return self.alloc_large(Layout::from_size_align(size, align).ok()?);
        }
        let fenced = size.checked_add(FENCE)?;
        loop {
            let index = self.top.chunk();
            if let Some(chunk) = self.chunks.get(index) {
                let start = self.top.used().checked_next_multiple_of(align)?;
                if let Some(end) = start.checked_add(fenced).filter(|end| *end <= chunk.len) {
                    self.top = Mark::new(index, end);
                    // SAFETY: `start` is at most `end`, which is at most the chunk's length; the fence lies between the
                    // allocation and `end`.
                    unsafe {
                        self.fences.put(self.top, chunk.base.add(end - FENCE));
                        return Some(chunk.base.add(start));
                    }
                }
                self.top = Mark::new(index + 1, 0);
            } else {
                let last = self.chunks.last().map_or(FIRST_CHUNK / 2, |c| c.len.min(KEPT_CHUNK / 2));
                self.chunks.push(Chunk::new(fenced.checked_add(CHUNK_ALIGN)?.max(last * 2))?);
            }
        }
    }

    fn alloc_large(&mut self, layout: Layout) -> Option<*mut u8> {
        // SAFETY: the size is not zero.
        let base = unsafe { std::alloc::alloc(layout) };
        if base.is_null() {
            return None;
        }
        // A height of its own, so that a release to the one before frees it.
        self.top = Mark(self.top.0 + 1);
        let address = base.expose_provenance();
        self.large.insert(address, (self.top, layout));
        self.large_order.push((self.top, address));
        Some(base)
    }

    /// Takes over the allocation at an address, if it is a large one of this layout: it is the caller's from now on, to be
    /// freed with the global allocator.
    pub(crate) fn take_over(&mut self, base: *const u8, layout: Layout) -> bool {
        let fits = self.large.get(&base.addr()).is_some_and(|(_, own)| *own == layout);
        fits && self.large.remove(&base.addr()).is_some()
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
            // What was taken over may have been freed since, and its address be that of another one.
            if let Some((_, layout)) = self.large.get(&address).copied().filter(|(own, _)| *own == mark) {
                self.large.remove(&address);
                // SAFETY: allocated in `alloc_large` with this layout, and nobody has taken it over.
                unsafe { std::alloc::dealloc(std::ptr::with_exposed_provenance_mut(address), layout) };
            }
        }
    }

    /// Keeps one spare chunk of modest size above the height.
    #[cold]
    fn give_back(&mut self, to: Mark) {
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
mod tests {
    use super::*;

    #[test]
    fn what_is_large_can_be_taken_over_once() {
        let mut arena = Arena::default();
        let saved = arena.enter();
        let layout = Layout::from_size_align(LARGE, 1).unwrap();
        let [kept, taken] = [(); 2].map(|()| arena.alloc(LARGE, 1).unwrap());
        let small = arena.alloc(LARGE - 1, 1).unwrap();
        assert!(!arena.take_over(taken, Layout::from_size_align(LARGE, 2).unwrap()), "another layout");
        assert!(!arena.take_over(small, Layout::from_size_align(LARGE - 1, 1).unwrap()), "not large");
        assert!(arena.take_over(taken, layout) && !arena.take_over(taken, layout));
        // SAFETY: it was allocated with this layout, and is ours now.
        unsafe { std::alloc::dealloc(taken, layout) };
        let again = arena.alloc(LARGE, 1).unwrap();
        assert_eq!((arena.large.len(), arena.large_order.len()), (2, 3), "also if the address is the same");
        arena.leave(saved);
        assert!(!arena.take_over(kept, layout) && !arena.take_over(again, layout), "freed");
        assert!(arena.large.is_empty() && arena.large_order.is_empty());
    }

    #[test]
    fn calls_free_what_they_allocated() {
        let mut arena = Arena::default();
        let saved = arena.enter();
        let first = arena.alloc(10, 8).unwrap();
        arena.begin_activation();
        let result = arena.alloc(100_000, 16).unwrap();
        assert_eq!(result as usize % 16, 0);
        arena.leave(saved);
        assert_eq!(arena.enter().top, Mark::default());
        assert_eq!(arena.alloc(10, 8).unwrap(), first);
    }

    #[test]
    fn repeated_host_calls_do_not_accumulate() {
        let mut arena = Arena::default();
        let kept = arena.alloc(8, 8).unwrap();
        // SAFETY: just allocated with that size and alignment.
        unsafe { kept.cast::<u64>().write(42) };
        arena.begin_activation();
        for _ in 0..1000 {
            arena.alloc(4096, 1).unwrap();
            arena.begin_host_call();
            arena.alloc(4096, 1).unwrap();
            arena.end_host_call();
        }
        let size: usize = arena.chunks.iter().map(|c| c.len).sum();
        assert!(size <= 4 * FIRST_CHUNK, "the arena grew to {size} bytes");
        // SAFETY: still allocated: it lies below the activation.
        assert_eq!(unsafe { kept.cast::<u64>().read() }, 42);
    }

    #[test]
    fn what_is_kept_survives_later_host_calls() {
        let mut arena = Arena::default();
        arena.begin_activation();
        let kept = arena.alloc(8, 8).unwrap();
        arena.end_host_call();
        let kept_too = arena.alloc(8, 8).unwrap();
        assert_eq!(kept, kept_too, "the first was not kept");
        arena.begin_activation();
        arena.begin_host_call();
        arena.end_host_call();
        assert_ne!(arena.alloc(8, 8).unwrap(), kept);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "past the end of an allocation")]
    fn a_write_past_an_allocation_is_noticed() {
        let mut arena = Arena::default();
        let saved = arena.enter();
        let first = arena.alloc(10, 1).unwrap();
        arena.alloc(10, 1).unwrap();
        // SAFETY: not past the chunk.
        unsafe { first.add(10).write(1) };
        arena.leave(saved);
    }

    #[test]
    fn absurd_sizes_are_refused() {
        let mut arena = Arena::default();
        assert!(arena.alloc(usize::MAX, 1).is_none());
        assert!(arena.alloc(usize::MAX / 4, 1).is_none());
        assert!(arena.alloc(1, 3).is_none());
        assert!(arena.alloc(1, 8).is_some());
    }
}
