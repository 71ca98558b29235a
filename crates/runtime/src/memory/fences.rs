//! Fences behind the arena's allocations: compiled code writes there, which no sanitizer sees. In
//! builds with debug assertions a write past the end of an allocation is noticed when it is freed;
//! in others there are no fences.

/// Bytes of a fence.
pub(crate) const FENCE: usize = if cfg!(debug_assertions) { 16 } else { 0 };

/// What a fence is made of.
const POST: u8 = 0xfe;

/// The fences that stand, each with the height `H` of the arena above it, by ascending height.
#[derive(Debug)]
pub(crate) struct Fences<H>(Vec<(H, *mut u8)>);

impl<H> Default for Fences<H> {
    fn default() -> Self {
        Fences(Vec::new())
    }
}

impl<H: PartialOrd> Fences<H> {
    /// Puts up a fence at `at`.
    ///
    /// # Safety
    ///
    /// `at` must be valid for writes of [`FENCE`] bytes until the fence is taken down, and nobody
    /// else may use them.
    #[inline]
    pub(crate) unsafe fn put(&mut self, height: H, at: *mut u8) {
        if FENCE != 0 {
            // SAFETY: the caller vouches for it.
            unsafe { at.write_bytes(POST, FENCE) };
            self.0.push((height, at));
        }
    }

    /// Takes down the fences above a height. A damaged one is a mistake of ours.
    #[inline]
    pub(crate) fn take_down(&mut self, to: &H) {
        while let Some((_, at)) = self.0.pop_if(|(height, _)| *height > *to) {
            // SAFETY: who put it up promised that it is valid until now.
            let fence = unsafe { at.cast::<[u8; FENCE]>().read() };
            assert_eq!(fence, [POST; FENCE], "something was written past the end of an allocation of the arena");
        }
    }
}
